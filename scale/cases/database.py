"""The PostgreSQL that takes changes is lost, and its standby takes over."""

from __future__ import annotations

import time

from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import crowd, until
from drill.proof import prove
from scale.town import Town

# What is said while there is no database, to a GET and to a POST.
AWAY = ("503", "503 to a POST")


def failed_over(town: Town, seconds: float = 1.0) -> Outcome:
    """kill -9 of the primary; its standby, for which each COMMIT waits, is promoted a while later, and then followed."""
    found = Outcome("primary failed over", "kill -9 of the primary, its synchronous standby promoted")
    ledger, standby = Ledger(), town.standbys[0]
    town.primary.wait_for(standby)
    with crowd(ledger, town.front.port, way=town.way):
        town.primary.kill()
        time.sleep(seconds)
        standby.promote()
        promoted = time.monotonic()
        until(lambda: ledger.good_at > promoted and all(each.is_ready() for each in town.servers), 30)
        time.sleep(seconds)
    town.primary, town.standbys = standby, (town.primary,)
    town.standbys[0].follow(town.primary)
    prove(ledger, town.address, *town.servers)
    found.take(ledger)
    found.allow(("200", *AWAY))
    found.demand(ledger.longest <= 5, f"a request took {ledger.longest:.1f} s")
    found.notes.append(
        f"away for {seconds:g} s before the standby was promoted; the longest request took {ledger.longest:.1f} s"
    )
    found.back_within(2, ledger.recovered(promoted))
    return found
