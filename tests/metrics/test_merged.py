"""GET /metrics of several workers: whichever is asked, it tells of all of them, exactly."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.metrics.scraping import scrape
from tests.workers.served import Served, until

HEALTH = "ai_editor_http_requests_total{endpoint=Health,method=GET,status=200}"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder)) as found:
        yield found


def counted(served: Served) -> float:
    return scrape(served).get(HEALTH, 0)


def call(served: Served, times: int) -> float:
    """The count with these; an answer is counted a moment after it is sent."""
    before = counted(served)
    for _ in range(times):
        assert served.call("/health")[0] == 200
    until(lambda: counted(served) == before + times)
    return before + times


def test_every_scrape_has_the_sum(served: Served) -> None:
    expected = call(served, 40)
    assert {counted(served) for _ in range(12)} == {expected}
    found = scrape(served)
    latency = HEALTH.replace("requests_total", "request_seconds_count")
    assert found[latency] == found[HEALTH]


def test_gauges_are_added_up_and_processes_told_apart(served: Served) -> None:
    until(lambda: scrape(served)["ai_editor_database_connections_max"] == 20)  # 10 of each
    found = scrape(served)
    assert found["ai_editor_workers"] == 2
    assert found["ai_editor_changes_heard"] == 1
    for family, least in (("process_resident_memory_bytes", 1e6), ("process_cpu_seconds_total", 0)):
        each = [value for series, value in found.items() if series.startswith(family + "{worker=")]
        assert len(each) == 2  # whichever numbers they have: one that replaced another has a third
        assert min(each) > least


def test_a_frozen_worker_counts_and_keeps_nobody_waiting(served: Served) -> None:
    before = call(served, 20)
    for pid in served.pids():
        os.kill(pid, signal.SIGSTOP)
        try:
            assert counted(served) == before
        finally:
            os.kill(pid, signal.SIGCONT)


def test_what_a_dead_worker_counted_stays(served: Served) -> None:
    before = call(served, 20)
    for victim in served.pids():
        os.kill(victim, signal.SIGKILL)
        until(lambda victim=victim: len(served.pids()) == 2 and victim not in served.pids())  # type: ignore[misc]
        assert counted(served) == before
    call(served, 10)
    until(lambda: scrape(served)["ai_editor_database_connections_max"] == 20)


def test_what_a_replaced_worker_counted_stays(served: Served) -> None:
    before, pids = call(served, 10), served.pids()
    served.process.send_signal(signal.SIGHUP)
    until(lambda: not pids & served.pids() and len(served.pids()) == 2)
    assert counted(served) == before
    until(lambda: scrape(served)["ai_editor_workers"] == 2)
