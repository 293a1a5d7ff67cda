"""Opens a connection to PostgreSQL, and sees whether one is still of use. With database.py alone, it knows aiopg."""

from __future__ import annotations

import asyncio
import select
from datetime import UTC, datetime
from typing import Any, cast

import aiopg
import psycopg2
from psycopg2.extensions import POLL_OK, POLL_WRITE, PYDATETIME, new_type, register_type


def _as_utc(text: str | bytes | None, cursor: Any) -> datetime | None:
    """A timestamp without time zone, as better-auth made them up to 1.2: it is UTC."""
    found = cast("datetime | None", PYDATETIME(text, cursor))
    return found if found is None else found.replace(tzinfo=UTC)


register_type(new_type((1114,), "UTC", _as_utc))


class _Connection(aiopg.Connection):
    def _close(self) -> None:
        """Lets go of the descriptor once: when it is closed again, that number may be somebody else's socket."""
        super()._close()
        self._fileno = None


async def connect(dsn: str, seconds: float) -> aiopg.Connection:
    """A connection; raises psycopg2.Error, TimeoutError or OSError."""
    connection = _Connection(dsn, timeout=seconds, enable_json=False, enable_hstore=False, enable_uuid=False)
    try:
        _unwatch(connection)
        async with asyncio.timeout(seconds):
            await _establish(connection.raw)
        _watch(connection)
    except BaseException:
        connection.close()
        raise
    return connection


async def _establish(raw: psycopg2.extensions.connection) -> None:
    """As aiopg does, but with nothing watched while libpq is at work.

    It closes its socket when the server refuses, and opens another for the next address; the loop would go on to watch
    a number that by then is some other socket's.
    """
    while (state := raw.poll()) != POLL_OK:
        await _readiness(raw.fileno(), writing=state == POLL_WRITE)


async def _readiness(descriptor: int, writing: bool) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    watch, unwatch = (
        (loop.add_writer, loop.remove_writer) if writing else (loop.add_reader, loop.remove_reader)
    )

    def wake() -> None:
        if not ready.done():
            ready.set_result(None)

    watch(descriptor, wake)
    try:
        await ready
    finally:
        unwatch(descriptor)


def _unwatch(connection: aiopg.Connection) -> None:
    asyncio.get_running_loop().remove_reader(connection.raw.fileno())
    connection._fileno = None  # noqa: SLF001
    connection._waiter = None  # noqa: SLF001


def _watch(connection: aiopg.Connection) -> None:
    connection._fileno = connection.raw.fileno()  # noqa: SLF001
    asyncio.get_running_loop().add_reader(connection._fileno, connection._ready, connection._weakref)  # noqa: SLF001


def usable(connection: aiopg.Connection) -> bool:
    """Open, and nothing unread: an idle server speaks only to say goodbye."""
    if connection.closed:
        return False
    try:
        poll = select.poll()
        poll.register(connection.raw.fileno(), select.POLLIN)
        return not poll.poll(0)
    except (OSError, psycopg2.Error):
        return False
