"""One document that people of this process have open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from server import clock
from server.live import frames
from server.live.crdt import Broken, Copy, merge
from server.live.journal import Journal
from server.live.numbers import Numbers
from server.live.presence import Presence

# From one broadcast to the next; the first key after a pause waits for nothing.
TICK_SECONDS = 0.02
MOST_BYTES = 16 * 1024 * 1024
FULL, NONSENSE, BUSY = 4413, 4400, 1013


class Member(Protocol):
    """A socket of somebody who is let in."""

    user_id: str
    shown: dict[str, str]
    may_write: bool

    def send(self, frame: bytes) -> None:
        """A frame of the protocol."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Ends it."""

    def saved(self, count: int) -> None:
        """So many of the frames that changed something are in PostgreSQL."""


class Room:
    """What its members send is applied, sent on at the next tick, and given to the journal."""

    def __init__(self, document_id: str, copy: Copy, seq: int, journal: Journal) -> None:
        self.id, self._copy, self._journal = document_id, copy, journal
        self.numbers, self.presence = Numbers(seq), Presence()
        self.members: dict[Member, int] = {}
        # Told of the clients of whom something is new here.
        self.moved: Callable[[Room, list[int]], None] = lambda room, clients: None
        # Told that the memory cannot be trusted any more, as the log can.
        self.broken: Callable[[Room], None] = lambda room: None
        self._news: list[bytes] = []
        self._from: set[Member | None] = set()
        self._carets: dict[int, None] = {}
        self._tick: asyncio.TimerHandle | None = None
        self._ticked = 0.0
        self._heavy = MOST_BYTES

    def enter(self, member: Member) -> None:
        """Asks what they have; what they lack they ask for themselves."""
        self.members[member] = 0
        member.send(frames.sync(frames.STEP_1, self._copy.state))
        member.send(frames.awareness(self.presence.encode()))

    def leave(self, member: Member) -> None:
        """Their caret goes with them."""
        if self.members.pop(member, None) is None:
            return
        if gone := self.presence.leave(member):
            self._move(gone)

    def receive(self, member: Member, frame: bytes) -> None:
        """A frame of theirs; raises Nonsense."""
        kind, step, data = frames.read(frame)
        if kind == frames.QUERY_AWARENESS:
            member.send(frames.awareness(self.presence.encode()))
        elif kind == frames.AWARENESS:
            if told := self.presence.take(data, member, member.shown):
                self._move(told)
        elif step == frames.STEP_1:
            member.send(frames.sync(frames.STEP_2, self._copy.diff(data)))
        elif member.may_write:
            self._write(member, data)

    def _write(self, member: Member, update: bytes) -> None:
        if self._journal.full:
            member.close(BUSY, "cannot be saved just now")
        elif self._copy.size + len(update) > self._heavy and self._is_full(len(update)):
            member.close(FULL, "the document is full")
        else:
            news, brings = self._take(update)
            self.members[member] = count = self.members[member] + 1
            # As it came, since what waits for its ground is no news yet.
            self._journal.add(self.id, member.user_id, update if brings else b"", member, count)
            self._spread(news, member)

    def _take(self, update: bytes) -> tuple[bytes, bool]:
        try:
            return self._copy.take(update)
        except Broken:
            self.broken(self)
            raise

    def _is_full(self, more: int) -> bool:
        """Looks anew."""
        return self._copy.weigh() + more > self._heavy

    def edit(self, user_id: str, update: bytes) -> None:
        """A change that the server makes for somebody."""
        news = self._copy.apply(update)
        self._journal.add(self.id, user_id, update)
        self._spread(news, None)

    def hear(self, seq: int, change: bytes) -> None:
        """A row that another process has written."""
        self.numbers.add(seq)
        self._spread(self._copy.apply(change), None)

    def catch_up(self, seq: int, changes: list[bytes]) -> None:
        """All rows up to this one."""
        for change in changes:
            self._spread(self._copy.apply(change), None)
        self.numbers.reach(seq)

    def encode(self) -> bytes:
        """All of it."""
        return self._copy.encode()

    def _spread(self, news: bytes, member: Member | None) -> None:
        if not news:
            return
        self._news.append(news)
        self._from.add(member)
        self._soon()

    def _move(self, clients: list[int]) -> None:
        self.moved(self, clients)
        self.show(clients)

    def show(self, clients: list[int]) -> None:
        """Sends carets on at the next tick."""
        self._carets |= dict.fromkeys(clients)
        self._soon()

    def _soon(self) -> None:
        if self._tick is None:
            wait = max(0.0, self._ticked + TICK_SECONDS - clock.steady())
            self._tick = asyncio.get_running_loop().call_later(wait, self._broadcast)

    def _broadcast(self) -> None:
        """One frame for all; who alone wrote what is in it does not need it."""
        self._tick, self._ticked = None, clock.steady()
        news, self._news = self._news, []
        writers, self._from = self._from, set()
        carets, self._carets = self._carets, {}
        if news:
            self.tell(
                frames.sync(frames.UPDATE, merge(news)), next(iter(writers)) if len(writers) == 1 else None
            )
        if carets:
            self.tell(frames.awareness(self.presence.encode(carets)))

    def tell(self, frame: bytes, but: Member | None = None) -> None:
        """To all members."""
        for member in list(self.members):
            if member is not but:
                member.send(frame)

    def close(self, code: int, reason: str) -> None:
        """Ends all."""
        for member in list(self.members):
            member.close(code, reason)
