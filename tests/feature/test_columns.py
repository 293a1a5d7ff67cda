"""A feature whose columns go through sign-up, sessions and updates, on a real server and database."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import tornado.platform.asyncio
from tornado.httpserver import HTTPServer

from server.cli import build
from server.config.reader import Reader
from server.config.settings import Settings, load
from server.errors import StartError
from server.feature import Feature, assemble, columns_of, plug
from server.http.api import ApiHandler
from server.http.app import Application
from server.http.app import http_server as make_server
from server.http.guards import signed_in
from server.model import Column, SignedIn
from server.services import Services
from tests.client import Client
from tests.conftest import SECRET, STANDARD, Sql, execute
from tests.ears import Ears
from tests.promises import promised


class Badge(ApiHandler):
    """GET /badge."""

    @signed_in()
    async def get(self, who: SignedIn) -> None:
        """What code sees of the columns."""
        seen = {**who.user.more, **who.session.more}
        self.answer({name: [type(value).__name__, str(value)] for name, value in seen.items()})


BADGE = Feature(
    name="badge",
    api=(("/badge", Badge),),
    columns=(
        Column("user", "nickname"),
        Column("user", "level", "number", default=lambda: 1),
        Column("user", "beta", "boolean", default=False),
        Column("user", "birthday", "date"),
        Column("user", "taste", "json"),
        Column("user", "tags", "string[]"),
        Column("user", "role", default="user", input=False),
        Column("user", "secretNote", returned=False),
        Column("session", "activeOrganizationId"),
        Column("session", "visits", "number", default=0),
        Column("session", "since", "date"),
        Column("session", "impersonatedBy", input=False),
    ),
)
COLUMNS = columns_of(BADGE, Reader({}))
USER = {
    "nickname": None,
    "level": 1,
    "beta": False,
    "birthday": None,
    "taste": None,
    "tags": None,
    "role": "user",
}
SESSION = {"activeOrganizationId": None, "visits": 0, "since": None, "impersonatedBy": None}
GIVEN: dict[str, Any] = {
    "nickname": "Bo",
    "level": 7,
    "beta": True,
    "birthday": "2001-02-03T04:05:06.789Z",
    "taste": {"a": [1, 2.5, None]},
    "tags": ["x"],
}
TYPES = {
    "number": "integer",
    "boolean": "boolean",
    "date": "timestamptz",
    "json": "jsonb",
    "string[]": "jsonb",
}
EVERYWHERE = [
    pytest.param(name, marks=pytest.mark.environ(**environ))
    for name, environ in {
        "memory": {},
        "no memory": {"SESSION_CACHE": "off"},
        **{form: {"SESSION_COOKIE_CACHE": form} for form in ("compact", "jwt", "jwe")},
    }.items()
]


@pytest.fixture(scope="module", autouse=True)
def altered(database_url: str) -> Iterator[None]:
    """The tables with the columns, as a migration of the feature would leave them."""
    for column in COLUMNS:
        kind = TYPES.get(column.type, "text")
        execute(database_url, f'ALTER TABLE "{column.table}" ADD COLUMN "{column.name}" {kind}')
    yield
    for column in COLUMNS:
        execute(database_url, f'ALTER TABLE "{column.table}" DROP COLUMN "{column.name}"')


@pytest.fixture
def app(
    io_loop: tornado.platform.asyncio.AsyncIOLoop, config: Settings, clean: None, ears: Ears
) -> Iterator[Services]:
    """The services with the feature, which hear of changes."""

    async def make() -> Services:
        made = assemble((BADGE, *STANDARD), config)
        ears.belong_to(made.db)
        await made.changes.start()
        return made

    services = io_loop.run_sync(make)
    yield services
    io_loop.run_sync(services.close)


@pytest.fixture
def http_server(
    io_loop: tornado.platform.asyncio.AsyncIOLoop, app: Services, _unused_port: tuple[Any, int]
) -> Iterator[HTTPServer]:
    server = make_server(Application(app, (BADGE, *STANDARD)))
    server.add_socket(_unused_port[0])
    yield server
    server.stop()
    io_loop.run_sync(server.close_all_connections, timeout=5)


def more(found: dict[str, Any]) -> dict[str, Any]:
    """The declared members of a user or a session."""
    return {name: value for name, value in found.items() if name in (*USER, *SESSION, "secretNote")}


async def seen(client: Client, times: int = 3) -> tuple[dict[str, Any], dict[str, Any]]:
    """What get-session says of the columns, which is the same from wherever it comes."""
    found = [await client.session() for _ in range(times)]
    found.append((await client.api("/get-session?disableCookieCache=true")).json)
    said = [(more(each["user"]), more(each["session"])) for each in found]
    assert all(each == said[0] for each in said)
    return said[0]


@pytest.mark.gen_test
async def test_a_new_person_has_the_defaults_before_the_id(client: Client) -> None:
    answer = (await client.sign_up()).json
    core = ("name", "email", "emailVerified", "image", "createdAt", "updatedAt")
    assert [name for name in answer["user"] if name in {*core, *USER, "id"}] == [*core, *USER, "id"]
    assert list(answer["session"])[-5:] == [*SESSION, "id"]
    assert (more(answer["user"]), more(answer["session"])) == (USER, SESSION)


def test_people_who_move_in_have_the_defaults(
    database_url: str, tmp_path: Path, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner

    audit = logging.getLogger("ai_editor.audit")  # which a command sets up for its process
    monkeypatch.setattr(audit, "handlers", audit.handlers[:])
    monkeypatch.setattr(audit, "propagate", audit.propagate)
    path = tmp_path / "users.jsonl"
    path.write_text('{"id": "moved", "email": "moved@example.com", "name": "Moved"}\n')
    for name, value in {"DATABASE_URL": database_url, "APP_ENV": "development"}.items():
        monkeypatch.setenv(name, value)
    with ThreadPoolExecutor(1) as pool:  # asyncio.run leaves a thread without an event loop
        command = build((BADGE, *STANDARD))
        done = pool.submit(CliRunner().invoke, command, ["user", "import", str(path)]).result()
    assert done.exit_code == 0, done.output
    [(row,)] = sql('SELECT to_jsonb(u) FROM "user" u')
    assert {name: row[name] for name in USER} == USER


@pytest.mark.parametrize("kept", EVERYWHERE)
@pytest.mark.gen_test
async def test_what_is_given_at_sign_up_is_shown_everywhere(client: Client, sql: Sql, kept: str) -> None:
    answer = await client.sign_up(**GIVEN, secretNote="hush")
    assert more(answer.json["user"]) == USER | GIVEN
    assert await seen(client) == (USER | GIVEN, SESSION)
    assert more((await client.api("/list-sessions")).json[0]) == SESSION
    assert more((await client.sign_in()).json["user"]) == USER | GIVEN
    assert await seen(client) == (USER | GIVEN, SESSION)
    assert sql('SELECT "secretNote" FROM "user"') == [("hush",)]


@pytest.mark.parametrize("kept", EVERYWHERE)
@pytest.mark.gen_test
async def test_an_update_is_seen_at_once(client: Client, kept: str) -> None:
    await client.sign_up()
    assert await seen(client) == (USER, SESSION)
    assert (await client.api("/update-user", GIVEN)).json == {"status": True}
    assert await seen(client) == (USER | GIVEN, SESSION)
    answer = await client.api("/update-session", {"visits": 3, "since": "2001-02-03"})
    expected = SESSION | {"visits": 3, "since": "2001-02-03T00:00:00.000Z"}
    assert more(answer.json["session"]) == expected
    assert list(answer.json) == ["session"]
    assert await seen(client) == (USER | GIVEN, expected)
    await client.api("/update-user", {"nickname": None, "name": "Bo"})
    assert (await seen(client))[0] == USER | GIVEN | {"nickname": None}
    assert (await client.session())["user"]["name"] == "Bo"


@pytest.mark.parametrize("kept", EVERYWHERE[:2])
@pytest.mark.gen_test
async def test_a_change_from_elsewhere_is_heard(client: Client, sql: Sql, kept: str) -> None:
    await client.sign_up()
    assert await seen(client) == (USER, SESSION)
    sql("""UPDATE "user" SET "role" = 'admin'""")
    assert await seen(client) == (USER | {"role": "admin"}, SESSION)
    sql("""UPDATE "session" SET "impersonatedBy" = 'x'""")
    assert await seen(client) == (USER | {"role": "admin"}, SESSION | {"impersonatedBy": "x"})


@pytest.mark.parametrize("kept", EVERYWHERE)
@pytest.mark.gen_test
async def test_code_sees_them_typed(client: Client, kept: str) -> None:
    await client.sign_up(**GIVEN)
    for _ in range(2):
        found = (await client.api("/badge")).json
        assert found["birthday"] == ["datetime", "2001-02-03 04:05:06.789000+00:00"]
        assert found["level"] == ["int", "7"]
        assert found["visits"] == ["int", "0"]
        assert "secretNote" not in found


@pytest.mark.gen_test
async def test_what_a_client_may_not_set(client: Client, sql: Sql) -> None:  # S39
    assert more((await client.sign_up(role="admin")).json["user"]) == USER
    refused = await client.api("/update-user", {"role": "admin", "nickname": "x"})
    assert (refused.status, refused.json["code"]) == (400, "FIELD_NOT_ALLOWED")
    assert refused.json["message"] == "role is not allowed to be set"
    refused = await client.api("/update-session", {"impersonatedBy": "x", "visits": 9})
    assert (refused.status, refused.json["code"]) == (400, "FIELD_NOT_ALLOWED")
    refused = await client.api("/update-session", {"token": "x", "userId": "x", "nickname": "x"})
    assert (refused.status, refused.json["message"]) == (400, "No fields to update")
    assert await seen(client) == (USER, SESSION)
    assert sql('SELECT count(*) FROM "session" WHERE "token" = \'x\'') == [(0,)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("level", "x"),
        ("level", 1.5),
        ("level", 2**40),
        ("beta", 5),
        ("birthday", 5),
        ("birthday", "5"),
        ("birthday", "infinity"),
        ("birthday", "2001-02-03T04:05:06+24:00"),
        ("birthday", "0001-01-01T00:00:00+10:00"),
        ("taste", "no JSON"),
        ("taste", "\0"),
        ("tags", "x"),
        ("nickname", "\0"),
    ],
)
@pytest.mark.gen_test
async def test_what_a_column_cannot_hold(client: Client, sql: Sql, name: str, value: Any) -> None:
    refused = await client.sign_up(**{name: value})
    assert (refused.status, refused.json["code"]) == (422, "FAILED_TO_CREATE_USER")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]
    await client.sign_up()
    refused = await client.api("/update-user", {name: value})
    assert (refused.status, refused.json["code"]) == (400, "FAILED_TO_UPDATE_USER")
    assert await seen(client) == (USER, SESSION)


@pytest.mark.parametrize("value", ["x", 1.5])
@pytest.mark.gen_test
async def test_what_a_column_of_the_session_cannot_hold(client: Client, value: object) -> None:
    await client.sign_up()
    for name in ("visits", "since"):
        refused = await client.api("/update-session", {name: value})
        assert (refused.status, refused.json["code"]) == (400, "FAILED_TO_UPDATE_SESSION")
    assert await seen(client) == (USER, SESSION)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2001", datetime(2001, 1, 1, tzinfo=UTC)),
        ("2001-02", datetime(2001, 2, 1, tzinfo=UTC)),
        ("2001-02-03T04:05", datetime(2001, 2, 3, 4, 5, tzinfo=UTC)),
        ("2001-02-03T04:05:06.7899+02:30", datetime(2001, 2, 3, 1, 35, 6, 789000, tzinfo=UTC)),
        ("2001-02-03T24:00:00Z", datetime(2001, 2, 4, tzinfo=UTC)),
    ],
)
@pytest.mark.gen_test
async def test_dates_as_ecmascript_has_them(client: Client, sql: Sql, given: str, stored: datetime) -> None:
    await client.sign_up(birthday=given)
    assert sql('SELECT "birthday" FROM "user"') == [(stored,)]


@pytest.mark.gen_test
async def test_a_date_that_nobody_can_read(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""UPDATE "user" SET "birthday" = 'infinity'""")
    answer = await client.api("/get-session")
    assert (answer.status, answer.json["code"]) == (500, "FAILED_TO_GET_SESSION")


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_a_taken_address_is_answered_as_a_new_one(client: Client) -> None:  # S10
    given = GIVEN | {"birthday": "2001-02-03", "nickname": 5, "level": "7", "tags": "[1.0]", "taste": '"x"'}
    new, taken = [(await client.sign_up(**given)).json for _ in range(2)]
    assert list(new["user"]) == list(taken["user"])
    assert more(new["user"]) == more(taken["user"])
    assert more(taken["user"])["tags"] == [1]
    refused = [await client.sign_up(email, level="x") for email in ("ada@example.com", "new@example.com")]
    assert [answer.status for answer in refused] == [422, 422]


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_the_link_that_is_followed_counts_for_columns_too(client: Client, sql: Sql) -> None:
    await client.sign_up(nickname="mallory", level=7, tags=["a"])
    given: dict[str, Any] = {
        "nickname": "ada",
        "birthday": "2001-02-03",
        "tags": ["b", "c"],
        "taste": {"x": [1]},
    }
    await client.sign_up(**given)
    await client.api(promised(sql, "verify-email")[-1].path.removeprefix("/api/auth"))
    shown = more((await client.session())["user"])
    assert (shown["nickname"], shown["level"], shown["tags"], shown["taste"]) == (
        "ada",
        1,
        ["b", "c"],
        {"x": [1]},
    )
    assert shown["birthday"] == "2001-02-03T00:00:00.000Z"


