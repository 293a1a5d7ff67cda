"""What an access word says of a method; the words themselves are in guards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Method = Callable[..., Awaitable[None]]
# What the method is called with, before what the path says; raises for who may not.
Admit = Callable[[Any], Awaitable[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method: the word, what lets a caller in, and the method behind it."""

    word: str
    admit: Admit
    method: Method
