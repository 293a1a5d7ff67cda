"""Connections to PostgreSQL that outlive a test: to make one takes longer than most tests do with it."""

import select
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, TRANSACTION_STATUS_IDLE

SECONDS = 10.0
_EVENTS = {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}


class Lent:
    """One of them in the hands of a server, which cannot tell it from a connection of its own."""

    def __init__(self, real: Any, idle: list[Any]) -> None:
        self._real, self._idle, self._given_back = real, idle, False

    def __getattr__(self, name: str) -> Any:
        if self._given_back:
            raise psycopg2.InterfaceError("connection already closed")
        return getattr(self._real, name)

    @property
    def closed(self) -> int:
        """As psycopg2 has it."""
        return 1 if self._given_back else int(self._real.closed)

    def isexecuting(self) -> bool:
        """As psycopg2 has it; aiopg looks for this in a connection that has just begun."""
        return not self._given_back

    def close(self) -> None:
        """Gives it back as if it were new; one that is not well is closed."""
        if self._given_back:
            return
        self._given_back = True
        if _made_new(self._real):
            self._idle.append(self._real)
        else:
            self._real.close()


def _made_new(real: Any) -> bool:
    try:
        if real.closed or real.isexecuting() or real.info.transaction_status != TRANSACTION_STATUS_IDLE:
            return False
        cursor = real.cursor()  # psycopg2 knows it weakly
        cursor.execute("DISCARD ALL")
        while (state := real.poll()) != POLL_OK:
            poll = select.poll()
            poll.register(real.fileno(), _EVENTS[state])
            if not poll.poll(1000 * SECONDS):
                return False
        cursor.close()
    except psycopg2.Error:
        return False
    real.notifies.clear()
    return True


class Lender:
    """Those for one address that nobody uses."""

    def __init__(self, url: str) -> None:
        self._url, self._connect = url, psycopg2.connect
        self._idle: list[Any] = []

    def lend(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """For the rest of the test, whoever connects there without blocking is lent one."""
        monkeypatch.setattr(psycopg2, "connect", self._lend)

    def _lend(self, dsn: str | None = None, **options: Any) -> Any:
        if dsn != self._url or not options.get("async_"):
            return self._connect(dsn, **options)
        while self._idle:
            real = self._idle.pop()
            if not real.closed and not _unread(real):
                return Lent(real, self._idle)
        return Lent(self._connect(dsn, **options), self._idle)

    def close(self) -> None:
        """At the end of all tests."""
        while self._idle:
            self._idle.pop().close()


def _unread(real: Any) -> bool:
    poll = select.poll()
    poll.register(real.fileno(), select.POLLIN)
    return bool(poll.poll(0))
