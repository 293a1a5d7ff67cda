"""What better-auth's plugins have said of who may come in holds, though the plugins are not here."""

from collections.abc import Callable

import pytest

from server.authentication import email_tokens
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.schema.others import ROOT, Visitor, events, make, serving

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


# Types that others have for a ban, and what is in the way then, and what is not.
BANS: dict[str, tuple[list[tuple[str | None, str | None]], list[tuple[str | None, str | None]]]] = {
    "boolean, timestamptz": (
        [("true", None), ("true", "infinity"), ("true", "2999-01-01")],
        [("true", "-infinity"), ("true", "2020-01-01"), ("false", "2999-01-01"), (None, "2999-01-01")],
    ),
    "boolean, timestamp": ([("true", "infinity"), ("true", "2999-01-01")], [("true", "2020-01-01")]),
    "boolean, date": ([("true", "2999-01-01")], [("true", "2020-01-01")]),
    "boolean, numeric": ([("true", "1e30"), ("true", None)], [("true", "-1e30"), ("true", "1000.5")]),
    "integer, bigint": ([("1", None), ("1", "99999999999999")], [("0", None), ("1", "1000"), (None, None)]),
    "text, text": (
        [
            ("true", ""),
            ("yes", "some day"),
            ("true", "2020-02-31"),
            ("1", "2999-01-01T00:00:00.000Z"),
            ("True", "99999999999999"),
        ],
        [("", ""), ("false", None), ("0", None), ("true", "2020-01-01 10:00:00+02"), ("t", "1000")],
    ),
}


@pytest.mark.parametrize("types", BANS)
def test_a_ban_is_read_whatever_its_columns_are(new_database: NewDatabase, on: On, types: str) -> None:
    """S23."""
    url = new_database()
    flag, _, time = types.partition(", ")
    make(url, f'alter table "user" add "banned" {flag}, add "banExpires" {time}')
    banned, free = BANS[types]
    with serving(on(url)) as served:
        ada = served.visitor()
        ada.sign_up(EMAIL)
        for ban, out in [*((each, True) for each in banned), *((each, False) for each in free)]:
            execute(url, 'update "user" set "banned" = %s, "banExpires" = %s', ban)
            assert served.visitor().sign_in(EMAIL)[0] == (403 if out else 200), ban
            assert ada.api("/get-session")[0] == 200, ban
        execute(url, 'update "user" set "banned" = %s, "banExpires" = %s', banned[0])
    with serving(on(url)) as again:
        assert len([line for line in again.said if "1 users are banned" in line]) == 1


@pytest.mark.parametrize(
    ("kind", "on_values", "off_values"),
    [("text", ["true", "1", "maybe"], ["false", "", "0"]), ("smallint", ["1"], ["0", None])],
)
def test_a_second_factor_is_seen_whatever_its_column_is(
    new_database: NewDatabase, on: On, kind: str, on_values: list[str], off_values: list[str | None]
) -> None:
    """S17."""
    url = new_database()
    make(url, f'alter table "user" add "twoFactorEnabled" {kind}')
    with serving(on(url)) as served:
        served.visitor().sign_up(EMAIL)
        for value in (*on_values, *off_values):
            execute(url, 'update "user" set "twoFactorEnabled" = %s', [value])
            assert served.visitor().sign_in(EMAIL)[0] == (403 if value in on_values else 200), value
        execute(url, 'update "user" set "twoFactorEnabled" = %s', on_values[:1])
    with serving(on(url)) as again:
        assert len([line for line in again.said if "1 users have a second factor" in line]) == 1


def name(visitor: Visitor) -> str | None:
    """Who is signed in."""
    found = visitor.api("/get-session")[1]
    return str(found["user"]["email"]) if found else None


def until(holds: Callable[[], bool]) -> None:
    """Asks until it is so; the limit of the test's own ends one that never is."""
    while not holds():
        pass


