"""An address with several hosts: the first that suits is taken, and no silent one is waited for. S38."""

import asyncio
import socket
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from server.database import Database, DatabaseUnavailable, database, hosts
from server.postgres.cluster import Cluster

pytestmark = pytest.mark.usefixtures("io_loop")


class Place:
    """A port where nobody answers: refused, or taken and kept waiting."""

    def __init__(self, listening: bool) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        if listening:
            self.socket.listen()
        self.socket.settimeout(20)
        self.port = int(self.socket.getsockname()[1])


@pytest.fixture
def mute() -> Iterator[Place]:
    """It takes connections, and says nothing."""
    made = Place(listening=True)
    yield made
    made.socket.close()


@pytest.fixture
def refused() -> Iterator[Place]:
    """Nobody is there."""
    made = Place(listening=False)
    yield made
    made.socket.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that who waits for a silent host does not come to an end in this test."""
    monkeypatch.setattr(database, "CONNECT_SECONDS", 60.0)
    monkeypatch.setattr(database, "ACQUIRE_SECONDS", 60.0)


def address(cluster: Cluster, *places: Place) -> str:
    """Those, and the cluster's socket as the last."""
    url = urlsplit(cluster.start())
    there = parse_qs(url.query)["host"][0]
    names = ",".join([*("127.0.0.1" for _ in places), there])
    ports = ",".join([*(str(each.port) for each in places), "5432"])
    return f"postgresql://ai_editor@/ai_editor?host={names}&port={ports}&target_session_attrs=read-write"


@pytest.mark.gen_test
async def test_a_silent_host_is_passed_over_and_left(cluster: Cluster, mute: Place, patient: None) -> None:
    db = Database(address(cluster, mute), 2)
    assert await asyncio.wait_for(db.value("SELECT 1"), 30) == 1
    asked, _ = mute.socket.accept()
    with asked:
        asked.settimeout(20)
        while await asyncio.to_thread(asked.recv, 4096):
            pass  # what it was asked; then the end, as another was quicker
    await db.close()


@pytest.mark.gen_test
async def test_who_was_good_is_asked_first(
    cluster: Cluster, mute: Place, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = Database(address(cluster, mute), 3)
    assert await asyncio.wait_for(db.value("SELECT 1"), 30) == 1
    mute.socket.accept()[0].close()
    monkeypatch.setattr(hosts, "HEAD_START_SECONDS", 60.0)  # for which the silent one would be waited for
    held = [db.value("SELECT pg_sleep(0.05)") for _ in range(3)]
    await asyncio.wait_for(asyncio.gather(*held), 30)
    mute.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        mute.socket.accept()
    await db.close()


@pytest.mark.gen_test
async def test_after_a_refusal_the_next_is_asked_at_once(
    cluster: Cluster, refused: Place, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "HEAD_START_SECONDS", 60.0)
    db = Database(address(cluster, refused), 1)
    assert await asyncio.wait_for(db.value("SELECT 1"), 30) == 1
    await db.close()


@pytest.mark.gen_test
async def test_who_refuses_is_asked_again_while_another_is_silent(
    cluster: Cluster, mute: Place, patient: None
) -> None:
    """As the standby of a primary that does not answer, until it is promoted."""
    url = address(cluster, mute)
    cluster.stop()
    db = Database(url, 1)
    running = asyncio.create_task(db.value("SELECT 1"))
    await asyncio.sleep(2 * hosts.HEAD_START_SECONDS)
    assert not running.done()
    await asyncio.to_thread(cluster.start)
    assert await asyncio.wait_for(running, 30) == 1
    await db.close()


@pytest.mark.gen_test
async def test_what_each_said_is_told(refused: Place, mute: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "CONNECT_SECONDS", 0.3)
    ports = f"127.0.0.1:{refused.port},127.0.0.1:{mute.port}"
    db = Database(f"postgresql://nobody:hunter2@{ports}/none", 1)
    with pytest.raises(DatabaseUnavailable) as raised:
        await db.value("SELECT 1")
    said = str(raised.value)
    assert f"127.0.0.1:{refused.port}: Connection refused" in said
    assert f"127.0.0.1:{mute.port}: the connection timed out" in said
    assert "hunter2" not in said
    await db.close()


@pytest.mark.gen_test
async def test_two_that_are_the_same_are_one(refused: Place) -> None:
    db = Database(f"postgresql://127.0.0.1:{refused.port},127.0.0.1:{refused.port}/none", 1)
    with pytest.raises(DatabaseUnavailable, match="refused"):
        await asyncio.wait_for(db.value("SELECT 1"), 30)
    await db.close()
