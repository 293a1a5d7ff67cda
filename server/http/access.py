"""What an access word says of a method, and what a method says of its answers; the words themselves are in guards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from msgspec import Struct, field

from server.protocol.schemas import Schema

Method = Callable[..., Awaitable[None]]
# What the method is called with, before what the path says; raises for who may not.
Admit = Callable[[Any], Awaitable[tuple[Any, ...]]]
M = TypeVar("M", bound=Method)


class Access(Struct, frozen=True):
    """Who may call a method: the word, what lets a caller in, and the method behind it.

    `body` is what is read before, `needed` whether there has to be one.
    """

    word: str
    admit: Admit
    method: Method
    body: type[Any] | None = None
    needed: bool = True


class Answers(Struct, frozen=True):
    """What the document of the API cannot read off a method: see `answers`."""

    found: Mapping[int, Schema | None] = field(default_factory=dict)
    body: Schema | Callable[[], Schema] | None = None
    query: Schema | None = None
    columns: str = ""
    media_types: tuple[str, ...] = ()
    refused: tuple[int, ...] = ()
    media_type: str = "application/json"
    texts: tuple[str, ...] = ()
    signs_in: str = ""


def answers(
    schema: Schema | None = None,
    status: int = 200,
    redirects: bool = False,
    also: Mapping[int, Schema | None] | None = None,
    **more: Any,
) -> Callable[[M], M]:
    """Says what a method answers: the JSON Schema of its body, or None where that is empty; whether it redirects.

    `body` and `query` are for what no Body says, `media_types` for a body that is no JSON; `columns` names the table
    whose declared columns the body may have; `refused` are the states of refusals that are decided elsewhere, `media_type`
    is that of the answer, `texts` are others that it may have. `signs_in` is how a sign-in by it is called, after which a feature may ask for more.
    """
    return _says(Answers({status: schema} | ({302: None} if redirects else {}) | dict(also or {}), **more))


def refuses(**more: Any) -> Callable[[M], M]:
    """Says of a method that there is nothing yet that it could answer but refusals."""
    return _says(Answers(**more))


def _says(said: Answers) -> Callable[[M], M]:
    def mark(method: M) -> M:
        method.answers = said  # type: ignore[attr-defined]
        return method

    return mark
