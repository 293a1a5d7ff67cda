"""What better-auth's plugins have said of who may come in holds, though the plugins are not here."""

from collections.abc import Callable

import pytest

from server.authentication import email_tokens
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.schema.others import Visitor, events, make, serving

NewDatabase = Callable[[], str]
On = Callable[..., Commands]
EMAIL = "ada@example.com"
TWO_FACTOR = 'alter table "user" add "twoFactorEnabled" boolean'
BAN = 'alter table "user" add "banned" boolean, add "banReason" text, add "banExpires" timestamptz'
BANNED_USER = (
    "You have been banned from this application. Please contact support if you believe this is an error."
)


def test_a_second_factor_is_not_skipped(new_database: NewDatabase, on: On) -> None:
    """S17."""
    url = new_database()
    make(url, TWO_FACTOR)
    with serving(on(url)) as served:
        ada = served.visitor()
        assert ada.sign_up(EMAIL)[0] == 200
        assert served.visitor().sign_in(EMAIL)[0] == 200
        execute(url, 'update "user" set "twoFactorEnabled" = true')
        other = served.visitor()
        status, body = other.sign_in(EMAIL)
        assert (status, body["code"], other.cookie) == (403, "TWO_FACTOR_NOT_SUPPORTED", "")
        assert execute(url, 'select count(*) from "session"') == [(2,)]
        assert ada.api("/get-session")[1]["user"]["email"] == EMAIL  # whoever let her in asked
        assert served.visitor().sign_up("bob@example.com")[0] == 200
    refused = events(served.said, "sign-in-refused")
    assert [(each["reason"], each["sign_in_method"]) for each in refused] == [
        ("TWO_FACTOR_NOT_SUPPORTED", "email")
    ]
    with serving(on(url)) as again:
        again.hears("1 users have a second factor")
    assert len([line for line in again.said if "1 users have a second factor" in line]) == 1


def test_a_link_in_a_mail_does_not_skip_it_either(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, TWO_FACTOR)
    ai_editor = on(url)
    with serving(ai_editor) as served:
        assert served.visitor().sign_up(EMAIL)[0] == 200
        execute(url, 'update "user" set "twoFactorEnabled" = true; delete from "session"')
        assert served.visitor().api("/send-verification-email", {"email": EMAIL})[0] == 200
        visitor = served.visitor()
        status, body = visitor.api("/verify-email?token=" + token_of(url))
        assert (status, body["code"], visitor.cookie) == (403, "TWO_FACTOR_NOT_SUPPORTED", "")
    assert execute(url, 'select "emailVerified" from "user"') == [(True,)]
    assert execute(url, 'select count(*) from "session"') == [(0,)]


def token_of(url: str) -> str:
    """That of a mail to `EMAIL`, as our secret makes it."""
    (user_id,) = execute(url, 'select "id" from "user" where "email" = %s', [EMAIL])[0]
    return email_tokens.write(SECRET, email_tokens.EmailToken(EMAIL, user_id))


@pytest.mark.parametrize("cache", ["on", "off"])
def test_a_banned_person_does_not_come_in_and_does_not_stay(
    new_database: NewDatabase, on: On, cache: str
) -> None:
    """S23."""
    url = new_database()
    make(url, BAN)
    with serving(on(url, SESSION_CACHE=cache)) as served:
        ada, bob = served.visitor(), served.visitor()
        ada.sign_up(EMAIL)
        bob.sign_up("bob@example.com")
        assert [name(each) for each in (ada, bob)] == [EMAIL, "bob@example.com"]
        execute(url, 'update "user" set "banned" = true where "email" = %s', [EMAIL])
        until(lambda: name(ada) is None)
        assert name(bob) == "bob@example.com"
        status, body = served.visitor().sign_in(EMAIL)
        assert (status, body["code"], body["message"]) == (403, "BANNED_USER", BANNED_USER)
        assert (
            served.visitor().api("/sign-in/email", {"email": EMAIL, "password": "wrong password"})[0] == 401
        )
        execute(url, """update "user" set "banExpires" = now() - interval '1 minute'""")
        assert served.visitor().sign_in(EMAIL)[0] == 200
        execute(url, """update "user" set "banExpires" = now() + interval '1 day'""")
        assert served.visitor().sign_in(EMAIL)[0] == 403
    assert [each["reason"] for each in events(served.said, "sign-in-refused")] == ["BANNED_USER"] * 2


def test_a_plugin_that_comes_while_the_server_runs_is_heeded(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url)
    with serving(on(url)) as served:
        assert served.visitor().sign_up(EMAIL)[0] == 200
        execute(url, TWO_FACTOR + " default true")
        assert served.visitor().sign_in(EMAIL)[1]["code"] == "TWO_FACTOR_NOT_SUPPORTED"


def test_an_end_of_a_ban_in_milliseconds_is_read(new_database: NewDatabase, on: On) -> None:
    """As the first versions of the admin plugin kept it."""
    url = new_database()
    make(url, 'alter table "user" add "banned" boolean, add "banExpires" bigint')
    with serving(on(url)) as served:
        served.visitor().sign_up(EMAIL)
        execute(url, 'update "user" set "banned" = true, "banExpires" = 1000')
        assert served.visitor().sign_in(EMAIL)[0] == 200
        execute(url, 'update "user" set "banExpires" = 99999999999999')
        assert served.visitor().sign_in(EMAIL)[0] == 403


def name(visitor: Visitor) -> str | None:
    """Who is signed in."""
    found = visitor.api("/get-session")[1]
    return str(found["user"]["email"]) if found else None


def until(holds: Callable[[], bool]) -> None:
    """Asks until it is so; the limit of the test's own ends one that never is."""
    while not holds():
        pass


def test_a_password_is_changed_by_whoever_is_inside(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, TWO_FACTOR)
    with serving(on(url)) as served:
        ada = served.visitor()
        ada.sign_up(EMAIL)
        execute(url, 'update "user" set "twoFactorEnabled" = true')
        change = {
            "currentPassword": "correct horse battery staple",
            "newPassword": "another horse battery staple",
            "revokeOtherSessions": True,
        }
        assert ada.api("/change-password", change)[0] == 200
        assert name(ada) == EMAIL
