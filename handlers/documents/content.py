"""What a document says, in the forms in which it comes and goes. Each is work for a thread, a few at once. S46."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

from msgspec import Struct

from handlers.documents import errors
from server.database import Executor
from server.documents.model import Place
from server.live import store
from server.live.room import MOST_BYTES
from server.model import Json
from server.overload.turns import Turns
from server.protocol import wire

T = TypeVar("T")
# What a text becomes that is as it is: a change, or nothing.
Work = Callable[[bytes], bytes | None]
AT_ONCE, MOST_WAITING = 2, 16
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u2028\u2029]+')


class Format(Struct, frozen=True):
    """How a text is written, what a file of it is called behind the dot, and how that is written where it is more.

    A file is told the document's title, and where the addresses lead that begin with a slash.
    """

    media_type: str
    ending: str
    write: Callable[[Json], bytes]
    as_file: Callable[[Json, str, str], bytes] | None = None
    # Whether attachments have their addresses in it, for whoever reads it elsewhere.
    placed: bool = True

    def place(self, document: Json, place: Place) -> Json:
        """The document as it is written in this form."""
        from server.documents import attachments

        return attachments.placed(document, place) if self.placed else document

    def file(self, document: Json, title: str, origin: str) -> bytes:
        """What stands by itself."""
        return self.as_file(document, title, origin) if self.as_file else self.write(document)


class Converting:
    """A line in front of the threads: who has nothing in it comes before who has much."""

    def __init__(self) -> None:
        self.line = Turns(AT_ONCE, 0.1, MOST_WAITING)

    @asynccontextmanager
    async def turn(self, user_id: str) -> AsyncIterator[None]:
        """Waits for it; raises the 503 where that would be too long."""
        async with self.line.turn(user_id):
            yield

    async def run(self, user_id: str, work: Callable[[], T]) -> T:
        """In a thread; raises the refusal of what cannot be read."""
        async with self.turn(user_id):
            return await asyncio.to_thread(refusing, work)


def refusing(work: Callable[[], T]) -> T:
    """Does it, and raises the refusal where somebody handed in what is no document."""
    from server.documents.reading import TooLarge
    from server.documents.schema import ContentError

    try:
        return work()
    except TooLarge:
        raise errors.document_too_large() from None
    except ContentError as error:
        raise errors.content_not_readable() from error


async def changes(db: Executor, document_id: str) -> list[bytes]:
    """All that was ever written in a document, in order; raises the 404."""
    state = await store.read(db, document_id)
    if state is None:
        raise errors.document_not_found()
    return state.changes


def state_of(updates: list[bytes]) -> bytes:
    """The same as one."""
    from server.live.crdt import Copy

    return Copy(updates).encode(updates)


def document_of(updates: list[bytes]) -> Json:
    """What it says, as ProseMirror has it."""
    from server.documents import yjs

    return yjs.read_state(state_of(updates))


class Begun(Struct, frozen=True):
    """What a new document begins with: as Yjs keeps it, by which words it is found, what it calls itself."""

    snapshot: bytes
    text: str = ""
    title: str = ""


def begin(markdown: str | None) -> Begun:
    """With one empty paragraph, or with what somebody has written already; raises ContentError."""
    from server.documents import reading, text, yjs

    if markdown is None:
        return Begun(yjs.made())
    found = reading.read(markdown)
    return Begun(yjs.made(found.document), text.plain(found.document), found.title or "")


def edited(markdown: str, place: Place | None = None, known: Mapping[str, Json] | None = None) -> Work:
    """Makes of a document as it is the change that has it say this, and touches no block that stays."""
    from server.documents import reading, yjs

    wanted = reading.read(markdown, place).document

    def work(state: bytes) -> bytes | None:
        present = yjs.read_state(state)
        update = yjs.edited(state, _completed(present, reading.kept(present, wanted), known or {}))
        if update and len(state) + len(update) > MOST_BYTES:
            raise errors.document_too_large()
        return update

    return work


def _completed(present: Json, wanted: Json, known: Mapping[str, Json]) -> Json:
    """With what is known of the attachments of blocks that are new."""
    from server.documents import attachments

    here = {id(each) for each in present.get("content", ())}
    blocks = [
        each if id(each) in here else attachments.completed(each, known) for each in wanted.get("content", ())
    ]
    return wanted | {"content": blocks}


def file_name(title: str, ending: str) -> str:
    """What a file may be called anywhere."""
    name = _UNFIT.sub(" ", title).strip(" .")[:100].strip(" .")
    return f"{name or 'document'}.{ending}"


def _as_markdown(document: Json) -> bytes:
    from server.documents import markdown

    return markdown.markdown(document).encode("utf-8", "replace")


def _as_html(document: Json) -> bytes:
    from server.documents import html

    return html.fragment(document).encode("utf-8", "replace")


def _as_page(document: Json, title: str, origin: str) -> bytes:
    from server.documents import html

    return html.page(document, title, origin=origin).encode("utf-8", "replace")


FORMATS: dict[str, Format] = {
    "json": Format("application/json", "json", wire.dumps, placed=False),
    "html": Format("text/html; charset=utf-8", "html", _as_html, _as_page),
    "markdown": Format("text/markdown; charset=utf-8", "md", _as_markdown),
}
