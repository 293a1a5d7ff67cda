"""The commands find the one of several PostgreSQL that takes changes, as a server does."""

import json
from pathlib import Path

from tests.cli.commands import Commands
from tests.replication.conftest import both
from tests.standbys import Node


def test_commands_write_where_that_can_be(pair: tuple[Node, ...], tmp_path: Path) -> None:
    primary, standby = pair
    run = Commands(tmp_path, {"DATABASE_URL": both(standby, primary), "APP_ENV": "development"})
    assert run("db", "migrate").code == 0
    person = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    assert run(*person, stdin="a password of theirs\n").code == 0
    assert "ada@example.com" in run("user", "list").out
    kept = run("db", "backup", "kept.zip")
    assert (kept.code, (tmp_path / "kept.zip").exists()) == (0, True), kept.err
    checks = {each["name"]: each["words"] for each in json.loads(run("doctor", "--json").out)["checks"]}
    assert "takes changes" in checks["database"]


def test_where_none_takes_changes_it_is_said_of_each(pair: tuple[Node, ...], tmp_path: Path) -> None:
    """The standby, under two names."""
    standby = pair[1]
    url = both(standby).replace("127.0.0.1", f"localhost:{standby.port},127.0.0.1")
    done = Commands(tmp_path, {"DATABASE_URL": url, "APP_ENV": "development"})("db", "migrate")
    assert (done.code, done.err.count("session is read-only")) == (1, 2), done.err
    assert len(done.err.splitlines()) == 1
