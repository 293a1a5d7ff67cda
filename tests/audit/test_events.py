"""Each kind of event is kept: who, what, on whom, from where, with what result. S36."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server import errors
from server.services import Services
from tests.audit.conftest import Rows
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.promises import promised

NEW = "another correct horse"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0"
Try = Callable[[Client], Awaitable[object]]


def change(current: str, revoke: bool = False) -> Try:
    body = {"currentPassword": current, "newPassword": NEW, "revokeOtherSessions": revoke}
    return lambda client: client.api("/change-password", body)


def verify(password: str) -> Try:
    return lambda client: client.api("/verify-password", {"password": password})


def delete(**body: str) -> Try:
    return lambda client: client.api("/delete-user", body)


async def revoke_one(client: Client) -> None:
    other = Client(client.base_url)
    await other.sign_in()
    token = (await other.session())["session"]["token"]
    await client.api("/revoke-session", {"token": token})


# What is done by somebody who is signed in, and the events: name, result, whether the person did it.
TRIES: dict[str, tuple[Try, list[tuple[str, str, bool]]]] = {
    "a sign-in": (lambda client: client.sign_in(), [("sign-in", "success", True)]),
    "a wrong password": (lambda client: client.sign_in(password="wrong"), [("sign-in-failed", "failure", False)]),
    "a sign-out": (lambda client: client.api("/sign-out", {}), [("sign-out", "success", True)]),
    "a changed password": (change(PASSWORD), [("password-changed", "success", True)]),
    "a changed password, alone": (change(PASSWORD, True), [("password-changed", "success", True)]),
    "a change that fails": (change("wrong"), [("password-check-failed", "failure", False)]),
    "a password that is asked for": (verify(PASSWORD), [("password-checked", "success", True)]),
    "a wrong answer": (verify("wrong"), [("password-check-failed", "failure", False)]),
    "one session": (revoke_one, [("sign-in", "success", True), ("session-revoked", "success", True)]),
    "all sessions": (lambda client: client.api("/revoke-sessions", {}), [("sessions-revoked", "success", True)]),
    "all others": (lambda client: client.api("/revoke-other-sessions", {}), [("other-sessions-revoked", "success", True)]),
    "a reset": (
        lambda client: client.api("/request-password-reset", {"email": "ada@example.com"}),
        [("password-reset-requested", "success", False)],
    ),
    "a mail to verify": (
        lambda client: client.api("/send-verification-email", {"email": "ada@example.com"}),
        [("verification-requested", "success", False)],
    ),
    "another address": (
        lambda client: client.api("/change-email", {"newEmail": "new@example.com"}),
        [("email-change-requested", "success", True)],
    ),
    "a deletion": (delete(password=PASSWORD), [("user-deleted", "success", True)]),
    "a deletion that fails": (delete(password="wrong"), [("password-check-failed", "failure", False)]),
}  # fmt: skip


@pytest.mark.parametrize("what", TRIES)
@pytest.mark.gen_test
async def test_what_a_person_does(client: Client, rows: Rows, what: str) -> None:
    user = (await client.sign_up()).json["user"]
    ask, expected = TRIES[what]
    await ask(client)
    first, *found = await rows()
    assert (first["event"], first["result"], first["actor"]) == ("sign-up", "success", user["id"])
    assert [(row["event"], row["result"], row["actor"] == user["id"]) for row in found] == expected
    for row in found:
        assert (row["subject"], row["ipAddress"]) == (user["id"], "127.0.0.1")
        assert row["requestId"]
        assert row["position"] is None


@pytest.mark.gen_test
async def test_a_sign_in_says_where_and_which_session(client: Client, rows: Rows) -> None:
    await client.sign_up()
    body = {"email": "ada@example.com", "password": PASSWORD}
    await client.api("/sign-in/email", body, headers={"User-Agent": AGENT})
    _, row = await rows()
    assert row["userAgent"] == AGENT
    assert row["sessionId"] == (await client.session())["session"]["id"]
    assert row["details"] == {"sign_in_method": "email"}


@pytest.mark.gen_test
async def test_a_reset_by_mail(client: Client, sql: Sql, rows: Rows) -> None:
    user = (await client.sign_up()).json["user"]
    await client.api("/request-password-reset", {"email": "ada@example.com"})
    ((mail),) = promised(sql, "reset-password")
    token = mail.path.partition("/reset-password/")[2].partition("?")[0]
    stranger = Client(client.base_url)
    await stranger.api("/reset-password", {"token": token, "newPassword": NEW})
    await stranger.api("/reset-password", {"token": token, "newPassword": NEW})
    _, asked, done, late = await rows()
    assert (asked["actor"], asked["subject"]) == (None, user["id"])
    assert (done["event"], done["actor"]) == ("password-reset", user["id"])
    assert (late["event"], late["result"], late["details"]) == (
        "token-refused",
        "failure",
        {"code": "INVALID_TOKEN"},
    )
    assert token not in str(await rows())


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_an_address_is_proven_then_changed(client: Client, sql: Sql, rows: Rows) -> None:
    await client.sign_up()
    await client.sign_up()
    await client.sign_in()
    for mail in promised(sql, "verify-email")[:1]:
        await client.send("GET", mail.path)
    await client.api("/change-email", {"newEmail": "new@example.com"})
    for name in ("change-email-confirmation", "change-email-verification"):
        await client.send("GET", promised(sql, name)[-1].path)
    told = [(row["event"], row["result"], row["details"].get("reason")) for row in await rows()]
    assert told == [
        ("sign-up", "success", None),
        ("sign-up-repeated", "success", None),
        ("sign-in-refused", "failure", "EMAIL_NOT_VERIFIED"),
        ("sign-in", "success", None),
        ("email-verified", "success", None),
        ("email-change-requested", "success", None),
        ("email-changed", "success", None),
    ]


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_what_is_about_a_deleted_user_stays(client: Client, sql: Sql, rows: Rows) -> None:
    user = (await client.sign_up()).json["user"]
    await client.api("/delete-user", {"password": PASSWORD, "callbackURL": "/x"})
    ((mail),) = promised(sql, "delete-account")
    await client.send("GET", mail.path)
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    assert [row["event"] for row in await rows()] == ["sign-up", "deletion-requested", "user-deleted"]
    assert {row["subject"] for row in await rows()} == {user["id"]}


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_what_is_too_much(
    client: Client, app: Services, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*args: object) -> None:
        raise errors.too_many_requests(1)

    await client.sign_up()
    monkeypatch.setattr(app.account_limits, "check", refuse)
    answers = [await client.sign_in() for _ in range(4)]
    assert {each.status for each in answers} == {429}
    _, *found = await rows()
    assert {(row["event"], row["result"]) for row in found} == {
        ("account-limited", "failure"),
        ("rate-limited", "failure"),
    }
    limited = next(row for row in found if row["event"] == "account-limited")
    assert set(limited["details"]) == {"account"}


@pytest.mark.gen_test
async def test_nothing_secret_is_kept(client: Client, rows: Rows) -> None:  # S35
    await client.sign_up(password="hunter2 hunter2 hunter2")
    token = (await client.session())["session"]["token"]
    await client.sign_in(password="hunter2 not quite")
    await client.api("/reset-password", {"token": "hunter2", "newPassword": "hunter2 hunter2"})
    await client.api("/change-email", {"newEmail": "hunter2@example.com"})
    await client.api("/sign-out", {})
    text = str(await rows())
    assert not [word for word in (token, "hunter2", "example.com", "Ada") if word in text]


@pytest.mark.gen_test
async def test_a_strange_browser_is_cut_and_cleaned(client: Client, rows: Rows) -> None:
    body = {"email": "ada@example.com", "password": "wrong"}
    await client.api("/sign-in/email", body, headers={"User-Agent": "caf\u00e9 " + "x" * 5000})
    (row,) = await rows()
    assert row["userAgent"].isascii()
    assert len(row["userAgent"]) == 300


@pytest.mark.gen_test
async def test_a_change_that_is_undone_leaves_no_event(
    client: Client, app: Services, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()

    async def fail(*args: Any, **more: Any) -> None:
        raise errors.overloaded()

    monkeypatch.setattr(app.mailer, "queue", fail)
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert (await client.api("/change-password", body)).status == 503
    assert [row["event"] for row in await rows()] == ["sign-up"]


LATE = """
    CREATE TABLE "kept_late" ("userId" text REFERENCES "user" ("id") DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO "kept_late" SELECT "id" FROM "user"
"""


@pytest.mark.gen_test
async def test_what_is_refused_at_the_very_end_is_not_said_to_be_done(
    client: Client, app: Services, sql: Sql, rows: Rows
) -> None:
    await client.sign_up()
    sql(LATE)
    try:
        answer = await client.api("/delete-user", {"password": PASSWORD})
        assert (answer.status, answer.json["code"]) == (409, "CHANGE_REFUSED")
        assert [row["event"] for row in await rows()] == ["sign-up"]
        assert b'event="user-deleted"' not in await app.metrics.page(0)
    finally:
        sql('DROP TABLE "kept_late"')


@pytest.mark.environ(FEATURES_OFF="audit")
@pytest.mark.gen_test
async def test_it_can_be_off(client: Client, sql: Sql) -> None:
    before = sql('SELECT count(*) FROM "ai_editor_audit"')
    await client.sign_up()
    await client.sign_in(password="wrong")
    assert sql('SELECT count(*) FROM "ai_editor_audit"') == before
    assert (await client.send("GET", "/api/activity")).status == 404
