"""A start on a database that takes no changes: a standby, or one that was made read-only. S38."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from server import postgres
from server.postgres import postmaster
from server.postgres.account import choose_account
from server.postgres.binaries import find_binaries
from tests.conftest import execute
from tests.outside import set_read_only
from tests.workers.served import Served, Starting, until

ADA = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}
NewDatabase = Callable[[], str]


def serves_what_can_be_read(served: Served, cookie: str) -> None:
    assert served.call("/health")[0] == 200
    assert served.call("/health/ready")[0] == 503
    assert served.call("/api/auth/get-session", cookie=cookie)[1] is not None
    assert served.call("/api/auth/sign-in/email", ADA)[0] == 503


def test_read_only_tables_are_served(new_database: NewDatabase, tmp_path: Path) -> None:
    url = new_database()
    settings = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": "x" * 32}
    with Served(tmp_path, **settings) as first:
        cookie = first.call("/api/auth/sign-up/email", ADA)[2]
    set_read_only(url, "on")
    with Served(tmp_path, **settings) as served:
        assert "the database is read-only: what has to write is answered 503" in served.said
        serves_what_can_be_read(served, cookie)
        set_read_only(url, "off")
        until(lambda: served.call("/api/auth/sign-in/email", ADA)[0] == 200)
        until(lambda: served.call("/health/ready")[0] == 200)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_that_has_to_be_migrated_is_refused(
    new_database: NewDatabase, tmp_path: Path, workers: str
) -> None:
    url = new_database()
    set_read_only(url, "on")
    with Starting(tmp_path, DATABASE_URL=url, WORKERS=workers) as starting:
        _, said = starting.process.communicate(timeout=60)
    assert starting.process.returncode == 1
    assert said.splitlines()[0].startswith(
        "ai-editor: the database is read-only and has to be migrated: give"
    )
    assert "Traceback" not in said


@contextmanager
def standby(primary: str, folder: Path) -> Iterator[str]:
    """A copy of the whole server that answers reads alone, until it is told to be the primary."""
    binaries, data = find_binaries(), folder / "data"
    account = choose_account(folder, binaries)
    data.mkdir(0o700)
    account.give(data)
    source = primary.replace("//ai_editor@", "//postgres@")
    copied = account.popen(
        [binaries / "pg_basebackup", "-d", source, "-D", data, "-c", "fast", "-R"], cwd=folder
    )
    assert copied.wait(120) == 0
    ((most, *_), *_) = execute(source, "SHOW max_connections")  # which may be no fewer here
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    settings += ["-c", "hot_standby=on", "-c", f"max_connections={most}"]
    with (folder / "log").open("wb") as log:
        server = account.popen(
            [binaries / "postgres", "-D", data, *settings], cwd=folder, stdout=log, stderr=log
        )
    try:
        until(lambda: server.poll() is not None or postmaster.answers(postmaster.read_pid_file(data)))
        assert server.poll() is None, (folder / "log").read_text()
        yield f"postgresql://ai_editor@{urlsplit(primary).path}?host={folder}&port=5432"
    except AssertionError:
        print((folder / "log").read_text())
        raise
    finally:
        server.terminate()
        server.wait(60)


def test_a_standby_is_served_until_it_is_the_primary(tmp_path: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as one,
        tempfile.TemporaryDirectory() as two,
        postgres.owned(Path(one)) as url,
    ):
        settings = {"BETTER_AUTH_SECRET": "x" * 32, "WORKERS": "1"}
        with Served(tmp_path, DATABASE_URL=url, **settings) as first:
            cookie = first.call("/api/auth/sign-up/email", ADA)[2]
        with standby(url, Path(two)) as copy, Served(tmp_path, DATABASE_URL=copy, **settings) as served:
            assert "the database is read-only: what has to write is answered 503" in served.said
            serves_what_can_be_read(served, cookie)
            execute(copy.replace("//ai_editor@", "//postgres@"), "SELECT pg_promote()")
            until(lambda: served.call("/api/auth/sign-in/email", ADA)[0] == 200)
