"""A worker process is a copy of the owner, and must not act as one."""

import os
from pathlib import Path

from server.postgres import Cluster
from tests.postgres.conftest import query


def test_forked_child_does_not_stop_the_server(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    address = cluster.start()
    child = os.fork()
    if child == 0:
        cluster.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert query(address, "SELECT 1") == [(1,)]
    cluster.stop()


def test_stop_may_come_twice_and_a_start_after_it(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "postgres")
    for _ in range(2):
        assert query(cluster.start(), "SELECT 1") == [(1,)]
        cluster.stop()
        cluster.stop()
