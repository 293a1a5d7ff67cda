"""A way to PostgreSQL that is lost in the middle of a change: just before PostgreSQL hears of it, or just after."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from drill.proxy import Proxy


@dataclass
class Cut:
    """Which statement cannot be told to have been done: the first with `end` in it, on a connection that said `mark`."""

    mark: bytes
    end: bytes
    done: bool
    used: bool = False


class Cutter(Proxy):
    """Cuts once for each `cut` that is set."""

    cut: Cut | None = None

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both directions come through here; what PostgreSQL answers has neither mark nor end in it."""
        said = b""
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                said += piece
                cut = self.cut
                if cut and not cut.used and cut.mark in said and cut.end in piece:
                    cut.used = True
                    await self._end(piece, writer, cut.done)
                    break
                said = b"" if b"COMMIT" in piece or b"ROLLBACK" in piece else said
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def _end(self, piece: bytes, writer: asyncio.StreamWriter, done: bool) -> None:
        """Closes the way from the server, then lets PostgreSQL have what it said, or not."""
        self._writers.discard(writer)
        for each in self._ways.pop(writer):
            each.close()
        if done:
            writer.write(piece)
            await writer.drain()

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._ways: dict[asyncio.StreamWriter, list[asyncio.StreamWriter]] = {}

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            back, forth = await asyncio.open_unix_connection(self._target)
            self._writers |= {forth, writer}
            self._ways[forth] = [writer]
            await asyncio.gather(self._pass(reader, forth), self._pass(back, writer))


@contextmanager
def cutting(address: str) -> Iterator[Cutter]:
    """One for the duration."""
    made = Cutter(address)
    made.start()
    try:
        yield made
    finally:
        made.refuse()
        made.stop()
