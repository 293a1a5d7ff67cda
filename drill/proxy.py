"""A way to PostgreSQL that can go silent, as a network does that drops packets: nothing is closed, nothing arrives.

One that is `deaf` lets no announcement through, as a pooler that lends connections.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

NOTIFICATION = b"A"


class Proxy:
    """Listens on a port of this machine for a PostgreSQL behind a socket in a folder."""

    def __init__(self, address: str, deaf: bool = False) -> None:
        self._deaf = deaf
        facts = urlsplit(address)
        folder = parse_qs(facts.query)["host"][0]
        port = parse_qs(facts.query).get("port", ["5432"])[0]
        self._target = f"{folder}/.s.PGSQL.{port}"
        self._user, self._name = facts.username, facts.path
        self._loop = asyncio.new_event_loop()
        self._flows = asyncio.Event()
        self._refuses = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._port = 0

    @property
    def address(self) -> str:
        """Where a server finds its database through this."""
        plain = "?sslmode=disable&gssencmode=disable"  # or what comes first is no message
        return f"postgresql://{self._user}@127.0.0.1:{self._port}{self._name}{plain}"

    def start(self) -> None:
        """Returns when it listens."""
        self._thread.start()
        self._started.wait()

    def silence(self) -> None:
        """Nothing goes through from now on."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def refuse(self) -> None:
        """All connections are closed, and so is whoever comes."""
        self._loop.call_soon_threadsafe(self._close)

    def resume(self) -> None:
        """All goes through, what was held back first."""
        self._loop.call_soon_threadsafe(self._open)

    def stop(self) -> None:
        """Closes all."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _close(self) -> None:
        self._refuses = True
        for writer in self._writers:
            writer.close()

    def _open(self) -> None:
        self._refuses = False
        self._flows.set()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._flows.set()
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(
                asyncio.gather(*asyncio.all_tasks(self._loop), return_exceptions=True)
            )
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            if self._refuses:
                writer.close()
                return
            await self._flows.wait()
            back, forth = await asyncio.open_unix_connection(self._target)
            self._writers |= {forth, writer}
            filtered = self._pass_messages if self._deaf else self._pass
            await asyncio.gather(self._pass(reader, forth), filtered(back, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65536):
                await self._flows.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()

    async def _pass_messages(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A message is a letter, a length that counts itself, and the rest."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readexactly(5)
                rest = await reader.readexactly(int.from_bytes(head[1:]) - 4)
                await self._flows.wait()
                if head[:1] != NOTIFICATION:
                    writer.write(head + rest)
                    await writer.drain()
        writer.close()


@contextmanager
def proxied(address: str, deaf: bool = False) -> Iterator[Proxy]:
    """One for the duration."""
    made = Proxy(address, deaf)
    made.start()
    try:
        yield made
    finally:
        made.resume()
        made.stop()
