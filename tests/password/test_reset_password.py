"""POST /request-password-reset, GET /reset-password/:token, POST /reset-password."""

import asyncio

import pytest

from tests.client import Answer, Client
from tests.conftest import Sql
from tests.promises import Promise, promised

NEW = "another long password"


async def asked(client: Client, sql: Sql, email: str = "ada@example.com") -> Promise:
    """A user who asked for a reset, and the mail."""
    await client.sign_up(email)
    await client.api("/request-password-reset", {"email": email, "redirectTo": "/reset-password"})
    return promised(sql, "reset-password")[-1]


async def redeem(client: Client, token: str, password: str = NEW) -> Answer:
    return await client.api("/reset-password", {"newPassword": password, "token": token})


@pytest.mark.gen_test
async def test_the_link_leads_to_the_page_and_the_token_to_a_new_password(client: Client, sql: Sql) -> None:
    mail = await asked(client, sql)
    link = await client.api(mail.path.removeprefix("/api/auth"))
    assert (link.status, link.headers["Location"]) == (
        302,
        f"{client.base_url}/reset-password?token={mail.token}",
    )
    answer = await redeem(client, mail.token)
    assert (answer.json, answer.set_cookies) == ({"status": True}, [])
    assert (await Client(client.base_url).sign_in(password=NEW)).status == 200
    assert promised(sql, "password-changed")[0].to == "ada@example.com"  # S15


@pytest.mark.gen_test
async def test_sessions_end_with_the_old_password(client: Client, sql: Sql) -> None:  # S23
    mail = await asked(client, sql)
    await redeem(client, mail.token)
    assert await client.session() is None


@pytest.mark.environ(REVOKE_SESSIONS_ON_PASSWORD_RESET="no")
@pytest.mark.gen_test
async def test_sessions_can_be_kept(client: Client, sql: Sql) -> None:
    mail = await asked(client, sql)
    await redeem(client, mail.token)
    assert await client.session() is not None


@pytest.mark.gen_test
async def test_a_token_counts_once(client: Client, sql: Sql) -> None:  # S17
    mail = await asked(client, sql)
    assert (await redeem(client, mail.token)).status == 200
    answer = await redeem(client, mail.token, "yet another password")
    assert (answer.status, answer.json["code"]) == (400, "INVALID_TOKEN")
    link = await client.api(mail.path.removeprefix("/api/auth"))
    assert link.headers["Location"] == f"{client.base_url}/reset-password?error=INVALID_TOKEN"


@pytest.mark.gen_test
async def test_of_many_at_once_one_wins(client: Client, sql: Sql) -> None:  # S18
    mail = await asked(client, sql)
    passwords = [f"password number {number}" for number in range(8)]
    answers = await asyncio.gather(*(redeem(client, mail.token, each) for each in passwords))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    winner = passwords[[answer.status for answer in answers].index(200)]
    assert (await Client(client.base_url).sign_in(password=winner)).status == 200


@pytest.mark.gen_test
async def test_an_expired_token_is_refused(client: Client, sql: Sql) -> None:  # S17
    mail = await asked(client, sql)
    sql("""UPDATE "verification" SET "expiresAt" = now() - interval '1 second'""")
    answer = await redeem(client, mail.token)
    assert (answer.status, answer.json["code"]) == (400, "INVALID_TOKEN")


@pytest.mark.gen_test
async def test_a_refused_password_leaves_the_token_usable(client: Client, sql: Sql) -> None:
    mail = await asked(client, sql)
    assert (await redeem(client, mail.token, "short")).json["code"] == "PASSWORD_TOO_SHORT"
    assert (await redeem(client, mail.token)).status == 200


@pytest.mark.gen_test
async def test_an_unknown_address_looks_and_works_the_same(client: Client, sql: Sql) -> None:  # S10
    await client.sign_up()
    known = await client.api("/request-password-reset", {"email": "ada@example.com"})
    rows = sql('SELECT count(*) FROM "ai_editor_mail"')
    unknown = await client.api("/request-password-reset", {"email": "nobody@example.com"})
    assert (known.status, known.body) == (unknown.status, unknown.body)
    assert sql('SELECT count(*) FROM "ai_editor_mail"') > rows
    assert [mail.to for mail in promised(sql)] == ["ada@example.com"]


@pytest.mark.gen_test
async def test_the_host_header_does_not_reach_the_link(client: Client, sql: Sql) -> None:  # S42
    await client.sign_up()
    body = {"email": "ada@example.com"}
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    await client.api("/request-password-reset", body, headers=headers)
    assert promised(sql)[0].context["url"].startswith(client.base_url + "/api/auth/reset-password/")


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
@pytest.mark.gen_test
async def test_the_link_cannot_lead_away(client: Client, sql: Sql, target: str) -> None:  # S34
    await client.sign_up()
    answer = await client.api("/request-password-reset", {"email": "ada@example.com", "redirectTo": target})
    assert (answer.status, answer.json["code"]) == (403, "INVALID_REDIRECT_URL")
    assert promised(sql) == []


@pytest.mark.gen_test
async def test_a_user_who_came_through_a_provider_gets_a_password(client: Client, sql: Sql) -> None:
    mail = await asked(client, sql)
    sql("""UPDATE "account" SET "providerId" = 'github', "password" = NULL""")
    await redeem(client, mail.token)
    assert (await client.sign_in(password=NEW)).status == 200


@pytest.mark.gen_test
async def test_a_verification_link_is_no_reset_token(client: Client, sql: Sql) -> None:  # S41
    await client.sign_up()
    await client.api("/send-verification-email", {"email": "ada@example.com"})
    answer = await redeem(client, promised(sql, "verify-email")[0].token)
    assert (answer.status, answer.json["code"]) == (400, "INVALID_TOKEN")