@pytest.mark.gen_test
async def test_a_session_that_is_gone_is_not_updated(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql("""CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql
           AS 'BEGIN DELETE FROM "session" WHERE "id" = OLD."id"; RETURN NULL; END'""")
    sql("""CREATE TRIGGER gone BEFORE UPDATE ON "session" FOR EACH ROW EXECUTE FUNCTION gone()""")
    try:
        answer = await client.api("/update-session", {"visits": 3})
    finally:
        sql("""DROP TRIGGER gone ON "session" """)
        sql("""DROP FUNCTION gone()""")
    assert (answer.status, answer.json["code"]) == (401, "FAILED_TO_GET_SESSION")
    assert client.cookies == {}


@pytest.mark.gen_test
async def test_a_missing_column_ends_the_start(database_url: str, tmp_path: Path, sql: Sql) -> None:
    given = {"DATABASE_URL": database_url, "BETTER_AUTH_SECRET": SECRET, "APP_ENV": "development"}
    services = assemble((BADGE, *STANDARD), load(given, tmp_path))
    sql('ALTER TABLE "session" RENAME COLUMN "visits" TO "visited"')
    try:
        with pytest.raises(StartError, match=r"the database lacks the column session\.visits: run"):
            async with services.running():
                pass
    finally:
        sql('ALTER TABLE "session" RENAME COLUMN "visited" TO "visits"')
    async with services.running():
        pass
    await services.close()


@pytest.mark.parametrize("name", ["", "a_b", 'a"b', "1a", "a b", "é", "id", "emailVerified"])
def test_names_are_checked_when_declared(name: str) -> None:
    with pytest.raises(ValueError, match="column"):
        Column("user", name)


def test_two_cannot_have_the_same(tmp_path: Path) -> None:
    config = load({}, tmp_path)
    with pytest.raises(StartError, match=r"two features have the column 'user\.nickname'"):
        plug((BADGE, Feature(name="x", columns=(Column("user", "nickname"),))), config)
    plug((BADGE, Feature(name="x", columns=(Column("session", "nickname"),))), config)
