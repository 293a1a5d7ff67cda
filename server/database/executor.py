"""What a store is given: a Database or a Transaction."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import fields
from typing import Any, Protocol, TypeVar

from server.database.statement import Result
from server.model import Columns, Shape

T = TypeVar("T")


class Executor(Protocol):
    """What a store needs: a Database or a Transaction. Placeholders are `%(name)s`.

    `columns` are those that features have declared: what a store is asked of with it. `shape` is how the tables are.
    """

    columns: Columns
    shape: Shape

    async def all(self, into: type[T], sql: str, **params: object) -> list[T]:
        """All rows, each as the dataclass `into`, whose fields are the columns' names in order."""
        ...

    async def one(self, into: type[T], sql: str, **params: object) -> T | None:
        """The first row, or None."""
        ...

    async def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        ...

    async def run(self, sql: str, **params: object) -> int:
        """Executes, and counts the rows touched."""
        ...

    async def notify(self, channel: str, payload: str) -> None:
        """Announces `payload` to whoever listens on `channel`, once it is committed."""
        ...

    def on_commit(self, work: Callable[[], None]) -> None:
        """Runs `work` once the changes made so far can be seen by others: at once, outside a transaction."""
        ...

    def on_failure(self, work: Callable[[], Awaitable[object]]) -> None:
        """Runs `work` where the changes made so far may not be kept: never, outside a transaction."""
        ...


class Statements:
    """`all`, `one`, `value` and `run` on top of `_fetch`."""

    async def _fetch(self, sql: str, params: dict[str, object]) -> Result:
        raise AssertionError  # pragma: no cover

    async def all(self, into: type[T], sql: str, **params: object) -> list[T]:
        result = await self._fetch(sql, params)
        check_columns(into, result.columns)  # type: ignore[arg-type]  # a class is hashable
        return [into(*row) for row in result.rows]

    async def one(self, into: type[T], sql: str, **params: object) -> T | None:
        rows = await self.all(into, sql, **params)
        return rows[0] if rows else None

    async def value(self, sql: str, **params: object) -> Any:
        result = await self._fetch(sql, params)
        return result.rows[0][0] if result.rows else None

    async def run(self, sql: str, **params: object) -> int:
        result = await self._fetch(sql, params)
        return result.count

    async def notify(self, channel: str, payload: str) -> None:
        await self.value("SELECT pg_notify(%(channel)s, %(payload)s)", channel=channel, payload=payload)


@functools.cache
def check_columns(into: type[Any], columns: tuple[str, ...]) -> None:
    """Raises TypeError where the columns are not the fields."""
    names = getattr(into, "__struct_fields__", ()) or tuple(field.name for field in fields(into))
    if names != columns:
        raise TypeError(f"{into.__name__} has the fields {names}, the statement gives {columns}")
