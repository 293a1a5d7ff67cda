"""Patroni decides who takes over, as deploy/patroni.yml has it, and the servers of ours go there. S38."""

import time
from collections.abc import Iterator

import pytest

from drill.servers import Server, serving
from tests.patroni.cluster import Cluster
from tests.replication.load import Load
from tests.standbys import until


@pytest.fixture(scope="module")
def servers(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, ...]]:
    """One of ours with two workers."""
    with serving(tmp_path_factory.mktemp("server"), DATABASE_URL=cluster.url, WORKERS="2") as found:
        yield (found,)


def test_the_leader_is_killed(cluster: Cluster, servers: tuple[Server, ...]) -> None:
    load, leader = Load(servers), cluster.leader
    with load.people():
        until(lambda: cluster.other(leader).says("synchronous"))  # none but such a one takes over
        leader.kill()
        load.fail()
        until(cluster.other(leader).writes)
        since = time.monotonic()
        load.go_on()
        leader.start()
        until(cluster.is_whole)
    load.judge(cluster.url, since)


def test_a_switchover(cluster: Cluster, servers: tuple[Server, ...]) -> None:
    load, leader = Load(servers), cluster.leader
    with load.people():
        until(lambda: cluster.other(leader).says("synchronous"))
        cluster.switch_over()
        until(cluster.other(leader).writes)
        since = time.monotonic()
        load.go_on()
    load.judge(cluster.url, since)
