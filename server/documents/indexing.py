"""Has documents found by what they say."""

from __future__ import annotations

import asyncio

from server import clock
from server.database import Executor
from server.documents import document_store
from server.documents.words import distinct

# Of a text that is looked through for what surrounds a word.
MOST_TEXT = 200_000


async def index(db: Executor, document_id: str, text: str) -> None:
    """Has a document found by its text, and says that it was changed now; whoever writes the text calls it by and by."""
    words = await asyncio.to_thread(distinct, text)
    kept = text[:MOST_TEXT].replace("\0", " ")
    await document_store.write_text(db, document_id, kept, words, clock.now())
