"""A server is replaced, or killed, while people use both through nginx."""

from __future__ import annotations

import time

from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import crowd
from drill.proof import prove
from scale.front import Passed
from scale.town import Town, end_by_force

AFTER_POST = "503 to a POST"


def rolling(town: Town, rounds: int = 1) -> Outcome:
    """SIGTERM and a start, one server after the other."""
    found = Outcome("rolling restart", f"both servers stopped and started, one after the other, {rounds} ×")
    ledger, begun, before = Ledger(), time.monotonic(), town.front.passed_on()
    with crowd(ledger, town.front.port, way=town.way):
        for server in town.servers * rounds:
            server.stop()
            server.again()
            town.wait_until_used(server)
    _told(found, ledger, town, before)
    found.allow(("200",))
    found.back_within(0, ledger.recovered(begun))
    return found


def killed(town: Town, seconds: float = 1.0, times: int = 1) -> Outcome:
    """kill -9 of one of two servers, which comes back later."""
    found = Outcome("killed server", f"kill -9 of one of two servers, {times} ×")
    ledger, begun, before = Ledger(), time.monotonic(), town.front.passed_on()
    with crowd(ledger, town.front.port, way=town.way):
        for server in (town.servers * times)[:times]:
            begun = time.monotonic()
            end_by_force(server)
            time.sleep(seconds)
            server.again()
            town.wait_until_used(server)
    _told(found, ledger, town, before)
    # What a killed server was doing for somebody nobody knows: so many people, so many answers at most.
    found.allow(("200", AFTER_POST))
    unknown = found.failures.get(AFTER_POST, 0)
    found.demand(unknown <= 6 * times, f"{unknown} answers were lost")
    found.back_within(1, ledger.recovered(begun))
    return found


def _told(found: Outcome, ledger: Ledger, town: Town, before: Passed) -> None:
    """The figures, and what nginx has done about it."""
    passed = town.front.passed_on().since(before)
    prove(ledger, town.address, *town.servers)
    found.take(ledger)
    found.demand(not passed.repeated["POST"], f"{passed.repeated['POST']} POSTs were sent twice")
    again = sum(passed.again.values())
    found.notes.append(
        f"nginx asked the other server {again} times, {passed.again['POST']} of them for a POST that was not sent"
        f" yet; sent twice: {passed.repeated['GET']} GETs, {passed.repeated['POST']} POSTs;"
        f" the longest answer took {1000 * ledger.longest:.0f} ms"
    )
    found.notes += town.front.failures()[:5]
