"""All documents that this process has open, and what they need to stay true: the log, the bus, and who may be there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any, Protocol, cast

from server import clock
from server.database import Database, DatabaseError, budget
from server.documents import access
from server.documents.model import Document, Role
from server.live import compaction, frames, store
from server.live import room as rooms
from server.live.bus import Bus, Pack
from server.live.crdt import Broken, Copy
from server.live.indexing import Indexing
from server.live.journal import Journal, Row
from server.live.room import Room
from server.store import users

# The log is looked at so often, for what no word came of.
LOOK_SECONDS = 2.0
# A document that nobody has open is kept for so long.
LINGER_SECONDS = 30.0
END_SECONDS = 5.0
AGAIN_SECONDS = 0.5
NO_ACCESS, NOT_THERE, COME_AGAIN = 4403, 4404, 1012
log = logging.getLogger(__name__)


class Member(rooms.Member, Protocol):
    """A socket of somebody."""

    def allowed(self, role: Role, document: Document) -> None:
        """What is theirs to do from now on, and what the document is called."""

    def stalled(self) -> None:
        """PostgreSQL takes what they write no more, or does again."""


class Gone(Exception):
    """The document is not there."""


class Live:
    """`db` has the log. One of these for each process."""

    def __init__(self, db: Database, redis_url: str | None = None) -> None:
        self._db = db
        self.journal = Journal(db, self._written, self._stalled)
        self.bus = Bus(db, self, redis_url)
        self._indexing = Indexing(db, self._encoded)
        self.rooms: dict[str, Room] = {}
        self._opening: dict[str, asyncio.Task[Room]] = {}
        self._late: set[str] = set()
        self._asking: dict[str, bool] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self.notices = 0

    # -- people come and go

    def enter(self, room: Room, member: Member, notices: int) -> None:
        """Lets a member in, who was asked for their access when there had been so many `notices`."""
        if not room.members:
            self.bus.ask(room.id)
        room.enter(member)
        if notices != self.notices:
            self._ask_again(room.id)

    def leave(self, room: Room, member: Member) -> None:
        """They have gone."""
        room.leave(member)
        self.release(room)

    def release(self, room: Room) -> None:
        """Whoever opened it needs it no more; it stays for a moment."""
        if not room.members:
            self._spawn(self._linger(room))

    async def open(self, document_id: str) -> Room:
        """The document in memory, to be entered before anything is waited for, or released; raises Gone."""
        self.bus.begin()
        while (room := self.rooms.get(document_id)) is None:
            if document_id not in self._opening:
                task = asyncio.create_task(self._load(document_id))
                task.add_done_callback(lambda done: self._opening.pop(document_id, None))
                self._opening[document_id] = task
            await asyncio.shield(self._opening[document_id])
        return room

    async def _load(self, document_id: str) -> Room:
        await self.journal.written(document_id)  # by who had it open before
        state = await store.read(self._db, document_id)
        if state is None:
            raise Gone
        room = Room(document_id, Copy(state.changes), state.seq, self.journal)
        room.moved = self._moved
        room.broken = self._forget
        self.rooms[document_id] = room
        if document_id in self._late:
            self._late.discard(document_id)
            await self._catch_up(room)
        return room

    async def _linger(self, room: Room) -> None:
        """Who comes back soon finds it as it was."""
        await asyncio.sleep(LINGER_SECONDS)
        await self.journal.written(room.id)
        if self._is_left(room):
            await self._indexing.write(room.id)
        if self._is_left(room):  # nobody came meanwhile
            del self.rooms[room.id]
            await self._compact(room.id)

    def _is_left(self, room: Room) -> bool:
        return not room.members and self.rooms.get(room.id) is room

    async def change(self, document_id: str, user_id: str, work: Callable[[bytes], bytes | None]) -> None:
        """What `work` makes of the document, in a thread, as an update or nothing: written once this ends; raises Gone.

        Whatever people type meanwhile is kept.
        """
        room = await self.open(document_id)
        try:
            update = await asyncio.to_thread(work, room.encode())
            while self.rooms.get(document_id) is not room:
                room = await self.open(document_id)
            if update:
                room.edit(user_id, update)
                await self.journal.written(document_id)
        finally:
            self.release(room)

    def _encoded(self, document_id: str) -> bytes | None:
        room = self.rooms.get(document_id)
        return room.encode() if room else None

    # -- what is written, here and elsewhere

    def _written(self, rows: Sequence[Row], gone: Sequence[str]) -> None:
        for row in rows:
            if room := self.rooms.get(row.id):
                room.numbers.add(row.seq)
            self._indexing.changed(row.id)
        self.bus.send_rows(rows)
        for document_id in gone:
            self._drop(document_id, COME_AGAIN, "the document is looked up again")
        self._fill_gaps(row.id for row in rows)

    def _stalled(self, stalled: bool) -> None:
        for room in self.rooms.values():
            for member in list(room.members):
                cast(Member, member).stalled()

    def heard(self, pack: Pack) -> None:
        """Another process says what it wrote, who is there, or asks."""
        for document_id, seq, change in pack.rows:
            self._hear_row(document_id, seq, change)
        for document_id, update in pack.carets:
            if room := self.rooms.get(document_id):
                with contextlib.suppress(frames.Nonsense):
                    room.show(room.presence.hear(update, pack.worker))
        for document_id in pack.asked:
            if (room := self.rooms.get(document_id)) and (own := room.presence.own()):
                self._moved(room, own)
        self._fill_gaps(document_id for document_id, _, _ in pack.rows)

    def _hear_row(self, document_id: str, seq: int, change: bytes) -> None:
        room = self.rooms.get(document_id)
        if document_id in self._opening:
            self._late.add(document_id)
        if room and change:
            try:
                room.hear(seq, change)
            except Broken:
                self._forget(room)
            except frames.Nonsense:
                log.warning("a word of another process is no update")
        elif room and seq > room.numbers.upto:
            self._spawn(self._catch_up(room))

    def _fill_gaps(self, ids: Any) -> None:
        for document_id in set(ids):
            room = self.rooms.get(document_id)
            if room and room.numbers.gap:
                self._spawn(self._catch_up_later(room))

    async def _catch_up_later(self, room: Room) -> None:
        """Words come in order of nothing: the missing one may be on its way."""
        await asyncio.sleep(0.1)
        if room.numbers.gap:
            await self._catch_up(room)

    async def _catch_up(self, room: Room) -> None:
        """Reads the log from where it is known without a gap."""
        state = await store.read(self._db, room.id, room.numbers.upto)
        if state is None:
            self._drop(room.id, NOT_THERE, "the document is not there any more")
        else:
            room.catch_up(state.seq, state.changes)

    def _moved(self, room: Room, clients: list[int]) -> None:
        self.bus.send_carets(room.id, clients, room.presence.encode)

    def _forget(self, room: Room) -> None:
        """What is in memory is not believed any more: all come again, to what the log has."""
        self._drop(room.id, COME_AGAIN, "the document is read again")

    def _drop(self, document_id: str, code: int, reason: str) -> None:
        if room := self.rooms.pop(document_id, None):
            room.close(code, reason)

    # -- who may be there

    def noticed(self, word: str) -> None:
        """The database says that something about a document has changed: everybody in it is asked for again."""
        self.notices += 1
        if word[1:] in self.rooms:
            self._ask_again(word[1:])

    def may_have_missed(self) -> None:
        """All that is open is looked at again, and all that is being opened is asked for."""
        self.notices += 1
        for room in list(self.rooms.values()):
            self._spawn(self._catch_up(room))
            self._ask_again(room.id)

    def _ask_again(self, document_id: str) -> None:
        """One asks at a time; what has changed meanwhile is asked for once more."""
        if document_id in self._asking:
            self._asking[document_id] = True
        else:
            self._asking[document_id] = False
            self._spawn(self._ask(document_id))

    async def _ask(self, document_id: str) -> None:
        try:
            while room := self.rooms.get(document_id):
                self._asking[document_id] = False
                try:
                    await self._check(room)
                except DatabaseError:  # until it is known
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                if not self._asking[document_id]:
                    return
        finally:
            del self._asking[document_id]

    async def _check(self, room: Room) -> None:
        document = await access.find(self._db, room.id)
        if document is None or document.deleted_at:
            self._drop(room.id, NOT_THERE, "the document is not there any more")
            return
        members: list[Any] = list(room.members)
        for user_id in {each.user_id for each in members}:
            user = await users.find(self._db, user_id)
            role = await access.role_of(self._db, room.id, user) if user else None
            for member in members:
                if member.user_id == user_id:
                    _allow(member, role, document)

    # -- beside all that

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks at the log now and then; at the end everything is written."""
        beside = [asyncio.create_task(each) for each in (self._look_forever(), self._indexing.run())]
        try:
            yield
        finally:
            await self.journal.stop(END_SECONDS)
            await self.bus.stop()
            for task in (*self._tasks, *beside):
                task.cancel()
            await asyncio.gather(*beside, *self._tasks, return_exceptions=True)

    async def _look_forever(self) -> None:
        since = clock.now()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = clock.now()
            for room in list(self.rooms.values()):
                room.presence.sweep()
            if await _quietly(self._look(since - timedelta(seconds=1), now)):
                since = now

    async def _look(self, since: Any, now: Any) -> None:
        ids = list(self.rooms)
        found = {each.id: each for each in await store.look(self._db, ids, since, now)} if ids else {}
        for document_id in ids:
            room, look = self.rooms.get(document_id), found.get(document_id)
            if room is None:
                continue
            if look is None or look.seq > room.numbers.upto:
                await self._catch_up(room)
            elif look.rows > compaction.ROWS or look.bytes > compaction.BYTES:
                await self._compact(document_id)
            if look and look.expired:
                self._ask_again(document_id)

    async def _compact(self, document_id: str) -> None:
        with contextlib.suppress(DatabaseError):
            await compaction.compact(self._db, document_id)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_quietly(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def members(self) -> int:
        """How many sockets there are."""
        return sum(len(room.members) for room in self.rooms.values())

    def count_of(self, user_id: str) -> int:
        """How many of them are one person's."""
        return Counter(each.user_id for room in self.rooms.values() for each in room.members)[user_id]


def _allow(member: Member, role: Role | None, document: Document) -> None:
    if role is None:
        member.close(NO_ACCESS, "no access any more")
    else:
        member.allowed(role, document)


async def _quietly(work: Coroutine[Any, Any, None]) -> bool:
    """Whether it could be done: the next look finds what this one could not."""
    budget.allow(None)  # it may outlive the request that it began with
    try:
        await work
        return True
    except DatabaseError as error:
        log.info("a document is not looked at: %s", error)
    except Exception:
        log.exception("a document is not looked at")
    return False
