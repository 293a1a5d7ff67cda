"""Tables that others made are used as they are, or mended, or stop the start with a line that says what to do."""

import uuid
from collections.abc import Callable

import pytest

from tests.cli.commands import Commands
from tests.conftest import execute
from tests.schema.others import MADE, PASSWORD, make, serving, start_refused

NewDatabase = Callable[[], str]
On = Callable[..., Commands]
EMAIL = "ada@example.com"

# better-auth 1.0.0: no dates in verification, an unindexed integer count, nothing of the later columns.
FIRST = MADE.replace("timestamptz", "timestamp").replace(" default CURRENT_TIMESTAMP", "")
FIRST = FIRST.replace(
    ', "createdAt" timestamp not null, "updatedAt" timestamp not null);\n\ncreate table "rate',
    ');\n\ncreate table "rate',
)
FIRST = FIRST.replace('"key" text not null unique', '"key" text not null').replace("bigint", "integer")
UUIDS = MADE.replace('"id" text not null', '"id" uuid default pg_catalog.gen_random_uuid() not null')
UUIDS = UUIDS.replace('"userId" text', '"userId" uuid')
OTHERS = {
    "as they are": MADE,
    "times without a zone": MADE.replace("timestamptz", "timestamp"),
    "times of an ORM": MADE.replace("timestamptz", "timestamp(3)"),
    "days": MADE.replace("timestamptz", "date"),
    "better-auth 1.0": FIRST,
    "uuids": UUIDS,
    "uuids, sessions elsewhere": "\n\n".join(
        part
        for part in UUIDS.split("\n\n")
        if ('"user"' in part and '"session"' not in part) or 'table "account"' in part
    ),
    "varchar": MADE.replace(" text", " varchar(255)"),
    "short ids": MADE.replace('"id" text', '"id" varchar(36)').replace(
        '"userId" text', '"userId" varchar(36)'
    ),
    "citext": "create extension if not exists citext; " + MADE.replace('"email" text', '"email" citext'),
    "a domain": "create domain address as text check (value like '%@%'); "
    + MADE.replace('"email" text', '"email" address'),
    "no cascade": MADE.replace("on delete cascade", "on delete restrict"),
    "no references": MADE.replace(' references "user" ("id") on delete cascade', ""),
    "nothing unique": MADE.replace(" unique", "")
    .replace(' references "user" ("id") on delete cascade', "")
    .replace(" primary key", ""),
    "everything nullable": MADE.replace(" not null", "").replace(" default CURRENT_TIMESTAMP", ""),
    "without the optional columns": MADE
    + """alter table "user" drop "image", drop "createdAt", drop "updatedAt";
    alter table "account" drop "scope", drop "createdAt", drop "updatedAt", drop "accessTokenExpiresAt",
        drop "refreshTokenExpiresAt", drop "accessToken", drop "idToken", drop "refreshToken";
    alter table "session" drop "createdAt", drop "updatedAt", drop "ipAddress", drop "userAgent";
    alter table "verification" drop "createdAt", drop "updatedAt"; """,
    "columns of plugins": MADE
    + """alter table "user" add "username" text unique, add "displayUsername" text, add "phoneNumber" text unique,
        add "twoFactorEnabled" boolean, add "role" text, add "banned" boolean, add "banReason" text,
        add "banExpires" timestamptz, add "isAnonymous" boolean;
    alter table "session" add "impersonatedBy" text, add "activeOrganizationId" text; """,
}


