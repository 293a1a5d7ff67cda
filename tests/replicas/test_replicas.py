"""Reads that go to a replica never miss what was written, and go to the primary while the replica is not what it should be."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from server.database import Unsettled, reads
from tests.cli.commands import Commands
from tests.replicas.conftest import Scene, named, settings
from tests.standbys import Node, until

# Longer than a lagging replica may be used, and than a change is held to be unsettled.
A_WHILE = reads.UNSETTLED_SECONDS + 1.0


def watch(what: Callable[[], bool], seconds: float = A_WHILE) -> None:
    """That it stays so."""
    until_then = time.monotonic() + seconds
    while time.monotonic() < until_then:
        assert what()
        time.sleep(0.02)


def test_a_session_made_elsewhere_is_read_from_the_replica(ready: Scene) -> None:
    cookies = [ready.here.sign_up("read@example.com")]
    before = ready.there.from_replica

    def seen() -> bool:
        """Of the next session: the first may come before what was missed at the start is settled."""
        cookies.append(ready.here.sign_in("read@example.com"))
        until(lambda: ready.standby.has_all_of(ready.primary))
        assert named(ready.there.session(cookies[-1])) == "Ada"
        return ready.there.from_replica > before

    until(seen)
    before = ready.there.from_replica
    assert named(ready.there.session(cookies[-1])) == "Ada"
    assert ready.there.from_replica == before  # from memory


def test_lists_are_read_there_once_it_has_all(ready: Scene) -> None:
    cookie = ready.here.sign_up("lists@example.com")
    before = ready.there.from_replica
    for _ in range(5):
        assert len(ready.there.list("list-sessions", cookie)) == 1
        assert len(ready.there.list("list-accounts", cookie)) == 1
    assert ready.there.from_replica > before


def test_a_list_is_read_there_where_the_log_is_at_the_beginning_of_a_page(ready: Scene) -> None:
    cookie = ready.here.sign_up("page@example.com")
    ready.there.session(cookie)
    ready.primary.execute("SELECT pg_switch_wal()")
    until(lambda: ready.standby.has_all_of(ready.primary))
    before = ready.there.from_replica
    until(lambda: ready.there.list("list-accounts", cookie) and ready.there.from_replica > before)


def test_nothing_is_missed_that_the_replica_has_not_got_yet(ready: Scene) -> None:
    cookie = ready.here.sign_up("behind@example.com")
    until(lambda: ready.standby.has_all_of(ready.primary))
    ready.standby.pause_replay()
    try:
        second = ready.here.sign_in("behind@example.com")
        assert named(ready.there.session(second)) == "Ada"
        assert len(ready.there.list("list-sessions", cookie)) == 2
        assert ready.here.call("/api/auth/update-user", {"name": "Countess"}, cookie)[0] == 200
        until(lambda: named(ready.there.session(cookie)) == "Countess")
        until(lambda: named(ready.there.session(second)) == "Countess")
        third = ready.here.sign_in("behind@example.com")
        assert named(ready.there.session(third)) == "Countess"
    finally:
        ready.standby.resume_replay()


def test_a_revoked_session_stays_dead_though_the_replica_has_it(ready: Scene) -> None:  # S23
    cookie = ready.here.sign_up("revoked@example.com")
    until(lambda: ready.standby.has_all_of(ready.primary))
    time.sleep(reads.UNSETTLED_SECONDS)
    ready.standby.pause_replay()
    try:
        assert ready.here.call("/api/auth/sign-out", {}, cookie)[0] == 200
        assert ready.here.session(cookie) is None
        until(lambda: ready.there.session(cookie) is None)
        watch(lambda: ready.here.session(cookie) is None and ready.there.session(cookie) is None)
        assert ready.standby.execute('SELECT count(*) FROM "session" s JOIN "user" u ON u."id" = s."userId" WHERE "email" = %s',
                                     "revoked@example.com") == [(1,)]  # fmt: skip
    finally:
        ready.standby.resume_replay()


def test_a_replica_that_lags_is_left_out_until_it_has_caught_up(ready: Scene) -> None:
    ready.standby.pause_replay()
    try:
        cookie = ready.here.sign_up("lag@example.com")
        until(lambda: ready.here.usable == 0 and ready.there.usable == 0)
        ready.there.hear(r"is left out: it lags more than 1 s")
        before = ready.there.from_replica
        assert named(ready.there.session(cookie)) == "Ada"
        assert len(ready.there.list("list-sessions", cookie)) == 1
        assert ready.there.from_replica == before
    finally:
        ready.standby.resume_replay()
    until(lambda: ready.here.usable and ready.there.usable)


def test_a_replica_that_is_frozen_or_gone_holds_nobody_up(ready: Scene) -> None:
    cookie = ready.here.sign_up("gone@example.com")
    ready.standby.freeze()
    try:
        for number in range(10):
            second = ready.here.sign_up(f"gone{number}@example.com")
            assert named(ready.there.session(second)) == "Ada"
        until(lambda: ready.there.usable == 0)
    finally:
        ready.standby.thaw()
    until(lambda: ready.there.usable)
    ready.standby.kill()
    try:
        assert len(ready.there.list("list-sessions", cookie)) == 1
        second = ready.here.sign_in("gone@example.com")
        assert named(ready.there.session(second)) == "Ada"
        until(lambda: ready.there.usable == 0)
    finally:
        ready.standby.start()
    until(lambda: ready.there.usable)
    assert len(ready.there.list("list-sessions", cookie)) == 2


@pytest.mark.parametrize("noun", ["user", "session"])
def test_commands_list_what_was_just_written(ready: Scene, noun: str) -> None:
    commands = Commands(ready.folder, settings(ready.primary, ready.standby.url))
    ready.standby.pause_replay()
    try:
        ready.here.sign_up(f"{noun}@example.com")
        done = commands(noun, "list", "--json")
    finally:
        ready.standby.resume_replay()
    assert f"{noun}@example.com" in done.out


@pytest.mark.parametrize("noun", ["user", "session", "audit"])
def test_commands_read_from_a_replica_that_has_all(ready: Scene, noun: str) -> None:
    commands = Commands(ready.folder, settings(ready.primary, ready.standby.url))
    ready.here.sign_up(f"{noun}-list@example.com")
    with writing_down(ready.standby) as said:
        until(lambda: commands(noun, "list", "--json").json["total"] > 0 and "count(*)" in said())


@contextmanager
def writing_down(node: Node) -> Iterator[Callable[[], str]]:
    """What is asked of a server meanwhile."""
    node.execute("ALTER SYSTEM SET log_statement = 'all'")
    node.execute("SELECT pg_reload_conf()")
    begin = node.home.log.stat().st_size
    try:
        yield lambda: node.home.log.read_text()[begin:]
    finally:
        node.execute("ALTER SYSTEM RESET log_statement")
        node.execute("SELECT pg_reload_conf()")


def test_what_is_no_replica_is_named_and_not_used(ready: Scene) -> None:
    wrong = f"{ready.primary.url},postgres://127.0.0.1:1/nobody"
    with ready.reading(wrong) as server:
        server.hear(r"the replica 127.0.0.1:\d+ is left out: it is no standby")
        cookie = ready.here.sign_up("wrong@example.com")
        assert named(server.session(cookie)) == "Ada"
        assert server.usable == server.from_replica == 0


def test_of_too_many_changes_none_is_settled() -> None:
    unsettled = Unsettled(most=3)
    unsettled._until = 0.0
    for key in ("a", "b", "c"):
        unsettled.add(key)
    assert "a" in unsettled
    assert "d" not in unsettled
    unsettled.add("e")
    assert all(key in unsettled for key in ("a", "b", "c", "d", "e"))


def test_the_doctor_tells_of_replicas(ready: Scene) -> None:
    commands = Commands(ready.folder, settings(ready.primary, ready.standby.url))

    def told(*addresses: str) -> tuple[str, str]:
        found = examined(commands.but(READ_DATABASE_URL=",".join(addresses)))["replicas"]
        return found["level"], found["words"]

    assert told() == ("ok", "none is set")
    assert told(ready.standby.url) == ("ok", "1 of 1 can be read from")
    assert told(ready.standby.url, ready.primary.url) == ("ok", "1 of 2 can be read from")
    words = f"0 of 1 can be read from; {ready.primary.host}: it is no standby"
    assert told(ready.primary.url) == ("warning", words)
    level, words = told(ready.standby.url, "postgres://127.0.0.1:1/nobody")
    assert (level, words.partition(" (")[0].partition("; ")[0]) == ("warning", "1 of 2 can be read from")


def examined(commands: Commands) -> dict[str, dict[str, str]]:
    """What the doctor found, by name."""
    return {each["name"]: each for each in commands("doctor", "--json").json["checks"]}
