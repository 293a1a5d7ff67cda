"""What goes on beside the requests: open documents are written, those whose time in the trash is over are deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from handlers.documents import sweeping
from server.live.live import Live
from server.services import Services


def open_live(services: Services) -> Live:
    """The documents that people of this process have open."""
    live = Live(services.db, services.config.redis_url)
    metrics, journal = services.metrics, live.journal
    metrics.watch("documents_open", "Documents in memory.", lambda: len(live.rooms))
    metrics.watch("document_sockets", "Pages that have one open.", lambda: live.members)
    metrics.watch("document_unsaved_bytes", "What is not in PostgreSQL yet.", lambda: journal.size)
    words = "How long the last commit of documents took."
    metrics.watch("document_commit_seconds", words, lambda: journal.lag, "most")
    return live


@asynccontextmanager
async def running(services: Services) -> AsyncIterator[None]:
    """Until the server ends; then what is not written is."""
    async with sweeping.running(services), services.of(Live).running():
        yield