@pytest.mark.parametrize("tables", OTHERS.values(), ids=OTHERS)
def test_everything_works_on_tables_that_others_made(new_database: NewDatabase, on: On, tables: str) -> None:
    url = new_database()
    make(url, tables=tables)
    ai_editor = on(url)
    with serving(ai_editor) as served:
        assert served.visitor().ask("/health/ready")[0] == 200
        ada = served.visitor()
        ada.headers["User-Agent"] = "Browser/1.0 " + "x" * 300
        status, made = ada.sign_up(EMAIL.upper())
        assert status == 200, made
        assert ada.api("/get-session")[1]["user"] == made["user"]
        assert served.visitor().sign_up(EMAIL)[0] == 422
        assert ada.sign_in(EMAIL)[0] == 200
        assert [each["userId"] for each in ada.api("/list-sessions")[1]] == [made["user"]["id"]] * 2
        assert (
            ada.api(
                "/change-password",
                {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!", "revokeOtherSessions": True},
            )[0]
            == 200
        )
        assert (
            served.visitor().api("/sign-in/email", {"email": "nobody@example.com", "password": PASSWORD})[0]
            == 401
        )
        assert served.visitor().api("/request-password-reset", {"email": EMAIL})[0] == 200
        assert ai_editor("db", "status").code == 0
        listed = ai_editor("user", "list", "--json").json
        assert [each["id"] for each in listed["users"]] == [made["user"]["id"]]
        assert (
            ai_editor("user", "show", EMAIL, "--json").json["user"]["createdAt"] == made["user"]["createdAt"]
        )
        assert ai_editor("user", "show", "nobody").code == 1
        assert ai_editor("session", "list", "--json").json["total"] == 1
        assert ai_editor("session", "revoke", "nothing").code == 1
        assert ada.api("/delete-user", {"password": PASSWORD + "!"})[0] == 200
    left = [execute(url, f'select count(*) from "{table}"')[0][0] for table in ("user", "session", "account")]
    assert left == [0, 0, 0]


def test_times_without_a_zone_are_utc(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, "set timezone to 'Asia/Tokyo'", tables=MADE.replace("timestamptz", "timestamp"))
    execute(
        url,
        """insert into "user" values ('u1', 'Ada', 'ada@example.com', true, null, '2024-02-29 12:00', '2024-02-29 12:00')""",
    )
    ai_editor = on(url)
    assert ai_editor("db", "migrate").code == 0
    assert ai_editor("user", "show", "u1", "--json").json["user"]["createdAt"] == "2024-02-29T12:00:00.000Z"


def test_uuids_are_made_where_ids_are_uuids(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url, tables=UUIDS)
    with serving(on(url, RATE_LIMIT_ENABLED="yes", RATE_LIMIT_STORAGE="database")) as served:
        ada = served.visitor()
        _, made = ada.sign_up(EMAIL)
        assert str(uuid.UUID(made["user"]["id"])) == made["user"]["id"]
        assert ada.api("/get-session")[1]["session"]["userId"] == made["user"]["id"]
        assert ada.api("/get-session")[0] == 200
    assert execute(url, """select count(*) > 0 from "rateLimit" """)[0][0]


STOPS = {
    "account.issuer": 'alter table "account" add "issuer" text not null',
    "user.age": 'alter table "user" add "age" integer not null',
    "session.tenant": 'alter table "session" add "tenant" text not null',
    "verification.kind": 'alter table "verification" add "kind" text not null',
    "rateLimit.window": 'alter table "rateLimit" add "window" integer not null',
    "user.emailVerified": 'alter table "user" alter "emailVerified" type timestamptz using null',
    "user.name": 'alter table "user" drop "name"; alter table "user" add "name" text generated always as (lower("email")) stored',
    "session.token": 'alter table "session" alter "token" type varchar(16)',
    "session.expiresAt": 'alter table "session" alter "expiresAt" type bigint using 0',
    "account.providerId": "create type way as enum ('credential'); alter table \"account\" alter \"providerId\" type way using 'credential'::way",
    "account.password": 'alter table "account" alter "password" type varchar(64)',
    "user.image": 'alter table "user" alter "image" type jsonb using null',
    "verification.identifier": 'alter table "verification" drop "identifier"',
    "session.userId": 'alter table "session" rename "userId" to user_id',
    '"verification"': 'alter table "verification" rename to v; create view "verification" as select * from v',
}


@pytest.mark.parametrize(("named", "change"), STOPS.items(), ids=STOPS)
def test_what_does_not_fit_stops_the_start_with_one_line(
    new_database: NewDatabase, on: On, named: str, change: str
) -> None:
    url = new_database()
    make(url, change)
    ai_editor = on(url)
    before = execute(url, "select count(*) from pg_class")
    words = start_refused(ai_editor)
    assert named in words
    assert ":" in words
    assert execute(url, "select count(*) from pg_class") == before
    status = ai_editor("db", "status", "--json")
    assert status.code == 1
    assert named in status.json["stops"][0]
    assert named in ai_editor("db", "status").out
    for command in (("db", "init"), ("db", "migrate"), ("user", "list")):
        assert named in ai_editor(*command).refusal, command


def test_numbered_ids_are_refused_in_so_many_words(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    numbered = MADE.replace('"id" text', '"id" integer generated by default as identity')
    make(url, tables=numbered.replace('"userId" text', '"userId" integer'))
    words = start_refused(on(url))
    assert words.startswith("the database does not fit: user.id is int4")
    assert 'generateId "serial"' in words


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ("create table users (id text); create table sessions (id text)", '"sessions"'),
        ('create table "User" (id text); create table "Account" (id text)', '"Account"'),
        (
            'create table "user" (id text primary key, name text, email text, email_verified boolean);'
            "create table account (id text primary key, user_id text, provider_id text, account_id text)",
            "user.emailVerified",
        ),
    ],
)
def test_other_names_are_refused_in_so_many_words(
    new_database: NewDatabase, on: On, tables: str, named: str
) -> None:
    url = new_database()
    make(url, tables=tables)
    words = start_refused(on(url))
    assert named in words
    assert "better-auth's own names" in words


