"""Who may call a method: anybody, or who is signed in; a method that does not say so does not exist."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from server.http.api import ApiHandler
from server.model import SignedIn

B = TypeVar("B")
P = ParamSpec("P")
H = TypeVar("H", bound="ApiHandler")


def public(
    method: Callable[Concatenate[H, P], Awaitable[None]],
) -> Callable[Concatenate[H, P], Awaitable[None]]:
    """Lets anybody call the method."""
    method.access = "public"  # type: ignore[attr-defined]
    return method


def signed_in(
    fresh: bool = False, authoritative: bool = False
) -> Callable[[Callable[[H, SignedIn], Awaitable[None]]], Callable[[H], Awaitable[None]]]:
    """Lets a caller with a session in: a recent one with `fresh`, one the database knows with `authoritative`."""

    def wrap(method: Callable[[H, SignedIn], Awaitable[None]]) -> Callable[[H], Awaitable[None]]:
        @functools.wraps(method)
        async def guarded(self: H) -> None:
            await method(self, await self.require_session(fresh, authoritative))

        guarded.access = "fresh" if fresh else "signed-in"  # type: ignore[attr-defined]
        return guarded

    return wrap


def signed_in_with(
    into: type[B], fresh: bool = False, authoritative: bool = False
) -> Callable[[Callable[[H, SignedIn, B], Awaitable[None]]], Callable[[H], Awaitable[None]]]:
    """As signed_in, for a method that takes a body, which is checked before the session: 400 beats 401."""

    def wrap(method: Callable[[H, SignedIn, B], Awaitable[None]]) -> Callable[[H], Awaitable[None]]:
        @functools.wraps(method)
        async def guarded(self: H) -> None:
            body = self.read(into)
            await method(self, await self.require_session(fresh, authoritative), body)

        guarded.access = "fresh" if fresh else "signed-in"  # type: ignore[attr-defined]
        return guarded

    return wrap
