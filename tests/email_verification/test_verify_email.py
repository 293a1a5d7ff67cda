"""POST /send-verification-email and GET /verify-email."""

import asyncio
from urllib.parse import quote

import pytest

from server.authentication import email_tokens
from server.authentication.email_tokens import EmailToken
from server.model import User
from server.protocol import uri
from server.store import users
from tests.client import Client
from tests.conftest import SECRET, Sql
from tests.promises import promised


def meet_after_reading(monkeypatch: pytest.MonkeyPatch, readers: int, others: int = 0) -> asyncio.Barrier:
    """The next `readers` who look for a user go on together, once all have met twice at the barrier."""
    barrier, waiting = asyncio.Barrier(readers + others), iter(range(readers))
    real = users.find_by_email

    async def find(*args: object) -> User | None:
        found = await real(*args)  # type: ignore[arg-type]
        if next(waiting, None) is not None:
            await barrier.wait()
            await barrier.wait()
        return found

    monkeypatch.setattr(users, "find_by_email", find)
    return barrier


@pytest.mark.gen_test
async def test_the_link_proves_the_address(client: Client, sql: Sql) -> None:
    await client.sign_up()
    answer = await client.api(
        "/send-verification-email", {"email": "ADA@example.com", "callbackURL": "/done?a=b"}
    )
    assert answer.json == {"status": True}
    ((mail),) = promised(sql, "verify-email")
    answer = await client.api(mail.path.removeprefix("/api/auth"))
    assert (answer.status, answer.headers["Location"]) == (302, "/done?a=b")
    assert (await client.session())["user"]["emailVerified"] is True
    answer = await client.api("/send-verification-email", {"email": "ada@example.com"})
    assert (answer.status, answer.json["code"]) == (400, "EMAIL_ALREADY_VERIFIED")


