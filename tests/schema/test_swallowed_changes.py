"""Triggers that swallow a change: it is refused, the log names the trigger, and nothing is half done."""

import json
import re
from collections.abc import Iterator
from queue import Queue
from threading import Thread

import pytest

from tests.cli.commands import Commands
from tests.conftest import SECRET, database_in, execute
from tests.schema.others import PASSWORD, Visitor, make

EMAIL = "ada@example.com"
SWALLOWS = """create function swallow() returns trigger language plpgsql as $$ begin return null; end $$;
    create function forbid() returns trigger language plpgsql as $$ begin raise exception 'kept'; end $$"""
TABLES = ("user", "session", "account", "verification")


class Swallower:
    """A server on a database whose tables can be told to swallow."""

    def __init__(self, url: str, ai_editor: Commands) -> None:
        self.url, self.ai_editor, self.people = url, ai_editor, 0
        self._process = ai_editor.start("serve")
        self._said: Queue[str] = Queue()
        self._reader = Thread(target=self._read)
        self._reader.start()
        found = re.search(r'\baddress\W+(http://[^\s"]+)', self.heard('"address"'))
        assert found
        self.address = found[1]

    def _read(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            self._said.put(line)

    def heard(self, words: str = "refused a change") -> str:
        """The next line of the log with these words."""
        while words not in (line := self._said.get(timeout=60)):
            assert "Traceback" not in line, line
        return line

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(120)
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream
            stream.close()

    def swallow(self, event: str, table: str, function: str = "swallow") -> None:
        execute(
            self.url,
            f'create trigger keep before {event} on "{table}" for each row execute function {function}()',
        )

    def spit(self) -> None:
        for table in TABLES:
            execute(self.url, f'drop trigger if exists keep on "{table}"')

    def visitor(self) -> Visitor:
        return Visitor(self.address)

    def person(self) -> tuple[Visitor, str]:
        """Somebody new who is signed in, and their address."""
        self.people += 1
        visitor, email = self.visitor(), f"person{self.people}@example.com"
        assert visitor.sign_up(email)[0] == 200
        return visitor, email

    def rows(self) -> list[list[tuple[object, ...]]]:
        return [execute(self.url, f'select to_jsonb(t) from "{table}" t order by "id"') for table in TABLES]


@pytest.fixture(scope="module")
def server(database_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swallower]:
    with database_in(database_server) as url:
        make(url, SWALLOWS)
        settings = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "PORT": "0", "APP_ENV": "development"}
        # What is changed in the tables is to be seen at once.
        settings |= {"LOG_FORMAT": "json", "SESSION_CACHE": "off"}
        ai_editor = Commands(tmp_path_factory.mktemp("swallow"), settings)
        made = Swallower(url, ai_editor)
        yield made
        made.stop()


@pytest.fixture
def swallower(server: Swallower) -> Iterator[Swallower]:
    yield server
    server.spit()


def swallowed(event: str, table: str) -> str:
    return f'{event.upper()} on "{table}" was swallowed by the trigger keep'


