"""SIGHUP and SIGTERM under load."""

from __future__ import annotations

import signal
import time
from functools import partial

from drill import ground
from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import crowd, until
from drill.proof import prove
from drill.servers import Server, serving


def restart() -> Outcome:
    """Both workers replaced, twice: nobody may notice."""
    found, ledger = Outcome("restart", "SIGHUP to two workers, twice"), Ledger()
    with ground.folder() as folder, serving(folder, WORKERS="2") as server:
        begun = time.monotonic()
        with crowd(ledger, server.port):
            for _ in range(2):
                before = set(server.workers())
                begun = server.send(signal.SIGHUP)
                replaced = until(partial(_are_new, server, before), 10)
                found.demand(replaced, "not all workers were replaced in 10 s")
                time.sleep(0.5)
        prove(ledger, server.address, server)
        found.take(ledger)
        found.allow(("200",))
        found.back_within(0, ledger.recovered(begun))
    return found


def _are_new(server: Server, before: set[int]) -> bool:
    now = set(server.workers())
    return len(now) == 2 and not now & before


def stop() -> Outcome:
    """SIGTERM: who was let in is answered, and who comes later finds the door shut."""
    found, ledger = Outcome("stop", "SIGTERM to one process, then a start"), Ledger()
    with ground.folder() as folder, serving(folder) as server:
        with crowd(ledger, server.port):
            time.sleep(1)
            begun = time.monotonic()
            took = server.stop()
            server.again()
            time.sleep(1)
        prove(ledger, server.address, server)
        found.take(ledger)
        found.allow(("200", "503", "refused"))
        found.demand(took <= 6, f"the end took {took:.1f} s")
        found.notes.append(f"the end took {took:.1f} s")
        found.back_within(15, ledger.recovered(begun))
    return found
