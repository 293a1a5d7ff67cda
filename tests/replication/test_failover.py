"""Another PostgreSQL takes over under load, and the servers go there: nothing that was acknowledged is lost. S38."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from drill.servers import Server, serving
from drill.wire import Line
from server.database import Database, DatabaseUnavailable, database
from tests.replication.conftest import both
from tests.replication.load import Load
from tests.standbys import Node, streaming, until

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ai_editor'"


@dataclass
class Stage:
    """Two PostgreSQL, of which one is the standby."""

    primary: Node
    standby: Node

    def promote(self) -> float:
        """The standby takes over; when it was seen to."""
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        return time.monotonic()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """They change places from test to test."""
    with streaming() as pair:
        yield Stage(*pair)


@pytest.fixture(scope="module")
def servers(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ...]]:
    """Two of ours, one of them with two workers; they run on through all tests."""
    one, two = (tmp_path_factory.mktemp("server") for _ in range(2))
    url = both(stage.primary, stage.standby)
    with serving(one, DATABASE_URL=url) as first, serving(two, DATABASE_URL=url, WORKERS="2") as second:
        yield first, second


@pytest.fixture
def load(stage: Stage, servers: tuple[Server, ...]) -> Iterator[Load]:
    """COMMIT waits for the standby."""
    stage.primary.wait_for(stage.standby)
    yield Load(servers)
    stage.primary.wait_for()


@pytest.mark.parametrize("comes_back", ["as a standby", "read-only"])
def test_the_primary_is_killed(stage: Stage, load: Load, comes_back: str) -> None:
    with load.people():
        stage.primary.kill()
        load.fail()
        since = stage.promote()
        load.go_on()
        if comes_back == "read-only":
            stage.standby.start(default_transaction_read_only="on")
            load.go_on()
            assert stage.standby.clients() == 0
        stage.standby.follow(stage.primary)
    load.judge(stage.primary.url, since)


def test_the_primary_is_frozen(stage: Stage, load: Load) -> None:
    """It believes that it is the primary still, and would take changes."""
    with load.people():
        stage.primary.freeze()
        load.fail()
        since = stage.promote()
        load.go_on()
        stage.standby.thaw()
        until(lambda: stage.standby.clients() == 0)
        load.go_on()
        assert stage.standby.clients() == 0
        stage.standby.follow(stage.primary)
    load.judge(stage.primary.url, since)


def test_who_waits_for_a_frozen_primary_asks_the_next_one(stage: Stage) -> None:
    """At once, though nobody has told them that it is gone."""

    async def wait() -> None:
        db = Database(both(stage.primary, stage.standby), 2)
        asked = asyncio.create_task(db.value("SELECT 1 FROM pg_sleep(60)"))
        async with db.listen("nothing") as listener:
            await listener.probe(20)
            await asyncio.to_thread(until, lambda: asks(stage.primary))
            assert await db.value("SELECT 1") == 1  # on a connection that is idle from now on
            stage.primary.freeze()
            with pytest.raises(DatabaseUnavailable):
                await listener.probe(0.2)
        await asyncio.to_thread(stage.promote)
        assert await db.value("SELECT 1") == 1
        await asyncio.to_thread(until, lambda: asks(stage.primary))
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await db.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, wait()).result()
    stage.standby.kill()
    stage.standby.follow(stage.primary)


def test_a_primary_of_before_is_not_gone_back_to(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It woke up, takes changes, and is the only one that answers."""

    async def look() -> None:
        db = Database(both(stage.primary, stage.standby), 2)
        assert await db.value("SELECT 1") == 1
        stage.primary.freeze()
        await asyncio.to_thread(stage.promote)
        db._leave()
        assert await db.value("SELECT 1") == 1
        monkeypatch.setattr(database, "CONNECT_SECONDS", 1.5)
        stage.standby.thaw()
        stage.primary.freeze()
        db._leave()
        with pytest.raises(DatabaseUnavailable, match="another was promoted since"):
            await db.value("SELECT 1")
        stage.primary.thaw()
        monkeypatch.undo()
        assert await db.value("SELECT 1") == 1
        await db.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, look()).result()
    stage.standby.follow(stage.primary)


def asks(node: Node) -> bool:
    """Whether somebody waits there."""
    return bool(node.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))


def test_the_primary_becomes_read_only_and_another_takes_over(stage: Stage, load: Load) -> None:
    """No connection is ended: what listens there would hear nothing any more, and be believed."""
    with load.people():
        stage.primary.set("default_transaction_read_only", "on")
        load.fail()
        since = stage.promote()
        load.go_on()
        until(lambda: stage.standby.clients() == 0)
        stage.standby.follow(stage.primary)
    load.judge(stage.primary.url, since)


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "not-ended"])
def test_the_database_is_read_only_for_a_while(stage: Stage, load: Load, ended: bool) -> None:
    """With and without its connections ended."""
    with load.people():
        stage.primary.execute("ALTER DATABASE ai_editor SET default_transaction_read_only = on")
        if ended:
            stage.primary.execute(END)
        load.fail()
        until(lambda: all(ready(each) == 503 for each in load.servers))
        stage.primary.execute("ALTER DATABASE ai_editor RESET default_transaction_read_only")
        since = time.monotonic()
    load.judge(stage.primary.url, since)


def ready(server: Server) -> int:
    """What /health/ready answers."""
    line = Line(server.port)
    answer = line.ask("//health/ready")
    line.close()
    return answer.status
