"""Who may call a method: the access word on it. A method without one is refused, whatever handler it belongs to.

A feature makes a word of its own with `guard`.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from server.http.access import Access, Admit, Method
from server.http.api import ApiHandler
from server.http.caller import CallerHandler
from server.http.handler import BaseHandler
from server.model import SignedIn
from server.protocol.bodies import Body
from server.protocol.rules import UNDEFINED

B = TypeVar("B", bound=Body)
P = ParamSpec("P")
H = TypeVar("H", bound=BaseHandler)
C = TypeVar("C", bound=CallerHandler)
A = TypeVar("A", bound=ApiHandler)


def guard(
    word: str, admit: Admit, body: type[Any] | None = None, needed: bool = True
) -> Callable[[Method], Any]:
    """Puts an access word on a method: it is called with what `admit` answers, of a `body` that it reads."""

    def wrap(method: Method) -> Method:
        @functools.wraps(method)
        async def guarded(self: BaseHandler, *path: str) -> None:
            await method(self, *await admit(self), *path)

        guarded.access = Access(word, admit, method, body, needed)  # type: ignore[attr-defined]
        return guarded

    return wrap


async def _anybody(_: object) -> tuple[()]:
    return ()


def public(
    method: Callable[Concatenate[H, P], Awaitable[None]],
) -> Callable[Concatenate[H, P], Awaitable[None]]:
    """Lets anybody call the method."""
    method.access = Access("public", _anybody, method)  # type: ignore[attr-defined]
    return method


def public_with(
    into: type[B],
) -> Callable[
    [Callable[Concatenate[A, B, P], Awaitable[None]]], Callable[Concatenate[A, P], Awaitable[None]]
]:
    """As public, for a method that takes a body."""

    async def admit(handler: ApiHandler) -> tuple[B]:
        return (handler.read(into),)

    return guard("public", admit, into)


def public_or_with(
    into: type[B],
) -> Callable[
    [Callable[Concatenate[A, B | None, P], Awaitable[None]]], Callable[Concatenate[A, P], Awaitable[None]]
]:
    """As public_with, for a method that does without a body, too."""

    async def admit(handler: ApiHandler) -> tuple[B | None]:
        return (None if handler.json_body is UNDEFINED else handler.read(into),)

    return guard("public", admit, into, needed=False)


def signed_in(
    fresh: bool = False, authoritative: bool = False
) -> Callable[
    [Callable[Concatenate[C, SignedIn, P], Awaitable[None]]], Callable[Concatenate[C, P], Awaitable[None]]
]:
    """Lets a caller with a session in: a recent one with `fresh`, one the database knows with `authoritative`."""

    async def admit(handler: CallerHandler) -> tuple[SignedIn]:
        return (await handler.require_session(fresh, authoritative),)

    return guard("fresh" if fresh else "signed-in", admit)


def signed_in_with(
    into: type[B], fresh: bool = False, authoritative: bool = False
) -> Callable[
    [Callable[Concatenate[A, SignedIn, B, P], Awaitable[None]]], Callable[Concatenate[A, P], Awaitable[None]]
]:
    """As signed_in, for a method that takes a body, which is checked before the session: 400 beats 401."""

    async def admit(handler: ApiHandler) -> tuple[SignedIn, B]:
        body = handler.read(into)
        return await handler.require_session(fresh, authoritative), body

    return guard("fresh" if fresh else "signed-in", admit, into)
