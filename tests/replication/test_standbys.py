"""That the servers which the tests here take away are what they are taken for."""

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest

from tests.standbys import Node, streaming, until


def test_what_is_written_arrives_when_it_may(pair: tuple[Node, ...]) -> None:
    primary, standby = pair
    primary.execute("CREATE TABLE word AS SELECT 1 AS number")
    until(lambda: standby.has_all_of(primary))
    standby.pause_replay()
    primary.execute("UPDATE word SET number = 2")
    assert standby.execute("SELECT number FROM word") == [(1,)]
    standby.resume_replay()
    until(lambda: standby.execute("SELECT number FROM word") == [(2,)])
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        standby.execute("UPDATE word SET number = 3")


def test_a_commit_waits_for_the_standby_that_it_is_to_wait_for(pair: tuple[Node, ...]) -> None:
    primary, standby = pair
    primary.wait_for(standby)
    standby.freeze()
    try:
        with ThreadPoolExecutor(1) as pool:
            written = pool.submit(primary.execute, "CREATE TABLE soon AS SELECT 1")
            until(lambda: primary.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
            assert not written.done()
            standby.thaw()
    finally:
        standby.thaw()
    assert written.result() == []
    primary.wait_for()


def test_who_was_promoted_writes_and_the_other_follows() -> None:
    with streaming(2) as (old, new, third):
        old.execute("CREATE TABLE word AS SELECT 1 AS number")
        until(lambda: new.has_all_of(old))
        old.kill()
        new.promote()
        new.execute("UPDATE word SET number = 2")
        third.follow(new)
        old.follow(new)
        for each in (third, old):
            until(lambda each=each: each.execute("SELECT number FROM word") == [(2,)])  # type: ignore[misc]
            assert each.in_recovery()
