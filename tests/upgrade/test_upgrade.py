"""A database of long ago is brought to now while the old version serves from it, and nobody notices."""

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from tests.cli.commands import Commands
from tests.client import PASSWORD
from tests.conftest import SECRET, execute
from tests.mailbox import parse
from tests.upgrade.history import VERSIONS, Old, Version
from tests.upgrade.load import Load
from tests.workers.served import Served, Starting, until

NewDatabase = Callable[[], str]
NEW_PASSWORD = "another horse altogether"
LOOKED_AT = {"database", "schema", "indexes", "rows", "audit log", "clock", "connections"}

# All that a schema is made of, as PostgreSQL writes it.
SHAPE = """
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = current_schema()
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = current_schema()::regnamespace
    ORDER BY 1
"""


class Refused(Starting):
    """An old server that does not come to serve."""

    command = Old.command


def sign_in(served: Served, email: str, password: str = PASSWORD) -> str:
    status, _, cookie = served.call("/api/auth/sign-in/email", {"email": email, "password": password})
    assert status == 200
    return cookie


def sign_up(served: Served, email: str) -> str:
    body = {"name": "Ada", "email": email, "password": PASSWORD}
    status, _, cookie = served.call("/api/auth/sign-up/email", body)
    assert status == 200
    return cookie


def who(served: Served, cookie: str) -> str | None:
    status, found, _ = served.call("/api/auth/get-session", None, cookie)
    assert status == 200
    return found["user"]["email"] if isinstance(found, dict) else None


def sign_out(served: Served, cookie: str) -> None:
    assert served.call("/api/auth/sign-out", {}, cookie)[0] == 200


def mailed(old: Old, path: str, email: str) -> str:
    """The token of the link that the old server mails."""
    assert old.call(path, {"email": email, "redirectTo": "/x", "callbackURL": "/x"})[0] == 200
    outbox = old.folder / "data" / "outbox"
    until(lambda: list(outbox.glob("*.eml")))
    [file] = outbox.glob("*.eml")
    link = urlsplit(parse(file.read_bytes()).link)
    file.unlink()
    return parse_qs(link.query).get("token", [link.path.rpartition("/")[2]])[0]


@contextmanager
def busy_table(database: str, table: str) -> Iterator[Callable[[], bool]]:
    """As in the middle of somebody's change; whether somebody waits for its end."""
    with closing(psycopg2.connect(database)) as connection, connection.cursor() as cursor:
        cursor.execute(f'LOCK TABLE "{table}" IN ROW EXCLUSIVE MODE')
        waiting = """
            SELECT count(*) FROM pg_locks
            WHERE NOT granted AND relation = %s::regclass AND mode = 'ShareRowExclusiveLock'
        """
        yield lambda: execute(database, waiting, (f'"{table}"',)) != [(0,)]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.words)
def test_from_then_to_now(
    version: Version, new_database: NewDatabase, new_whole_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database()
    commands = Commands(tmp_path, {"DATABASE_URL": database, "BETTER_AUTH_SECRET": SECRET})
    settings = {"BETTER_AUTH_SECRET": SECRET, "WORKERS": "1"}
    with ExitStack() as stack:
        old = stack.enter_context(Old(version, folder(tmp_path, "old"), database, **settings))
        cookies = {name: sign_up(old, f"{name}@example.com") for name in ("ada", "bob")}
        reset = mailed(old, "/api/auth/request-password-reset", "ada@example.com") if version.mails else None
        proof = mailed(old, "/api/auth/send-verification-email", "bob@example.com") if version.mails else None
        with Load(old, "load") as load:
            load.go_on()
            migrate_meanwhile(database, commands, load)
            new = stack.enter_context(Served(folder(tmp_path, "new"), DATABASE_URL=database, **settings))
            load.go_on()
            both_serve(old, new, cookies)
            if reset and proof:
                links_work(new, reset, proof)
            load.go_on()
        assert {status for _, status in load.answers} == {200}, load.answers
        old.stop()
        refused(version, tmp_path / "old", database, settings)
        assert who(new, sign_in(new, "carol@example.com")) == "carol@example.com"
        assert commands("db", "status").code == 0
        assert execute(database, SHAPE) == execute(new_whole_database(), SHAPE)
        checks = commands("doctor", "--json").json["checks"]
        found = {each["name"]: each["level"] for each in checks if each["name"] in LOOKED_AT}
        assert found == dict.fromkeys(LOOKED_AT, "ok")


def folder(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


def migrate_meanwhile(database: str, commands: Commands, load: Load) -> None:
    """A change that does not end keeps the migration waiting, and nobody else."""
    with busy_table(database, "user") as somebody_waits:
        migrating = commands.start("db", "migrate")
        until(somebody_waits)
        load.go_on()
        assert migrating.poll() is None
    said = migrating.communicate(timeout=60)
    assert migrating.returncode == 0, said
    assert "The database is up to date." in said[0]
    load.go_on()


def both_serve(old: Old, new: Served, cookies: dict[str, str]) -> None:
    """Sessions and passwords of either count at the other, and what one ends is over at the other."""
    for name, cookie in cookies.items():
        assert who(new, cookie) == who(old, cookie) == f"{name}@example.com"
    ends_at_both(old, new)
    ends_at_both(new, old)
    assert who(old, sign_up(new, "carol@example.com")) == "carol@example.com"
    assert who(new, sign_up(old, "dan@example.com")) == "dan@example.com"


def ends_at_both(first: Served, second: Served) -> None:
    """Both have seen the session before, and may have it in memory."""
    cookie = sign_in(first, "bob@example.com")
    assert who(second, cookie) == who(first, cookie) == "bob@example.com"
    sign_out(first, cookie)
    until(lambda: who(second, cookie) is None)
    assert who(first, cookie) is None


def links_work(new: Served, reset: str, proof: str) -> None:
    """What the old server mailed is good at the new one."""
    body = {"newPassword": NEW_PASSWORD, "token": reset}
    assert new.call("/api/auth/reset-password", body)[0] == 200
    bob = sign_in(new, "bob@example.com")
    with urllib.request.urlopen(f"{new.address}/api/auth/verify-email?token={proof}", timeout=60) as answer:
        assert answer.status == 200
    _, found, _ = new.call("/api/auth/get-session", None, bob)
    assert isinstance(found, dict)
    assert found["user"]["emailVerified"] is True
    assert who(new, sign_in(new, "ada@example.com", NEW_PASSWORD)) == "ada@example.com"


def refused(version: Version, at: Path, database: str, settings: dict[str, str]) -> None:
    """The old version starts no more on what is newer, and says why."""
    started = Refused(at, DATABASE_URL=database, PYTHONPATH=str(at / "code"), **settings)
    _, words = started.process.communicate(timeout=60)
    assert started.process.returncode == 1
    assert "the database is newer than this version" in words, version.words
