"""One client of both servers, behind nginx: it is counted once, and while Redis is away at each server."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from secrets import token_hex

from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import sign_up, until
from drill.wire import Answer
from scale.front import Door
from scale.town import Town

# Sign-ins of an address in ten seconds, and anything else.
SIGN_INS, OTHERS, SECONDS = 3, 100, 10
AT_ONCE = 8
Ask = Callable[[Door], Answer]
# Of this machine; nobody has asked from them yet.
_addresses = (f"127.1.{number // 250}.{1 + number % 250}" for number in count())


def _sign_in(door: Door) -> Answer:
    body = {"email": f"{token_hex(8)}@example.com", "password": "not the password"}
    return door.ask("/sign-in/email", body)


def _ok(door: Door) -> Answer:
    return door.ask("/get-session")


def exact(town: Town) -> Outcome:
    """Far more than may pass, over several connections, and every request says to be of another address."""
    found = Outcome("limits", "one address asks both servers through nginx for more than it may")
    ledger = Ledger()
    for what, most, ask, number in (
        ("sign-ins", SIGN_INS, _sign_in, 40),
        ("other requests", OTHERS, _ok, 260),
    ):
        source, began = next(_addresses), time.monotonic()
        passed = _passed(ledger, town, source, ask, number)
        windows = 1 + int((time.monotonic() - began) // SECONDS)
        found.notes.append(f"of {number} {what} {passed} passed, {most} may in {SECONDS} s")
        found.demand(most <= passed <= most * windows, f"{passed} {what} passed instead of {most}")
    _told(found, ledger)
    return found


def without_redis(town: Town) -> Outcome:
    """Redis is killed, and comes back empty."""
    found, ledger = Outcome("Redis gone", "kill -9 of Redis, which comes back empty"), Ledger()
    with town.front.door(next(_addresses)) as door:
        person = sign_up(ledger, door)
    found.demand(person, "nobody can sign up")
    _ask_all(ledger, town, next(_addresses), _ok, AT_ONCE)  # leases of before
    gone = time.monotonic()
    town.redis.stop()
    with town.front.door(next(_addresses)) as door:
        for _ in range(20):
            if person:
                ledger.look(door, person)
    # A server that counts alone lets so many pass; two of them twice as many.
    passed = _passed(ledger, town, next(_addresses), _sign_in, 40)
    windows = 1 + int((time.monotonic() - gone) // SECONDS)
    found.notes.append(f"without Redis {passed} of 40 sign-ins passed: {SIGN_INS} may at each server")
    found.demand(SIGN_INS <= passed <= 2 * SIGN_INS * windows, f"{passed} sign-ins passed without Redis")
    town.redis.start()
    back = time.monotonic()
    counts = until(partial(_counts_once, ledger, town), 30)
    found.back_within(2, time.monotonic() - back if counts else None)
    _told(found, ledger)
    return found


def _told(found: Outcome, ledger: Ledger) -> None:
    found.take(ledger)
    found.allow(("200", "401", "429"))


def _counts_once(ledger: Ledger, town: Town) -> bool:
    """Whether an address that nobody has used has one count at both servers."""
    return _passed(ledger, town, next(_addresses), _sign_in, 2 * SIGN_INS + 2) == SIGN_INS


def _passed(ledger: Ledger, town: Town, source: str, ask: Ask, number: int) -> int:
    return number - _ask_all(ledger, town, source, ask, number)["429"]


def _ask_all(ledger: Ledger, town: Town, source: str, ask: Ask, number: int) -> Counter[str]:
    """So many requests from one address, some at once; how many ended how."""

    def some(share: int) -> list[str]:
        with town.front.door(source) as door:
            return [ledger.note(ask(door)).kind for _ in range(share)]

    shares = [len(range(start, number, AT_ONCE)) for start in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(kind for kinds in pool.map(some, shares) for kind in kinds)
