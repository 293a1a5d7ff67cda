"""People, processes and a database to whom anything may happen, without sockets between them: a second is a long time."""

from __future__ import annotations

import asyncio
from typing import Any

from pycrdt import UndoManager, XmlFragment

from server.database import Database, DatabaseUnavailable
from server.database.statement import Result
from server.live import compaction, frames
from server.live.live import Gone, Live
from server.live.room import Room
from tests.live.typist import Typist

Kept = dict[int, int]


class Moody(Database):
    """May be away, and may take a change without saying so."""

    away = mute = False

    async def _fetch(self, sql: str, params: dict[str, object]) -> Result:
        if self.away:
            raise DatabaseUnavailable("it is away")
        found = await super()._fetch(sql, params)
        if self.mute and "INSERT" in sql:
            self.mute = False
            raise DatabaseUnavailable("its answer is lost")
        return found


class Person(Typist):
    """A page whose socket is a call; it is the room's member, too."""

    def __init__(self, user_id: str) -> None:
        super().__init__()
        self.user_id, self.shown, self.may_write = user_id, {"id": user_id}, True
        self.seat: Seat | None = None
        self.undo: UndoManager | None = None

    async def come(self, live: Live, document: str) -> None:
        """Opens it there."""
        try:
            room = await live.open(document)
        except (DatabaseUnavailable, Gone):
            return
        self.sent = self.durable = 0
        self.closed, self.synced = None, False
        self.seat = Seat(self, live, room)
        self._socket: Any = self.seat
        live.enter(room, self.seat, live.notices)
        self.hello()

    def go(self) -> None:
        """The connection is lost; nobody says so."""
        if self.seat:
            self.seat.close(1006)

    def act(self, kind: str, number: int) -> None:
        """Writes, deletes, makes bold, takes back."""
        if not len(self.doc.get("default", type=XmlFragment).children):
            return
        length = len(str(self.paragraph))
        at = number % (length + 1)
        if kind == "insert":
            self.paragraph.insert(at, "abcdefghij"[number % 10] * (1 + number % 4))
        elif kind == "delete" and at < length:
            del self.paragraph[at : min(length, at + 3)]
        elif kind == "format" and at < length:
            self.paragraph.format(at, min(length, at + 2), {"bold": True})
        elif kind == "undo":
            self.undo = self.undo or UndoManager(scopes=[self.doc.get("default", type=XmlFragment)])
            self.undo.undo()


class Seat:
    """Somebody's place in a room; what is said in it arrives in order, a moment later, or never."""

    def __init__(self, person: Person, live: Live, room: Room) -> None:
        self.person, self.live, self.room = person, live, room
        self.user_id, self.shown, self.may_write = person.user_id, person.shown, True
        self.open = True

    def _soon(self, work: Any, *words: Any) -> None:
        asyncio.get_running_loop().call_soon(lambda: work(*words) if self.open else None)

    def write_message(self, frame: bytes, binary: bool) -> None:
        self._soon(self.room.receive, self, frame)

    def send(self, frame: bytes) -> None:
        self._soon(self.person.take, frame)

    def stalled(self) -> None:
        """Nothing."""

    def saved(self, count: int) -> None:
        self._soon(self.person.take, frames.durable(count))

    def allowed(self, role: object, document: object) -> None:
        """They may."""

    def close(self, code: int | None = None, reason: str | None = None) -> None:
        if self.open:
            self.open, self.person.closed, self.person.seat = False, code, None
            self.live.leave(self.room, self)


class World:
    """Two processes on one database, three people, and what was acknowledged."""

    def __init__(self, url: str, document: str, user_id: str) -> None:
        self.url, self.document, self.user_id = url, document, user_id
        self.people = [Person(user_id) for _ in range(3)]
        self.kept: Kept = {}

    async def start(self) -> None:
        self.processes = [await self._process() for _ in range(2)]

    async def _process(self) -> tuple[Moody, Live, Any]:
        db = Moody(self.url, 2)
        live = Live(db)
        running = live.running()
        await running.__aenter__()
        return db, live, running

    async def stop(self) -> None:
        for person in self.people:
            person.go()
        for db, _, running in self.processes:
            await running.__aexit__(None, None, None)
            await db.close()

    def note(self) -> None:
        """Who reads "Saved" believes it."""
        for person in self.people:
            if person.seat and person.synced and person.saved:
                self.kept |= person.own()

    async def happen(self, kind: str, who: int, number: int) -> None:
        """One thing."""
        person, (db, live, _) = self.people[who], self.processes[number % 2]
        if kind == "come" and not person.seat:
            await person.come(live, self.document)
        elif kind == "go":
            person.go()
        elif kind == "close":
            self.note()
            person.go()
            self.people[who] = Person(self.user_id)
        elif kind in ("away", "mute"):
            setattr(db, kind, True)
        elif kind == "back":
            db.away = False
        else:
            await self._disturb(kind, person, live, number)
        await asyncio.sleep(0.03 if kind == "wait" else 0)
        self.note()

    async def _disturb(self, kind: str, person: Person, live: Live, number: int) -> None:
        if kind == "compact":
            await live._compact(self.document)
        elif kind == "forget" and (room := live.rooms.get(self.document)):
            live._forget(room)
        elif kind == "kill":
            await self._kill(number % 2)
        else:
            person.act(kind, number)

    async def _kill(self, which: int) -> None:
        """Nothing is written any more, and nobody is told."""
        db, live, running = self.processes[which]
        for person in self.people:
            if person.seat and person.seat.live is live:
                person.go()
        db.away, live.journal._pending = True, {}
        await running.__aexit__(None, None, None)
        await db.close()
        self.processes[which] = await self._process()

    async def settle(self) -> None:
        """All is well again, and everybody has come."""
        for db, _, _ in self.processes:
            db.away = db.mute = False
        for number, person in enumerate(self.people):
            while not person.seat:
                await person.come(self.processes[number % 2][1], self.document)
        one, *others = self.people
        await one.until(lambda: all(each.synced and each.saved for each in self.people))
        await one.until(lambda: all(each.text == one.text for each in others))

    async def stored(self) -> Person:
        """What the database alone has, before and after its log is shortened."""
        db, found = self.processes[0][0], Person(self.user_id)
        live = Live(db)
        for _ in range(2):
            room = await live._load(self.document)
            found.doc.apply_update(room.encode())
            await compaction.compact(db, self.document)
        return found
