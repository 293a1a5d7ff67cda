"""Reads go to a replica that lags, or is gone: nobody notices, and nobody misses what was just written."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.people import crowd, sign_up, until
from drill.proof import prove
from drill.servers import Server, Trouble
from drill.wire import Line
from scale.front import Door
from scale.town import Town

# Sessions of one person, for a list that is looked over each time.
MANY = 20


def lagging(town: Town, seconds: float = 2.0) -> Outcome:
    """It hears of everything, and shows nothing new for a while."""
    found = Outcome("replica lagging", f"a replica that shows nothing new for {seconds:g} s")
    standby = town.standbys[0]
    with _used(town, found, seconds) as ledger:
        standby.pause_replay()
        time.sleep(seconds)
        standby.resume_replay()
        _back(town, found)
    return _told(town, found, ledger)


def gone(town: Town, seconds: float = 2.0) -> Outcome:
    """kill -9 of it, and a start a while later."""
    found = Outcome("replica gone", f"kill -9 of the replica, back after {seconds:g} s")
    standby = town.standbys[0]
    with _used(town, found, seconds) as ledger:
        standby.kill()
        time.sleep(seconds)
        standby.start()
        _back(town, found)
    return _told(town, found, ledger)


@contextmanager
def _used(town: Town, found: Outcome, seconds: float) -> Iterator[Ledger]:
    """People, and somebody who looks over a list that grows, for a while before and after, too."""
    ledger, over = Ledger(), threading.Event()
    _wait(town)
    before = _reads(town)
    looking = threading.Thread(target=_look_over, args=(ledger, town.front.door(), over))
    with crowd(ledger, town.front.port, way=town.way):
        looking.start()
        try:
            time.sleep(seconds)
            yield ledger
            time.sleep(seconds)
        finally:
            over.set()
            looking.join()
    reads = {who: number - before[who] for who, number in _reads(town).items()}
    found.notes.append(
        f"of the reads that may go to the replica it did {reads['replica']}, the primary {reads['primary']}"
    )


def _look_over(ledger: Ledger, door: Door, over: threading.Event) -> None:
    """Signs in now and then, and lists the sessions: all that were acknowledged have to be there."""
    account, made, turn = None, 0, 0
    with door:
        while not over.is_set():
            if account is None or made >= MANY:
                account, made = sign_up(ledger, door), 1
            elif turn % 4 == 0:
                made += _sign_in(ledger, door, account)
            if account:
                _list(ledger, door, account, made)
            turn += 1
            over.wait(0.02)


def _sign_in(ledger: Ledger, door: Door, account: Account) -> bool:
    body = {"email": account.email, "password": account.passwords[0]}
    return ledger.note(door.ask("/sign-in/email", body)).status == 200


def _list(ledger: Ledger, door: Door, account: Account, made: int) -> None:
    answer = ledger.note(door.ask("/list-sessions", cookie=account.cookie))
    if answer.status == 200 and len(answer.json) < made:
        ledger.missing(f"a session of {account.email} in its list")


def _back(town: Town, found: Outcome) -> None:
    """Until both servers read from it again."""
    begun = time.monotonic()
    _wait(town)
    found.notes.append(f"read from again {time.monotonic() - begun:.1f} s after it was there")


def _told(town: Town, found: Outcome, ledger: Ledger) -> Outcome:
    prove(ledger, town.address, *town.servers)
    found.take(ledger)
    found.allow(("200",))
    found.notes.append(f"the longest answer took {1000 * ledger.longest:.0f} ms")
    return found


def _wait(town: Town) -> None:
    if not until(lambda: all(map(partial(_number, name="database_replicas_usable"), town.servers)), 60):
        raise Trouble("a server does not read from its replica")


def _reads(town: Town) -> dict[str, int]:
    """Who did how many, by both servers' word."""
    names = {who: f'database_reads_total{{by="{who}"}}' for who in ("replica", "primary")}
    return {who: sum(_number(each, name) for each in town.servers) for who, name in names.items()}


def _number(server: Server, name: str) -> int:
    with Line(server.port) as line:
        said = line.ask("//metrics").body.decode()
    found = re.search(rf"^ai_editor_{re.escape(name)} (\d+)", said, re.MULTILINE)
    return int(found[1]) if found else 0