@pytest.mark.gen_test
async def test_without_a_callback_it_is_json(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    token = promised(sql)[0].token
    for _ in range(2):  # stateless: it says the same to whoever comes again
        assert (await client.api(f"/verify-email?token={token}")).json == {"status": True, "user": None}


@pytest.mark.gen_test
async def test_signs_in_afterwards(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    phone = Client(client.base_url)
    await phone.api(promised(sql)[0].path.removeprefix("/api/auth"))
    assert (await phone.session())["user"]["email"] == "ada@example.com"


@pytest.mark.gen_test
async def test_of_many_at_once_one_is_signed_in(
    client: Client, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S18
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    link = promised(sql)[0].path.removeprefix("/api/auth")
    meet_after_reading(monkeypatch, 6)
    answers = await asyncio.gather(*(Client(client.base_url).api(link) for _ in range(6)))
    assert {(answer.status, answer.headers["Location"]) for answer in answers} == {(302, "/")}
    assert sum(bool(answer.set_cookies) for answer in answers) == 1
    assert sql('SELECT count(*) FROM "session"') == [(2,)]


@pytest.mark.gen_test
async def test_a_change_made_meanwhile_is_not_undone(
    client: Client, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:  # S18
    """The address changes between the look at the user and the word that it is proven."""
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    link = promised(sql)[0].path.removeprefix("/api/auth")
    barrier = meet_after_reading(monkeypatch, 1, others=1)
    clicking = asyncio.ensure_future(Client(client.base_url).api(link))
    await barrier.wait()
    sql("""UPDATE "user" SET "email" = 'new@example.com'""")
    await barrier.wait()
    answer = await clicking
    assert (answer.headers["Location"], answer.set_cookies) == ("/?error=USER_NOT_FOUND", [])
    assert sql('SELECT "email", "emailVerified" FROM "user"') == [("new@example.com", False)]


@pytest.mark.environ(AUTO_SIGN_IN_AFTER_VERIFICATION="no")
@pytest.mark.gen_test
async def test_need_not_sign_in(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    phone = Client(client.base_url)
    answer = await phone.api(promised(sql)[0].path.removeprefix("/api/auth"))
    assert (answer.status, answer.set_cookies) == (302, [])


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("garbage", "INVALID_TOKEN"),
        (email_tokens.write("another secret", EmailToken("ada@example.com", None)), "INVALID_TOKEN"),
        (email_tokens.write(SECRET, EmailToken("ada@example.com", None), -1), "TOKEN_EXPIRED"),
        (email_tokens.write(SECRET, EmailToken("nobody@example.com", None)), "USER_NOT_FOUND"),
        (email_tokens.write(SECRET, EmailToken("ada@example.com", "another user")), "INVALID_TOKEN"),
        ("eyJhbGciOiJub25lIn0.eyJlbWFpbCI6ImFkYUBleGFtcGxlLmNvbSIsImV4cCI6OTk5OTk5OTk5OX0.", "INVALID_TOKEN"),
    ],
)
@pytest.mark.gen_test
async def test_bad_links(client: Client, sql: Sql, token: str, code: str) -> None:  # S41
    await client.sign_up()
    answer = await client.api(f"/verify-email?token={token}")
    assert (answer.status, answer.json["code"]) == (401, code)
    answer = await client.api(f"/verify-email?token={token}&callbackURL=%2Fdone%3Fa%3Db")
    assert (answer.status, answer.headers["Location"]) == (302, f"/done?a=b&error={code}")
    assert (await client.session())["user"]["emailVerified"] is False


@pytest.mark.gen_test
async def test_a_link_cannot_lead_away(client: Client) -> None:  # S34
    answer = await client.api("/verify-email?token=x&callbackURL=https%3A%2F%2Fevil.example")
    assert (answer.status, answer.json["code"]) == (403, "INVALID_CALLBACK_URL")


@pytest.mark.parametrize(
    "path", ["/..//evil.example", "/.//evil.example", "/a/..//evil.example", "/%2e%2e//evil.example/path"]
)
@pytest.mark.gen_test
async def test_a_path_does_not_turn_into_a_host(client: Client, path: str) -> None:  # S34
    answer = await client.api(f"/verify-email?token=x&callbackURL={quote(path, safe='')}")
    assert answer.status == 302
    target = uri.parse(answer.headers["Location"], client.base_url)
    assert target is not None
    assert target.origin == uri.origin(client.base_url)
    assert target.search == "?error=INVALID_TOKEN"


@pytest.mark.gen_test
async def test_one_cannot_have_mails_sent_elsewhere(client: Client, sql: Sql) -> None:
    await client.sign_up()
    answer = await client.api("/send-verification-email", {"email": "other@example.com"})
    assert (answer.status, answer.json["code"]) == (400, "EMAIL_MISMATCH")
    assert promised(sql) == []


@pytest.mark.gen_test
async def test_without_a_session_the_answer_tells_nothing(client: Client, sql: Sql) -> None:  # S10
    await client.sign_up()
    stranger = Client(client.base_url)
    known = await stranger.api("/send-verification-email", {"email": "ada@example.com"})
    unknown = await stranger.api("/send-verification-email", {"email": "nobody@example.com"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (200, b'{"status":true}')
    assert [mail.to for mail in promised(sql)] == ["ada@example.com"]


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_required_before_the_first_sign_in(client: Client, sql: Sql) -> None:  # S10
    answer = await client.sign_up(callbackURL="/welcome")
    assert (answer.json["token"], answer.set_cookies) == (None, [])
    again = await Client(client.base_url).sign_up()
    assert (again.status, again.json["token"]) == (200, None)
    refused = await client.sign_in()
    assert (refused.status, refused.json["code"]) == (403, "EMAIL_NOT_VERIFIED")
    assert (await client.sign_in(password="wrong password")).status == 401
    mail, _ = promised(sql, "verify-email")
    await Client(client.base_url).api(mail.path.removeprefix("/api/auth"))
    assert (await client.sign_in()).status == 200
