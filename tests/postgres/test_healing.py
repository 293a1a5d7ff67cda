"""What a killed process, or a machine that lost power, leaves behind, the next start heals."""

import os
import select
import signal
import subprocess
import time
from pathlib import Path

import psycopg2
import pytest

from server.postgres import postmaster
from tests.postgres.conftest import ACCOUNTS, Place, query
from tests.postgres.process import Process
from tests.workers.served import until

RUNNING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND strpos(query, '1000000000000') > 0 AND pid <> pg_backend_pid()
"""


def write_rows(address: str) -> None:
    query(address, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")


def assert_heals(place: Place) -> None:
    owner = place.begin()
    assert query(owner.address(), "SELECT count(*) FROM kept") == [(1000,)]
    owner.end()
    assert not place.running()


def wait_gone(place: Place) -> None:
    while place.running():
        time.sleep(0.01)


def test_killed_server(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    os.kill(cluster.postmaster(), signal.SIGKILL)
    wait_gone(cluster)
    owner.end()
    assert_heals(cluster)


def test_a_killed_server_comes_back_to_its_owner(cluster: Place) -> None:
    owner = cluster.begin()
    address = owner.address()
    write_rows(address)
    killed = cluster.postmaster()
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while True:
        try:
            assert query(address, "SELECT count(*) FROM kept") == [(1000,)]
            break
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert cluster.postmaster() != killed
    owner.end()
    assert not cluster.running()


def test_killed_server_with_a_statement_that_goes_on(cluster: Place) -> None:
    owner = cluster.begin()
    address = owner.address()
    write_rows(address)
    busy = psycopg2.connect(address, async_=1)
    while (state := busy.poll()) != psycopg2.extensions.POLL_OK:
        writing = state == psycopg2.extensions.POLL_WRITE
        select.select([] if writing else [busy], [busy] if writing else [], [])
    busy.cursor().execute("SELECT count(*) FROM generate_series(1, 1000000000000) n, generate_series(1, 9) m")
    while query(address, RUNNING) == [(0,)]:
        time.sleep(0.01)
    os.kill(cluster.postmaster(), signal.SIGKILL)
    kill_with_guard(owner)
    assert cluster.running()
    assert_heals(cluster)
    busy.close()


@pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)
def test_a_killed_owner_takes_its_server_along(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    owner.kill()
    wait_gone(cluster)
    assert_heals(cluster)


@pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)
def test_a_killed_command_takes_its_server_along(cluster: Place) -> None:
    command = cluster.begin("attached")
    command.address()
    command.kill()
    wait_gone(cluster)


@pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)
def test_a_killed_owner_whose_server_cannot_come_to_an_end(cluster: Place) -> None:
    """Its last checkpoint takes for ever, as on a disk that stands still: the folder is free all the same. S38."""
    owner = cluster.begin()
    write_rows(owner.address())
    os.kill(checkpointer(cluster), signal.SIGSTOP)
    owner.kill()
    until(lambda: not cluster.running() and not postmaster.workers(cluster.data), seconds=20)
    assert_heals(cluster)


def checkpointer(place: Place) -> int:
    """The process that writes the last checkpoint."""
    found = {Path(f"/proc/{pid}/cmdline").read_bytes(): pid for pid in postmaster.workers(place.data)}
    return next(pid for line, pid in found.items() if b"checkpointer" in line)


def kill_with_guard(owner: Process) -> None:
    """As a machine does that runs out of memory."""
    children = Path(f"/proc/{owner.pid}/task/{owner.pid}/children").read_text().split()
    guards = [pid for pid in children if b"server.postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    for pid in guards:
        os.kill(int(pid), signal.SIGKILL)
    owner.kill()


def test_a_server_that_is_left_behind_is_taken_over(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    orphan = cluster.postmaster()
    kill_with_guard(owner)
    assert cluster.running()
    heir = cluster.begin()
    assert query(heir.address(), "SELECT count(*) FROM kept") == [(1000,)]
    assert cluster.postmaster() == orphan
    heir.end()
    assert not cluster.running()


def kill_both(place: Place, owner: Process) -> None:
    server = place.postmaster()
    kill_with_guard(owner)
    os.kill(server, signal.SIGKILL)
    wait_gone(place)


def test_stale_pid_file(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    kill_both(cluster, owner)
    assert (cluster.data / "postmaster.pid").exists()
    assert_heals(cluster)


def test_pid_file_that_names_a_living_stranger(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    kill_both(cluster, owner)
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=cluster.uid, cwd="/")
    try:
        file = cluster.data / "postmaster.pid"
        _, _, rest = file.read_text().partition("\n")
        file.write_text(f"{stranger.pid}\n{rest}")
        assert_heals(cluster)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_cut_pid_file(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    kill_both(cluster, owner)
    (cluster.data / "postmaster.pid").write_text("")
    assert_heals(cluster)


def test_server_whose_socket_is_gone_is_started_anew(cluster: Place) -> None:
    owner = cluster.begin()
    write_rows(owner.address())
    kill_with_guard(owner)
    (cluster.home / ".s.PGSQL.5432").unlink()
    assert_heals(cluster)


def test_killed_while_the_cluster_is_made(place: Place) -> None:
    owner = place.begin()
    while not list(place.home.glob("data.new-*/global")):
        assert owner.popen.poll() is None
        time.sleep(0.001)
    owner.kill()
    assert not place.data.exists()
    heir = place.begin()
    assert query(heir.address(), "SELECT 1") == [(1,)]
    heir.end()
    while initializing(place.home):
        time.sleep(0.01)
    last = place.begin()
    last.address()
    last.end()
    assert not list(place.home.glob("data.new-*"))


def initializing(home: Path) -> bool:
    """Whether an initdb works in that folder."""
    mark = os.fsencode(home / "data.new-")
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark in file.read_bytes():
                return True
        except OSError:
            continue
    return False
