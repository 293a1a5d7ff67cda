"""kill -9 of a worker, of the supervisor, of PostgreSQL."""

from __future__ import annotations

import signal
import time

from drill import ground
from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import crowd, until
from drill.proof import prove
from drill.proxy import proxied
from drill.servers import alive, kill, serving


def worker(seconds: float = 2.0, times: int = 3) -> Outcome:
    """One of two workers, again and again."""
    found, ledger = Outcome("worker", f"kill -9 of one of two workers, {times} times"), Ledger()
    with ground.folder() as folder, serving(folder, WORKERS="2") as server:
        killed = time.monotonic()
        with crowd(ledger, server.port):
            for _ in range(times):
                until(lambda: len(server.workers()) == 2, 30)
                killed = kill(server.workers()[0])
                time.sleep(seconds)
            until(lambda: len(server.workers()) == 2, 30)
        prove(ledger, server.address, server)
        found.take(ledger)
        found.allow(("200", "cut"))
        found.back_within(3, ledger.recovered(killed))
    return found


def supervisor() -> Outcome:
    """The supervisor: its workers and its PostgreSQL have to end by themselves."""
    found, ledger = Outcome("supervisor", "kill -9 of the supervisor of two workers"), Ledger()
    with ground.folder() as folder, serving(folder, WORKERS="2") as server:
        with crowd(ledger, server.port):
            time.sleep(1)
            left = [*server.workers(), server.postmaster()]
            killed = server.send(signal.SIGKILL)
            server.process.wait()
        ended = until(lambda: not any(map(alive, left)), 10)
        took = time.monotonic() - killed
        found.demand(ended and took <= 2, f"workers or PostgreSQL lived on for {took:.1f} s, or longer")
        found.notes.append(f"all ended in {took:.1f} s" if ended else "not all ended in 10 s")
        for pid in left[:-1]:
            kill(pid)
        server.again()
        prove(ledger, server.address, server)
        found.take(ledger)
        found.allow(("200", "cut", "refused", "503"))
        found.recovery = time.monotonic() - killed
    return found


def database(seconds: float = 3.0, times: int = 2) -> Outcome:
    """The embedded PostgreSQL: `immediate` stops, and kill -9, under load."""
    found = Outcome("postgres", f"PostgreSQL: {times} × stop immediate, {times} × kill -9")
    ledger = Ledger()
    with ground.folder() as folder, serving(folder) as server:
        with crowd(ledger, server.port):
            killed = time.monotonic()
            for number in [signal.SIGQUIT, signal.SIGKILL] * times:
                killed = kill(server.postmaster(), number)
                time.sleep(seconds)
                until(server.is_ready, 20)
            time.sleep(1)
        prove(ledger, server.address, server)
        found.take(ledger)
        found.allow(("200", "503"))
        found.demand(ledger.longest <= 5, f"a request took {ledger.longest:.1f} s")
        found.notes.append(f"the longest request took {ledger.longest:.1f} s")
        found.back_within(5, ledger.recovered(killed))
    return found


def worker_without_database() -> Outcome:
    """A worker dies while PostgreSQL is away: the other one has to be there when it comes back."""
    found, ledger = Outcome("both", "PostgreSQL away for 4 s, a worker killed meanwhile"), Ledger()
    with (
        ground.database() as (folder, address),
        proxied(address) as way,
        serving(folder, DATABASE_URL=way.address, WORKERS="2") as server,
    ):
        with crowd(ledger, server.port):
            way.refuse()
            kill(server.workers()[0])
            time.sleep(4)
            way.resume()
            back = time.monotonic()
            until(lambda: server.process.poll() is not None or server.is_ready(), 10)
            time.sleep(2)
        found.demand(server.process.poll() is None, "the whole service ended")
        if server.process.poll() is None:
            prove(ledger, address, server)
        found.take(ledger)
        found.allow(("200", "503", "cut"))
        found.back_within(2, ledger.recovered(back))
    return found
