"""Who did what, when and from where. S36."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from server.database import Executor
from server.telemetry.metrics import Metrics

log = logging.getLogger("ai_editor.audit")


class Event(Struct, frozen=True):
    """What happened; `failed` is what was refused, `user_agent` what the browser calls itself, which no line shows."""

    name: str
    facts: Mapping[str, object]
    failed: bool = False
    user_agent: str = ""


class Keeper(Protocol):
    """A feature that keeps events for longer than a log does."""

    async def keep(self, db: Executor, event: Event) -> None:
        """Keeps an event with the change that it is about: both or neither."""
        ...

    def note(self, event: Event) -> None:
        """Takes an event that goes with no change; never waits, and never fails."""
        ...


class Audit:
    """Writes each event to the log, counts it, and hands it to those who keep it.

    Facts are ids and addresses, never a token, a password or an e-mail address. S35.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._keepers: tuple[Keeper, ...] = ()

    def connect(self, *keepers: Keeper) -> None:
        """Who keeps the events from now on."""
        self._keepers = keepers

    async def record(self, db: Executor, name: str, user_agent: str = "", **facts: object) -> None:
        """An event that is a change, to be called in its transaction; the line is written once that is committed."""
        event = Event(name, facts, user_agent=user_agent)
        for keeper in self._keepers:
            await keeper.keep(db, event)
        db.on_commit(lambda: self._say(event))

    def write(self, name: str, failed: bool = False, user_agent: str = "", **facts: object) -> None:
        """An event that changes nothing, as one that was refused."""
        event = Event(name, facts, failed, user_agent)
        self._say(event)
        for keeper in self._keepers:
            keeper.note(event)

    def _say(self, event: Event) -> None:
        self._metrics.event(event.name)
        log.info(event.name, extra={"event": event.name, **event.facts})
