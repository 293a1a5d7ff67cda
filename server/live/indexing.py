"""The words of a document for the search, a moment after somebody has written in it here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from server import clock
from server.database import Database, DatabaseError
from server.documents.indexing import index

# After so long without a change; while somebody goes on writing, this often.
QUIET_SECONDS, LONGEST_SECONDS = 2.0, 10.0
LOOK_SECONDS = 0.5
log = logging.getLogger(__name__)


class Indexing:
    """`read` answers a document as Yjs keeps it, or None where it is not open any more."""

    def __init__(self, db: Database, read: Callable[[str], bytes | None]) -> None:
        self._db, self._read = db, read
        self._changed: dict[str, tuple[float, float]] = {}

    def changed(self, document_id: str) -> None:
        """Somebody has written in it."""
        now = clock.steady()
        first, _ = self._changed.get(document_id, (now, now))
        self._changed[document_id] = (first, now)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = clock.steady()
            for document_id, (first, last) in list(self._changed.items()):
                if now > last + QUIET_SECONDS or now > first + LONGEST_SECONDS:
                    await self.write(document_id)

    async def write(self, document_id: str) -> None:
        """The next change tries again where this cannot be written."""
        self._changed.pop(document_id, None)
        state = self._read(document_id)
        if state is not None:
            try:
                await index(self._db, document_id, await asyncio.to_thread(_text, state))
            except DatabaseError as error:
                log.info("the words of a document are not written: %s", error)
            except Exception:
                log.exception("the words of a document cannot be read")


def _text(state: bytes) -> str:
    from server.documents import text, yjs

    return text.plain(yjs.read_state(state))
