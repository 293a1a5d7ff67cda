"""After a failover, a replica is read from once it follows the new primary, and never where it went on without it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.replicas.conftest import Reading, named, settings
from tests.standbys import Node, streaming, until


@pytest.fixture
def nodes() -> Iterator[tuple[Node, ...]]:
    """The primary, the one that will be promoted, and a replica."""
    with streaming(2) as found:
        yield found


def serving(folder: Path, nodes: tuple[Node, ...]) -> Reading:
    """One that goes to whichever of the first two takes changes, and reads from the third."""
    old, new, replica = nodes
    hosts = old.url.replace(old.host, f"{old.host},{new.host}")
    return Reading(folder, **settings(old, replica.url) | {"DATABASE_URL": hosts})


def test_one_that_follows_is_read_from_again(tmp_path: Path, nodes: tuple[Node, ...]) -> None:
    old, new, replica = nodes
    with serving(tmp_path, nodes) as server:
        until(lambda: server.usable)
        cookie = server.sign_up("ada@example.com")
        until(lambda: new.has_all_of(old))
        old.kill()
        until(lambda: not server.usable)
        new.promote()
        replica.follow(new)
        until(lambda: server.call("/health/ready")[0] == 200)
        for each in (new, replica):  # a role without rights sees a new timeline as of then
            each.execute("CHECKPOINT")
        until(lambda: server.usable)
        before = server.from_replica
        until(lambda: server.list("list-accounts", cookie) and server.from_replica > before)


def test_one_that_went_another_way_is_not(tmp_path: Path, nodes: tuple[Node, ...]) -> None:
    old, new, replica = nodes
    with serving(tmp_path, nodes) as server:
        until(lambda: server.usable)
        kept = server.sign_up("kept@example.com")
        until(lambda: new.has_all_of(old))
        new.execute("ALTER SYSTEM SET primary_conninfo = ''")
        new.execute("SELECT pg_reload_conf()")
        until(lambda: not new.streams_from(old))
        lost = server.sign_up("lost@example.com")
        until(lambda: replica.has_all_of(old))
        old.kill()
        new.promote()
        replica.execute(
            "ALTER SYSTEM SET primary_conninfo = %s", f"host=127.0.0.1 port={new.port} user=postgres"
        )
        replica.execute("SELECT pg_reload_conf()")
        until(lambda: server.call("/health/ready")[0] == 200)
        # Its log is as long as the new primary's soon, which is not the same one.
        new.execute("CREATE TABLE filler AS SELECT repeat('x', 100) FROM generate_series(1, 10000)")
        server.hear(r"is left out: it has not followed the primary to its new timeline yet")
        assert replica.execute('SELECT count(*) FROM "user" WHERE "email" = %s', "lost@example.com") == [(1,)]
        assert named(server.session(kept)) == "Ada"
        until(lambda: server.session(lost) is None)
        assert server.usable == 0