def test_a_running_server_is_not_ready_once_its_tables_do_not_fit(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url)
    with serving(on(url)) as served:
        assert served.visitor().ask("/health/ready")[0] == 200
        execute(url, 'alter table "account" add "issuer" text not null')
        assert served.visitor().ask("/health/ready") == (503, {"status": "database does not fit"})
        execute(url, 'alter table "account" alter "issuer" drop not null')
        assert served.visitor().ask("/health/ready")[0] == 200


def test_what_can_be_mended_is_said_and_mended_at_any_time(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url)
    ai_editor = on(url)
    assert ai_editor("db", "migrate").code == 0
    execute(url, 'alter table "account" drop "scope"')
    status = ai_editor("db", "status", "--json")
    assert (status.code, status.json["mends"]) == (1, ["account.scope is missing"])
    assert "account.scope is missing: `ai-editor db migrate` mends it" in ai_editor("db", "status").out
    assert "db migrate" in ai_editor("user", "list").refusal
    assert ai_editor("db", "migrate", "--json").json == {"ran": ["mend"]}
    assert ai_editor("db", "status").code == 0


def test_nulls_where_something_has_to_be_are_filled(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(
        url,
        """insert into "user" ("id", "name", "email") values ('u1', null, 'ada@example.com')""",
        tables=OTHERS["everything nullable"],
    )
    ai_editor = on(url)
    assert ai_editor("db", "migrate").code == 0
    found = ai_editor("user", "show", "u1", "--json").json["user"]
    assert (found["name"], found["emailVerified"]) == ("", False)


def test_two_rows_of_one_address_are_named_and_nothing_is_changed(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    rows = "values ('u1', 'Ada', 'ada@example.com', true), ('u2', 'Ada', 'ada@example.com', true)"
    make(
        url,
        f'insert into "user" ("id", "name", "email", "emailVerified") {rows}',
        tables=MADE.replace('"email" text not null unique', '"email" text not null'),
    )
    words = start_refused(on(url))
    assert "user.email is the same in the users u1 and u2" in words
    assert execute(url, "select to_regclass('ai_editor_migration')")[0][0] is None


def test_a_role_without_rights_is_told_which(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    assert on(url)("db", "migrate").code == 0
    role = f"weak_{uuid.uuid4().hex}"
    superuser = url.replace("//ai_editor@", "//postgres@")
    execute(superuser, f"create role {role} login; grant all on all tables in schema public to {role}")
    try:
        execute(url, f'revoke delete on "session" from {role}')
        weak = url.replace("//ai_editor@", f"//{role}@")
        assert weak != url
        words = start_refused(on(weak))
        assert '"session"' in words
        assert "GRANT DELETE" in words
    finally:
        execute(superuser, f"drop owned by {role}; drop role {role}")
