"""GET /api/documents/:id/live: the text, as long as it is open, over the y-websocket protocol."""

from __future__ import annotations

import contextlib
import hashlib

from tornado.websocket import WebSocketClosedError

from server import clock
from server.database import DatabaseUnavailable
from server.documents import access
from server.documents.model import SCHEMA, Document, Role
from server.http.guards import signed_in
from server.http.socket import TRY_AGAIN_LATER, SocketHandler
from server.live import frames
from server.live.live import COME_AGAIN, NO_ACCESS, NOT_THERE, Gone, Live
from server.live.room import NONSENSE, Room
from server.model import SignedIn, User

TOO_OLD, TOO_MANY = 4409, 4429
MOST_SOCKETS = 50
# A second, and at once: a caret that is dragged moves with each frame of the screen.
MOST_MESSAGES, MOST_AT_ONCE = 120.0, 600.0
# So many bytes are one more message: two pastes as large as may be, then 2 MB a second.
BYTES_AS_ONE = 16 * 1024
_COLOURS = (
    "#b91c1c",
    "#c2410c",
    "#a16207",
    "#4d7c0f",
    "#15803d",
    "#0f766e",
    "#0369a1",
    "#1d4ed8",
    "#6d28d9",
    "#a21caf",
)


class LiveDocument(SocketHandler):
    """A page's socket; what it may do follows from what its person may, for as long as it is open. S46."""

    MAX_MESSAGE = 4 * 1024 * 1024
    # The whole text may be on its way to who reads slowly.
    MAX_UNSENT = 20 * 1024 * 1024

    user_id = ""
    shown: dict[str, str]
    may_write = False
    _room: Room | None = None
    _role: Role | None = None
    _told: dict[str, object]
    _left, _asked = MOST_AT_ONCE, 0.0

    @signed_in(authoritative=True)
    async def joined(self, who: SignedIn, document_id: str) -> None:
        """Says what the page shows beside the text, then the text."""
        live = self.services.of(Live)
        self._told, self._asked = {}, clock.steady()
        self.user_id, self.shown = who.user.id, _shown(who.user)
        if self.get_query_argument("schema", "") != str(SCHEMA):
            self.close(TOO_OLD, "the page is older than the server")
        elif live.count_of(who.user.id) >= MOST_SOCKETS:
            self.close(TOO_MANY, "too many documents are open")
        else:
            try:
                await self._enter(live, who.user, document_id)
            except DatabaseUnavailable:
                self.close(TRY_AGAIN_LATER, "the document cannot be read just now")

    async def _enter(self, live: Live, user: User, document_id: str) -> None:
        """Nothing is loaded for those who may not see it."""
        notices = live.notices
        document = await access.find(self.services.db, document_id)
        role = await access.role_of(self.services.db, document_id, user)
        if document is None or document.deleted_at:
            self.close(NOT_THERE, "there is no such document")
        elif role is None:
            self.close(NO_ACCESS, "no access")
        else:
            await self._enter_room(live, notices, role, document)

    async def _enter_room(self, live: Live, notices: int, role: Role, document: Document) -> None:
        try:
            room = await live.open(document.id)
        except Gone:
            self.close(NOT_THERE, "there is no such document")
            return
        if self._over:
            live.release(room)
            return
        self.allowed(role, document)
        self._room = room
        live.enter(room, self, notices)

    async def received(self, message: str | bytes) -> None:
        """A frame."""
        if self._room is None or not self._in_time(len(message)):
            return
        try:
            if isinstance(message, str):
                raise frames.Nonsense("text where bytes are spoken")
            self._room.receive(self, message)
        except frames.Nonsense as error:
            self.close(NONSENSE, str(error)[:100])

    def _in_time(self, size: int) -> bool:
        """Whether they do not send faster than anybody writes."""
        now = clock.steady()
        given = self._left + MOST_MESSAGES * (now - self._asked)
        self._left = min(MOST_AT_ONCE, given) - 1 - size / BYTES_AS_ONE
        self._asked = now
        if self._left < 0:
            self.close(TOO_MANY, "too many messages")
        return self._left >= 0

    def left(self) -> None:
        """Their caret goes."""
        if self._room:
            self.services.of(Live).leave(self._room, self)

    # -- what the room says

    def send(self, frame: bytes) -> None:
        """A frame of the protocol, if there is still somebody to have it."""
        if not self._over:
            with contextlib.suppress(WebSocketClosedError):
                self.write_message(frame, binary=True)

    def saved(self, count: int) -> None:
        """So many of their frames are in PostgreSQL."""
        self.send(frames.durable(count))

    def allowed(self, role: Role, document: Document) -> None:
        """What is theirs to do from now on, and what the document is called; said when it is not what it was."""
        if self._told and role.may_write > self.may_write:
            # What a reader's page sent was not counted, so it has to begin to count anew.
            self.close(COME_AGAIN, "may write from now on")
            return
        self.may_write = role.may_write
        told: dict[str, object] = {"role": role.word, "title": document.title, "icon": document.icon}
        if told != self._told:
            self._told = told
            self.stalled()

    def stalled(self) -> None:
        """Says all of it again, and whether PostgreSQL takes what is written."""
        saving = not self.services.of(Live).journal.stalled
        self.send(frames.state(self._told | {"saving": saving}))


def _shown(user: User) -> dict[str, str]:
    """Whose caret others see, in a colour that stays."""
    digest = hashlib.sha256(user.id.encode()).digest()
    return {"id": user.id, "name": user.name, "color": _COLOURS[digest[0] % len(_COLOURS)]}
