"""The limit per address and path."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from server import errors
from server.limits import rules
from server.limits.rules import Limit, Rules

log = logging.getLogger(__name__)


class Requests(Protocol):
    """What the stores do for requests."""

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        ...


class RequestLimits:
    """Says when a request is too many; without a store, never."""

    def __init__(self, store: Requests | None, limits: Iterable[Limit]) -> None:
        self._store, self._rules = store, Rules(limits)
        # Memory counts without waiting, Redis mostly, the database never.
        self._at_once: Callable[[str, Limit], int | None] | None = getattr(store, "request_at_once", None)
        self._said: set[str] = set()

    async def check(self, address: str, path: str) -> None:
        """Counts a request of `path`, below the API's base, from `address`; raises the 429.

        Who has no address is not counted: in one count for all of them, one could shut the others out. S13
        """
        if self._store is None:
            return
        if not address:
            self._say(
                "requests come without an address, as over a unix socket: they are not limited by address, only"
                " by account; let the proxy connect over TCP, and name it in TRUSTED_PROXIES"
            )
            return
        seconds = await self._store.request(rules.key(address, path), self._rules.find(path))
        if seconds:
            raise errors.too_many_requests(seconds)

    def allows_at_once(self, address: str, path: str) -> bool | None:
        """Counts where that needs no waiting; False when the request is too many, or has to take the ordinary way.

        None where `check` has to count it, which is not long.
        """
        if self._store is None:
            return True
        if not address or self._at_once is None:
            return False
        waits = self._at_once(rules.key(address, path), self._rules.find(path))
        return None if waits is None else waits == 0

    def rule_of(self, path: str) -> str:
        """The path that the rule for this one has."""
        return self._rules.find(path).path

    def notice_proxy(self, peer: str, header: str) -> None:
        """Says once that a proxy is not named, as all who come through it share one count. S13."""
        self._say(
            f"a proxy at {peer} passes requests on (their {header} says so) and is not in TRUSTED_PROXIES: everybody"
            f" behind it has its address, and shares its limits; set TRUSTED_PROXIES={peer}, and have it send"
            " X-Forwarded-For",
            peer,
        )

    def _say(self, text: str, of: str = "") -> None:
        """Once of each, whatever comes in."""
        if of not in self._said and len(self._said) < 10:
            self._said.add(of)
            log.warning(text)