SCIM = (ROOT / "tests" / "scim.sql").read_text()
CONNECTION = """
insert into "scimConnectionBinding" ("id", "connectionId", "connectionKey", "provisioningDomainId", "createdAt",
    "decommissionStatus", "decommissionReconciledUserCount", "decommissionBatchCount", "decommissionRevision")
values (%(connection)s, %(connection)s, %(connection)s, %(connection)s, now(), %(status)s, 0, 0, 1)
"""
SUBJECT = """
insert into "scimSubject" ("id", "userId", "revision", "createdAt", "updatedAt")
select "id", "id", 1, now(), now() from "user" where "email" = %(email)s
"""
SOURCE = """
insert into "scimUser" ("id", "connectionId", "provisioningDomainId", "userId", "connectionUserKey", "userName",
    "userNameKey", "primaryEmail", "workEmailValueIndex", "emailValueIndex", "displayName", "formattedName",
    "serializedEmails", "active", "orderKey", "createdAt", "updatedAt")
select %(connection)s || "id", %(connection)s, %(connection)s, "id", %(connection)s || "id", "email",
    %(connection)s || "email", "email", '||', '||', "name", "name", '[]', %(active)s, %(connection)s || "id", now(), now()
from "user" where "email" = %(email)s
"""
# The directories that manage somebody, each with the state of its connection, and whether it has them as active.
DIRECTORIES: dict[str, tuple[list[tuple[str, bool]], bool]] = {
    "active": ([("active", True)], True),
    "deactivated": ([("active", False)], False),
    "deleted by it": ([], False),
    "active in one of two": ([("active", False), ("active", True)], True),
    "deactivated in both": ([("active", False), ("active", False)], False),
    "the directory was given up": ([("complete", True)], False),
    "it is being given up": ([("reconciling", True)], False),
    "one of two was given up": ([("complete", True), ("active", True)], True),
    "active in the one that was given up": ([("complete", True), ("active", False)], False),
}


def provision(url: str, directories: list[tuple[str, bool]]) -> None:
    """What the scim plugin keeps of `EMAIL`."""
    execute(url, 'delete from "scimUser"; delete from "scimConnectionBinding"; delete from "scimSubject"')
    execute(url, SUBJECT, {"email": EMAIL})
    for number, (status, active) in enumerate(directories):
        facts = {"connection": f"directory-{number}", "status": status, "email": EMAIL, "active": active}
        execute(url, CONNECTION, facts)
        execute(url, SOURCE, facts)


@pytest.mark.parametrize("cache", ["on", "off"])
def test_whom_a_directory_has_deactivated_is_out(new_database: NewDatabase, on: On, cache: str) -> None:
    """S17 S23."""
    url = new_database()
    make(url, SCIM)
    with serving(on(url, SESSION_CACHE=cache)) as served:
        ada, bob = served.visitor(), served.visitor()
        ada.sign_up(EMAIL)
        bob.sign_up("bob@example.com")
        for words, (directories, comes_in) in DIRECTORIES.items():
            provision(url, directories)
            status, body = served.visitor().sign_in(EMAIL)
            assert (status, body.get("code")) == ((200, None) if comes_in else (403, "USER_DEACTIVATED")), (
                words
            )
            assert name(ada) == (EMAIL if comes_in else None), words
            assert [name(bob), name(bob)] == ["bob@example.com"] * 2
            if not comes_in:
                provision(url, [("active", True)])
                assert ada.sign_in(EMAIL)[0] == 200
        assert name(bob) == "bob@example.com"
        provision(url, [("active", False)])
        assert served.visitor().api("/sign-in/email", {"email": EMAIL, "password": "wrong"})[0] == 401
    with serving(on(url)) as again:
        assert len([line for line in again.said if "1 users are deactivated by their directory" in line]) == 1


def test_a_directory_that_comes_while_the_server_runs_is_heeded(new_database: NewDatabase, on: On) -> None:
    """Also where it has one of its tables alone."""
    url = new_database()
    make(url)
    with serving(on(url)) as served:
        served.visitor().sign_up(EMAIL)
        execute(url, 'create table "scimUser" ("userId" text, "connectionId" text, "active" boolean)')
        assert served.visitor().sign_in(EMAIL)[0] == 200
        execute(url, """insert into "scimUser" select "id", 'x', false from "user" """)
        assert served.visitor().sign_in(EMAIL)[1]["code"] == "USER_DEACTIVATED"
        execute(url, 'update "scimUser" set "active" = true')
        assert served.visitor().sign_in(EMAIL)[0] == 200


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
