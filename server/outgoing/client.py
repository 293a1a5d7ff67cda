"""The client: one request, one answer; redirects are answers like others, and never followed."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from server.outgoing.messages import OutgoingError, Reply, Request
from server.outgoing.settings import OutgoingSettings

if TYPE_CHECKING:
    from server.outgoing.connections import Connections

SECONDS = 10.0


class Outgoing:
    """Without a guard it asks whomever an operator has named, wherever that is; else nobody inside. S43."""

    def __init__(self, settings: OutgoingSettings, guarded: bool = True) -> None:
        self._settings, self._guarded = settings, guarded
        self._connections: Connections | None = None

    async def ask(self, request: Request, seconds: float = SECONDS) -> Reply:
        """The answer, read to its end within `seconds` and a mebibyte; raises OutgoingError for whatever goes wrong."""
        try:
            async with asyncio.timeout(seconds):
                return await (await self._open()).ask(request)
        except TimeoutError as error:
            raise OutgoingError(f"{request.place}: no answer in {seconds:g} s") from error

    async def _open(self) -> Connections:
        """Most servers ask nobody, and what that takes takes its time and its memory."""
        made = self._connections
        if made is None:
            module = await asyncio.to_thread(importlib.import_module, f"{__package__}.connections")
            made = self._keep(module.Connections(self._settings, self._guarded))
        return made

    def _keep(self, made: Connections) -> Connections:
        """The first, where two have made one at once."""
        if self._connections is None:
            self._connections = made
        return self._connections

    async def close(self) -> None:
        """Lets go of the connections."""
        if self._connections is not None:
            await self._connections.close()
            self._connections = None
