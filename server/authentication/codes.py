"""Short codes that people type in: kept for some minutes, good for one, and for a few tries."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Literal

from server import clock
from server.authentication import verifications
from server.database import Transaction
from server.model import Verification
from server.store import verifications as store

TRIES = 3
DIGITS = 6
SECONDS = 300
# Of several that are asked for at once each sees what those before it left.
Verdict = Literal["right", "wrong", "over", "spent", "unknown"]
_NUMBER = re.compile(r"\s*([0-9]{1,9})")


async def create(tx: Transaction, identifier: str) -> str:
    """A new code that counts under `identifier`, in place of any before it."""
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    await verifications.create(tx, identifier, f"{code}:0", SECONDS)
    return code


async def check(tx: Transaction, identifier: str, given: str, keep: bool = False) -> Verdict:
    """What a given code is; a wrong one is counted, a right one used up unless it is to be kept. S18 S19.

    What is found out is to be committed, whatever it is.
    """
    held = await store.hold(tx, identifier)
    if held is None:
        return "unknown"
    code, failed = _read(held.value)
    verdict = _judge(held, given)
    if verdict == "wrong":
        await store.update_value(tx, held, f"{code}:{failed + 1}", clock.now())
    elif verdict != "right" or not keep:
        await store.consume(tx, identifier)
    return verdict


def _read(value: str) -> tuple[str, int]:
    """The code, and how often another one was given."""
    code, colon, tries = value.rpartition(":")
    used = _NUMBER.match(tries) if colon else None
    return code if colon else value, int(used[1]) if used else 0


def _judge(held: Verification, given: str) -> Verdict:
    code, failed = _read(held.value)
    if held.expires_at < clock.now():
        return "over"
    if failed >= TRIES:
        return "spent"
    return "right" if hmac.compare_digest(code.encode(), given.encode()) else "wrong"  # S42
