"""The providers that are set up, from whichever feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from server.oauth.provider import Provider


class Source(Protocol):
    """Where providers come from."""

    @property
    def names(self) -> Mapping[str, str]:
        """What each is called on a button, by its id."""

    async def find(self, provider_id: str) -> Provider | None:
        """The provider, or None for what is not one of these, or cannot be used at the moment."""


class Providers:
    """All sources, the first of which may have a provider of another's name."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        self._sources = sources

    @property
    def names(self) -> dict[str, str]:
        """Each that can be signed in at, by its id."""
        found: dict[str, str] = {}
        for source in self._sources:
            found |= {name: title for name, title in source.names.items() if name not in found}
        return found

    async def find(self, provider_id: str) -> Provider | None:
        """The provider of this id, or None."""
        for source in self._sources:
            if provider_id in source.names:
                found = await source.find(provider_id)
                if found is not None:
                    return found
        return None
