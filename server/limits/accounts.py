"""A limit per account, whatever the address: against guessing from many places, without locking the owner out. S11."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from typing import Protocol

from server import errors
from server.database import CHANNEL, Executor

# Begins the word by which servers tell each other that an account's failures are forgotten.
LIFTED = "l"


class Attempts(Protocol):
    """What the stores do for accounts."""

    async def attempt(self, account: str) -> int:
        """Counts a failure; 0 when the attempt may be made, else the seconds to wait."""
        ...

    async def attempt_in(self, place: str) -> bool:
        """Counts a failure of a known place; False when it is not known, or has failed too often."""
        ...

    async def forgive(self, account: str, place: str | None) -> None:
        """Forgets the account's failures, and knows the place from now on."""
        ...

    def forget(self, account: str) -> None:
        """Forgets the account's failures that this process alone counts."""
        ...


def network(address: str) -> str:
    """What is known after a success: the /24 or /64 that an address belongs to; "" for none."""
    if not address:
        return ""
    length = 64 if ":" in address else 24
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


class AccountLimits:
    """Says when a password may be tried; without a store, always.

    An attempt counts as failed before the password is looked at, so that attempts at once are no way around, and
    `succeeded` takes it back. Places where somebody succeeded have a few failures of their own: whoever guesses
    elsewhere cannot use those up. Addresses that belong to nobody are counted alike, under a keyed hash. S9
    """

    def __init__(self, store: Attempts | None, secret: str) -> None:
        self._store, self._name = store, secrets.token_hex(8)
        self._secret = hmac.digest(secret.encode(), b"ai-editor:account-limits:v1", hashlib.sha256)

    async def check(self, email: str, address: str) -> None:
        """Counts an attempt on the account of `email` from `address`; raises the 429 when it is not to be made."""
        if self._store is None:
            return
        place = self._place(email, address)
        if place and await self._store.attempt_in(place):
            return
        seconds = await self._store.attempt(self._key("account", email))
        if seconds:
            raise errors.too_many_requests(seconds)

    async def succeeded(self, email: str, address: str) -> None:
        """The one who asks from `address` is the owner: forgets all failures, and knows the place."""
        if self._store:
            await self._store.forgive(self._key("account", email), self._place(email, address))

    async def lift(self, db: Executor, email: str) -> None:
        """Forgets all failures, here and, once `db`'s changes are committed, in every server that counts by itself."""
        if self._store:
            key = self._key("account", email)
            await self._store.forgive(key, None)
            await db.notify(CHANNEL, f"{LIFTED}{self._name} {key}")

    def heard(self, word: str) -> None:
        """Another server lifted the lock of an account: whose name, and which."""
        name, _, key = word.partition(" ")
        if self._store and name != self._name:
            self._store.forget(key)

    def _place(self, email: str, address: str) -> str | None:
        found = network(address)
        return self._key("place", email, found) if found else None

    def _key(self, kind: str, email: str, *more: str) -> str:
        text = "\n".join((kind, email.lower(), *more)).encode("utf-8", "surrogatepass")
        return f"{kind}|{hmac.new(self._secret, text, hashlib.sha256).hexdigest()}"
