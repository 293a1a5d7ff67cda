"""The keys that providers sign with (RFC 7517): kept for a while, asked for again where one is not known."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from joserfc.errors import JoseError
from msgspec import Struct, field

from server.outgoing import Outgoing, OutgoingError, Request

if TYPE_CHECKING:
    from joserfc.jwk import Key

KEPT_SECONDS = 600.0
# A token with a key that nobody knows must not have us ask each time.
PAUSE_SECONDS = 30.0
SECONDS = 5.0


class _Set(Struct):
    keys: list[tuple[dict[str, Any], Key]] = field(default_factory=list)
    fetched: float = float("-inf")
    tried: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class KeySets:
    """By address; each is fetched by one at a time."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._sets: dict[str, _Set] = {}

    async def find(self, url: str, kid: str | None, algorithm: str) -> list[Key]:
        """The keys that may have signed it; raises OutgoingError where they cannot be had."""
        known = self._sets.setdefault(url, _Set())
        async with known.lock:
            now = time.monotonic()
            found = _fitting(known, kid, algorithm)
            stale = now - known.fetched > KEPT_SECONDS
            if stale or (not found and now - known.tried > PAUSE_SECONDS):
                known.tried = now
                known.keys = await self._fetch(url)
                known.fetched = time.monotonic()
                found = _fitting(known, kid, algorithm)
            return found

    async def _fetch(self, url: str) -> list[tuple[dict[str, Any], Key]]:
        reply = await self._outgoing.ask(Request(url), SECONDS)
        answer = reply.read()
        listed = answer.get("keys") if isinstance(answer, dict) else None
        if not reply.good or not isinstance(listed, list):
            raise OutgoingError(f"{url} has no keys: {reply.status}")
        return [(each, key) for each in listed if isinstance(each, dict) and (key := _import(each))]


def _import(data: dict[str, Any]) -> Key | None:
    """A public key; others in the set may be of a kind that is not known here."""
    if data.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    from joserfc.jwk import JWKRegistry

    public = {name: value for name, value in data.items() if name not in ("d", "p", "q", "dp", "dq", "qi")}
    try:
        return JWKRegistry.import_key(public)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def _fitting(known: _Set, kid: str | None, algorithm: str) -> list[Key]:
    kind = _KINDS.get(algorithm[:2])
    return [
        key
        for data, key in known.keys
        if data.get("kty") == kind
        and (kid is None or data.get("kid") == kid)
        and data.get("use", "sig") == "sig"
        and data.get("alg", algorithm) == algorithm
    ]
