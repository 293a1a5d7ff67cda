"""The limit per address and path."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol, cast

from server import errors
from server.limits import rules
from server.limits.rules import Limit, Rules

log = logging.getLogger(__name__)


# By the name, and the milliseconds of the steady clock.
Adder = Callable[[str, int], int | None]


def _never(_: str, __: int) -> None:
    return None


class Requests(Protocol):
    """What the stores do for requests."""

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        ...


class Asked(Protocol):
    """What a store does, too, that counts elsewhere."""

    def ask(self, key: str, limit: Limit, tell: Callable[[int], None], name: str) -> None:
        """As `request`, without a coroutine."""
        ...


class RequestLimits:
    """Says when a request is too many; without a store, never."""

    def __init__(self, store: Requests | None, limits: Iterable[Limit]) -> None:
        self._store, self._rules = store, Rules(limits)
        # Memory counts without waiting, Redis mostly, the database never.
        self._count: Callable[[str, Limit, str], int | None] | None = getattr(store, "request_at_once", None)
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

    def count(self, address: str, path: str, name: str) -> int | None:
        """0 when the request is allowed, None where `ask` has to count it; else the ordinary way is to be taken.

        `adder` may count the next ones by `name`, which has to mean the same address and path each time.
        """
        if self._store is None:
            return 0
        if not address or self._count is None:
            return 1
        return self._count(rules.key(address, path), self._rules.find(path), name)

    def ask(self, address: str, path: str, tell: Callable[[int], None], name: str) -> None:
        """Where `count` said None: tells 0 when the request is allowed; else the ordinary way is to be taken."""
        cast("Asked", self._store).ask(rules.key(address, path), self._rules.find(path), tell, name)

    def adder(self, path: str) -> Adder:
        """Does as `count`, of a name that it was told; None where that was long ago."""
        make: Callable[[Limit], Adder] | None = getattr(self._store, "adder", None)
        return make(self._rules.find(path)) if make else _never

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
