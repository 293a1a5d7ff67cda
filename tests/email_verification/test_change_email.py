"""POST /change-email: both ways, both mails."""

import asyncio

import pytest

from server.model import User
from server.store import users
from tests.client import Answer, Client
from tests.conftest import Sql
from tests.promises import promised


async def click(client: Client, sql: Sql, template: str) -> Answer:
    """Follows the newest link of a kind."""
    return await client.api(promised(sql, template)[-1].path.removeprefix("/api/auth"))


@pytest.mark.gen_test
async def test_an_unproven_address_is_left_by_proving_the_new_one(client: Client, sql: Sql) -> None:
    await client.sign_up()
    answer = await client.api("/change-email", {"newEmail": "NEW@example.com", "callbackURL": "/settings"})
    assert answer.json == {"status": True}
    assert promised(sql)[0].to == "new@example.com"
    assert (await client.session())["user"]["email"] == "ada@example.com"
    assert (await click(client, sql, "change-email-verification")).headers["Location"] == "/settings"
    user = (await client.session())["user"]
    assert (user["email"], user["emailVerified"]) == ("new@example.com", False)
    assert [mail.to for mail in promised(sql, "email-changed")] == ["ada@example.com"]  # S15


@pytest.mark.gen_test
async def test_a_proven_address_is_asked_first(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql('UPDATE "user" SET "emailVerified" = true')
    await client.api("/change-email", {"newEmail": "new@example.com"})
    assert [mail.to for mail in promised(sql)] == ["ada@example.com"]
    await click(client, sql, "change-email-confirmation")
    assert (await client.session())["user"]["email"] == "ada@example.com"
    assert promised(sql)[-1].to == "new@example.com"
    await click(client, sql, "change-email-verification")
    user = (await client.session())["user"]
    assert (user["email"], user["emailVerified"]) == ("new@example.com", True)


@pytest.mark.gen_test
async def test_our_own_app_asks_once_more(client: Client, sql: Sql) -> None:
    """The link in the mail opens a page, and gives nothing away to a scanner that follows it."""
    await client.sign_up()
    sql('UPDATE "user" SET "emailVerified" = true')
    body = {"newEmail": "new@example.com", "callbackURL": "/verify-email?for=change"}
    await client.api("/change-email", body)
    (mail,) = promised(sql, "change-email-confirmation")
    assert mail.path == f"/verify-email?for=approve&token={mail.token}"
    assert (await Client(client.base_url).send("GET", mail.path)).status == 200
    assert promised(sql, "change-email-verification") == []
    answer = await client.api(f"/verify-email?token={mail.token}&callbackURL=%2Fverify-email%3Ffor%3Dchange")
    assert answer.headers["Location"] == "/verify-email?for=change"
    assert [each.to for each in promised(sql, "change-email-verification")] == ["new@example.com"]


@pytest.mark.gen_test
async def test_a_query_that_is_checked_has_no_settings_of_the_session(client: Client, sql: Sql) -> None:
    """better-auth drops from such a query what it does not name: the session is prolonged all the same."""
    await client.sign_up()
    await client.api("/change-email", {"newEmail": "new@example.com"})
    sql("""UPDATE "session" SET "expiresAt" = "expiresAt" - interval '2 days' """)
    link = promised(sql, "change-email-verification")[-1].path.removeprefix("/api/auth")
    assert (await client.api(f"{link}&disableRefresh=true")).status == 302
    (left,) = sql('SELECT "expiresAt" > now() + interval \'6 days\' FROM "session"')
    assert left == (True,)


@pytest.mark.gen_test
async def test_a_taken_address_is_not_told(client: Client, sql: Sql) -> None:  # S10
    await Client(client.base_url).sign_up("eve@example.com")
    await client.sign_up()
    answer = await client.api("/change-email", {"newEmail": "eve@example.com"})
    assert answer.json == {"status": True}
    assert promised(sql) == []


@pytest.mark.gen_test
async def test_an_address_taken_meanwhile_ends_the_link(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.api("/change-email", {"newEmail": "new@example.com"})
    await Client(client.base_url).sign_up("new@example.com")
    answer = await click(client, sql, "change-email-verification")
    assert answer.headers["Location"] == "/?error=INVALID_TOKEN"
    assert (await client.session())["user"]["email"] == "ada@example.com"


@pytest.mark.gen_test
async def test_a_link_counts_once(client: Client, sql: Sql) -> None:  # S17
    await client.sign_up()
    await client.api("/change-email", {"newEmail": "new@example.com"})
    await click(client, sql, "change-email-verification")
    answer = await click(client, sql, "change-email-verification")
    assert answer.headers["Location"] == "/?error=INVALID_TOKEN"


@pytest.mark.gen_test
async def test_of_two_links_at_once_one_counts(
    client: Client, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S18
    """Both have seen the old address before the first one changes it."""
    await client.sign_up()
    for new in ("first@example.com", "second@example.com"):
        await client.api("/change-email", {"newEmail": new})
    links = [mail.path.removeprefix("/api/auth") for mail in promised(sql)]
    barrier, real = asyncio.Barrier(2), users.find

    async def find(*args: object) -> User | None:
        found = await real(*args)  # type: ignore[arg-type]
        await barrier.wait()
        return found

    monkeypatch.setattr(users, "find", find)
    answers = await asyncio.gather(*(client.api(link) for link in links))
    assert sorted(answer.headers["Location"] for answer in answers) == ["/", "/?error=INVALID_TOKEN"]
    assert len(promised(sql, "email-changed")) == 1


@pytest.mark.parametrize("proven", [False, True])
@pytest.mark.gen_test
async def test_a_new_password_voids_it(client: Client, sql: Sql, proven: bool) -> None:  # S17
    """Whoever opened the account in advance has asked for another address before its owner resets the password."""
    await client.sign_up()
    sql('UPDATE "user" SET "emailVerified" = %s', proven)
    await client.api("/change-email", {"newEmail": "eve@example.com"})
    sql(
        """UPDATE "account" SET "updatedAt" = now() + interval '2 seconds' """
    )  # as a reset does, a little later
    template = "change-email-confirmation" if proven else "change-email-verification"
    answer = await click(Client(client.base_url), sql, template)
    assert answer.headers["Location"] == "/?error=INVALID_TOKEN"
    assert sql('SELECT "email" FROM "user"') == [("ada@example.com",)]


@pytest.mark.gen_test
async def test_somebody_elses_link(client: Client, sql: Sql) -> None:  # S40
    await client.sign_up()
    await client.api("/change-email", {"newEmail": "new@example.com"})
    eve = Client(client.base_url)
    await eve.sign_up("eve@example.com")
    answer = await click(eve, sql, "change-email-verification")
    assert answer.headers["Location"] == "/?error=INVALID_USER"


@pytest.mark.gen_test
async def test_the_same_address(client: Client) -> None:
    await client.sign_up()
    answer = await client.api("/change-email", {"newEmail": "Ada@Example.com"})
    assert (answer.status, answer.json["message"]) == (400, "Email is the same")
