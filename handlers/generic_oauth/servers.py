"""Servers that are found out about by their discovery documents (OpenID Connect Discovery 1.0), and asked again later."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from handlers.generic_oauth import provider
from handlers.generic_oauth.settings import Config, GenericOAuthSettings
from server.model import Json
from server.oauth.provider import Provider
from server.outgoing import OutgoingError, Request
from server.services import Services

# What a server says of itself is asked for again: keys move, and endpoints sometimes.
KEPT_SECONDS = 3600.0
# One that cannot be reached is asked by the next sign-in, but not by each.
PAUSE_SECONDS = 2.0
_NEVER = float("-inf")
log = logging.getLogger(__name__)


class Servers:
    """The providers, by id: known once their document has been read, by one at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._configs = {each.id: each for each in services.of(GenericOAuthSettings).configs}
        self._found: dict[str, tuple[float, Provider]] = {}
        self._tried: dict[str, float] = {}
        self._locks = {name: asyncio.Lock() for name in self._configs}

    @property
    def names(self) -> Mapping[str, str]:
        """What each is called on its button."""
        return {each.id: each.name for each in self._configs.values()}

    async def find(self, provider_id: str) -> Provider | None:
        """The provider; None while its document cannot be had."""
        config = self._configs.get(provider_id)
        if config is None:
            return None
        async with self._locks[provider_id]:
            fetched, found = self._found.get(provider_id, (_NEVER, None))
            now, tried = time.monotonic(), self._tried.get(provider_id, _NEVER)
            if now - fetched < KEPT_SECONDS or now - tried < PAUSE_SECONDS:
                return found
            return await self._renew(config) or found

    async def _renew(self, config: Config) -> Provider | None:
        self._tried[config.id] = time.monotonic()
        found = await self._discover(config)
        if found is not None:
            self._found[config.id] = (time.monotonic(), found)
        return found

    async def _discover(self, config: Config) -> Provider | None:
        try:
            document = await self._fetch(config.discovery_url)
            return provider.make(config, document, self._services.oauth.keys)
        except (OutgoingError, provider.Unusable) as error:
            log.warning("the provider %s cannot be used: %s", config.id, error)
            return None

    async def _fetch(self, url: str) -> Json:
        reply = await self._services.outgoing.ask(Request(url))
        found = reply.read()
        if not reply.good or not isinstance(found, dict):
            raise OutgoingError(f"{url} has no discovery document: {reply.status}")
        return found

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Reads the documents once at the start, beside everything else."""
        reading = asyncio.create_task(self._read_all())
        try:
            yield
        finally:
            reading.cancel()

    async def _read_all(self) -> None:
        await asyncio.gather(*(self.find(name) for name in self._configs))
