"""Workers are forked from a process that stands by, as if each had been started."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.servers import children, command_line, name
from server.cli.forking import NAME
from tests.workers.served import Served, until


@pytest.fixture
def served(tmp_path: Path, database_url: str) -> Iterator[Served]:
    with Served(tmp_path, DATABASE_URL=database_url) as found:
        yield found


def standing_by(served: Served) -> int:
    """The process that workers are forked from."""
    [found] = [each for each in children(served.process.pid) if name(each) == NAME]
    return found


def started(pids: set[int]) -> set[int]:
    """Those that were not forked."""
    return {pid for pid in pids if b"--worker" in command_line(pid)}


def test_workers_are_forked_and_have_nothing_of_each_other_s(served: Served) -> None:  # S33
    """Each is the first of a session of its own, and shares no pipe or socket but its streams."""
    pids = served.pids()
    assert (len(pids), started(pids)) == (2, set())
    assert {os.getsid(pid) for pid in pids} == pids
    one, other = map(ways, pids)
    assert one & other == streams(served)
    assert one & ways(standing_by(served)) == streams(served)


def ways(pid: int) -> set[str]:
    """The pipes and sockets that a process has."""
    links = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir()}
    return {each for each in links if each.startswith(("pipe:", "socket:"))}


def streams(served: Served) -> set[str]:
    """Those of them that all have."""
    return {str(Path(f"/proc/{served.process.pid}/fd/{number}").readlink()) for number in (1, 2)}


def test_with_its_end_the_workers_are_replaced_by_ones_that_are_started(served: Served) -> None:
    """They would end unseen, so they end at once; nothing of the service is lost but what was under way."""
    before = served.pids()
    os.kill(standing_by(served), signal.SIGKILL)
    until(lambda: len(started(served.pids())) == 2 and not before & served.pids())
    until(lambda: [served.call("/health")[0] for _ in range(6)] == [200] * 6)
    assert served.process.poll() is None


def test_from_a_hang_up_on_workers_are_of_the_program_as_it_is_by_then(served: Served) -> None:
    before = served.pids()
    served.process.send_signal(signal.SIGHUP)
    until(lambda: len(started(served.pids())) == 2 and len(served.pids()) == 2)
    os.kill(min(served.pids()), signal.SIGKILL)
    until(lambda: len(started(served.pids() - before)) == 2)


def test_a_signal_to_all_ends_all_as_one_to_the_supervisor_does(served: Served) -> None:
    """As service managers send it; what stands by outlives the workers, and tells how they ended."""
    standby, pids = standing_by(served), served.pids()
    for pid in (standby, *pids, served.process.pid):
        os.kill(pid, signal.SIGTERM)
    assert served.process.wait(30) == 0
    until(lambda: not any(command_line(pid) for pid in (standby, *pids)))


def test_it_ends_with_a_supervisor_that_is_killed(served: Served) -> None:
    standby = standing_by(served)
    served.process.kill()
    until(lambda: not command_line(standby))


class Started(Served):
    """Not through the tests' own way to start commands, which takes no large environment either."""

    command = ("-m", "server", "serve")


@pytest.mark.parametrize(("size", "are_forked"), [(1, True), (3, False), (20, False)])
def test_an_environment_that_is_too_large_to_be_handed_on_has_them_started(
    tmp_path: Path, database_url: str, size: int, are_forked: bool
) -> None:
    large = {f"LARGE_{number}": "x" * 50_000 for number in range(size)}
    with Started(tmp_path, DATABASE_URL=database_url, **large) as served:
        assert (started(served.pids()) == set()) is are_forked
        assert served.call("/health")[0] == 200


def test_who_has_ended_leaves_no_corpse(served: Served) -> None:
    standby, before = standing_by(served), served.pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(served.pids()) == 2 and not before & served.pids())
    assert children(standby) == served.pids()