# What a person asks for, what swallows it, and how it is answered. better-auth has words of its own for two of them.
REFUSED = {
    "sign out": ("delete", "session", "/sign-out", {}, 409),
    "end all sessions": ("delete", "session", "/revoke-sessions", {}, 409),
    "end the other sessions": ("delete", "session", "/revoke-other-sessions", {}, 409),
    "delete the user": ("delete", "user", "/delete-user", {"password": PASSWORD}, 409),
    "delete a user whose sessions stay": ("delete", "session", "/delete-user", {"password": PASSWORD}, 409),
    "delete a user whose accounts stay": ("delete", "account", "/delete-user", {"password": PASSWORD}, 409),
    "another name": ("update", "user", "/update-user", {"name": "Eve"}, 400),
    "another password": (
        "update", "account", "/change-password", {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"}, 409
    ),
    "another password, other sessions": (
        "delete", "session", "/change-password",
        {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!", "revokeOtherSessions": True}, 409,
    ),
    "another password, a new session": (
        "insert", "session", "/change-password",
        {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!", "revokeOtherSessions": True}, 409,
    ),
}  # fmt: skip
CODES = {409: "CHANGE_REFUSED", 400: "FAILED_TO_UPDATE_USER", 422: "FAILED_TO_CREATE_USER"}


@pytest.mark.parametrize(("event", "table", "path", "body", "status"), REFUSED.values(), ids=REFUSED)
def test_what_a_person_asks_for_is_refused(
    swallower: Swallower, event: str, table: str, path: str, body: object, status: int
) -> None:
    visitor, email = swallower.person()
    assert swallower.visitor().sign_in(email)[0] == 200
    before = swallower.rows()
    swallower.swallow(event, table)
    answer = visitor.api(path, body)
    assert (answer[0], answer[1]["code"]) == (status, CODES[status])
    assert swallower.rows() == before
    assert swallowed(event, table) in json.loads(swallower.heard())["message"]
    assert visitor.api("/get-session")[1]["user"]["email"] == email
    swallower.spit()
    assert visitor.api(path, body)[0] == 200


@pytest.mark.parametrize(("table", "status"), [("user", 422), ("account", 422), ("session", 409)])
def test_nobody_is_signed_up_by_half(swallower: Swallower, table: str, status: int) -> None:
    before = swallower.rows()
    swallower.swallow("insert", table)
    visitor = swallower.visitor()
    answer = visitor.sign_up(EMAIL)
    assert (answer[0], answer[1]["code"]) == (status, CODES[status])
    assert not visitor.cookie
    assert swallower.rows() == before
    assert swallowed("insert", table) in json.loads(swallower.heard())["message"]


def test_nobody_is_signed_in_by_half(swallower: Swallower) -> None:
    _, email = swallower.person()
    swallower.swallow("insert", "session")
    visitor = swallower.visitor()
    assert visitor.sign_in(email)[1]["code"] == "CHANGE_REFUSED"
    assert not visitor.cookie
    assert swallowed("insert", "session") in json.loads(swallower.heard())["message"]


def test_one_session_of_ones_own(swallower: Swallower) -> None:
    visitor, email = swallower.person()
    other = swallower.visitor()
    other.sign_in(email)
    tokens = [each["token"] for each in visitor.api("/list-sessions")[1]]
    swallower.swallow("delete", "session")
    assert visitor.api("/revoke-session", {"token": tokens[1]})[1]["code"] == "CHANGE_REFUSED"
    assert swallowed("delete", "session") in json.loads(swallower.heard())["message"]
    assert other.api("/get-session")[1]["user"]["email"] == email
    # What is not there, or somebody else's, is no more refused than elsewhere.
    assert visitor.api("/revoke-session", {"token": "nothing"})[0] == 200
    swallower.spit()
    assert visitor.api("/revoke-session", {"token": tokens[1]})[0] == 200
    swallower.swallow("delete", "session")
    assert visitor.api("/revoke-session", {"token": tokens[1]})[0] == 200
    assert other.api("/sign-out", {})[0] == 200


@pytest.mark.parametrize("function", ["swallow", "forbid"])
@pytest.mark.parametrize(
    ("due", "event", "lives"), [("3 days", "update", True), ("-1 minute", "delete", False)]
)
def test_a_session_that_cannot_be_prolonged_or_deleted_is_no_error(
    swallower: Swallower, function: str, due: str, event: str, lives: bool
) -> None:
    visitor, email = swallower.person()
    token = visitor.api("/get-session")[1]["session"]["token"]
    change = f"""update "session" set "expiresAt" = now() + interval '{due}' where "token" = '{token}'"""
    execute(swallower.url, change)
    swallower.swallow(event, "session", function)
    status, found = visitor.api("/get-session")
    if (function, event) == ("swallow", "update"):  # as better-auth has it
        assert (status, found["code"]) == (401, "FAILED_TO_GET_SESSION")
    else:
        assert (status, found and found["user"]["email"]) == (200, email if lives else None)


def test_the_commands_say_so(swallower: Swallower) -> None:
    visitor, email = swallower.person()
    session = visitor.api("/get-session")[1]["session"]["id"]
    ai_editor, before = swallower.ai_editor, swallower.rows()
    for event, table, arguments in (
        ("delete", "user", ("user", "delete", email, "--yes")),
        ("delete", "session", ("session", "revoke", session)),
        ("delete", "session", ("session", "revoke", "--user", email, "--yes")),
        ("update", "account", ("user", "set-password", email, "--password-stdin")),
        ("insert", "user", ("user", "create", EMAIL, "--name", "Ada", "--password-stdin")),
        ("insert", "account", ("user", "create", EMAIL, "--name", "Ada", "--password-stdin")),
    ):
        swallower.swallow(event, table)
        words = ai_editor(*arguments, stdin=PASSWORD).refusal
        assert swallowed(event, table) in words
        assert swallower.rows() == before
        swallower.spit()


def test_a_unique_index_of_others_is_named(swallower: Swallower) -> None:
    _, email = swallower.person()
    execute(
        swallower.url,
        """delete from "session" where "userId" in
        (select "userId" from "session" group by 1 having count(*) > 1)""",
    )
    execute(
        swallower.url, """create unique index one on "session" ("userId") where "ipAddress" is not null"""
    )
    try:
        visitor = swallower.visitor()
        status, answer = visitor.sign_in(email)
        assert (status, answer["code"]) == (409, "CHANGE_REFUSED")
        assert "another row has what one allows once" in swallower.heard()
    finally:
        execute(swallower.url, "drop index one")
