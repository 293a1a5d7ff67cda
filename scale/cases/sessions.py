"""A session that is ended at one server, asked for at the other."""

from __future__ import annotations

import time

from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.people import sign_out, sign_up
from drill.servers import Trouble
from drill.wire import PATIENCE, Line
from scale.spread import Spread
from scale.town import Town

WANTED_MS = 50.0


def revoked(town: Town, times: int = 20) -> Outcome:
    """From the answer of the one that the session has ended to the first answer of the other that knows of none."""
    found = Outcome("revoked elsewhere", f"{times} sessions ended at one server, asked for at the other")
    ledger = Ledger()
    one, other = town.servers
    with Line(one.port) as here, Line(other.port) as there:
        spread = Spread([_seconds(ledger, here, there) for _ in range(times)])
    found.take(ledger)
    found.allow(("200",))
    # The question that waits until then is no failure, so the bar is this one.
    found.stale = spread.most
    found.notes.append(f"the other server refused it after {spread}")
    found.demand(spread.p99 <= WANTED_MS / 1000, f"p99 {1000 * spread.p99:.0f} ms, wanted {WANTED_MS:.0f} ms")
    return found


def _seconds(ledger: Ledger, here: Line, there: Line) -> float:
    account = sign_up(ledger, here)
    if account is None:
        raise Trouble("nobody can sign up")
    for _ in range(3):
        ledger.look(there, account)
    sign_out(ledger, here, account)
    if not account.ended:
        raise Trouble("nobody can sign out")
    return _until_refused(there, account)


def _until_refused(there: Line, account: Account) -> float:
    """Asked without pause."""
    cookie, ended = account.ended[-1]
    while there.ask("/get-session", cookie=cookie).json is not None:
        if time.monotonic() > ended + PATIENCE:
            raise Trouble("a session that has ended goes on at the other server")
    return time.monotonic() - ended
