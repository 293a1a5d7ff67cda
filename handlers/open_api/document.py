"""The whole document, in better-auth's shape: what the server is, its models, every path."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from handlers.open_api.operations import BEARER, COOKIE, Asks, operation, ways
from handlers.open_api.places import CORE, Place, places
from server.feature import Feature
from server.protocol import schemas
from server.services import Services
from server.version import VERSION

OPENAPI = "3.1.1"
_DESCRIPTION = (
    "Sign-up, sign-in and sessions. A cookie says who is signed in; a request that has cookies and does more than"
    " read needs an `Origin` that is trusted. Refusals are `{message, code, error: {code, message}}`."
)
_CORE = "What better-auth has as well, with its words."
_BESIDE = "Beside better-auth's endpoints, at an address of its own."


class Documents:
    """The document of a server, made when it is first asked for."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._making = asyncio.Lock()
        self._made: dict[str, Any] = {}
        self._page = ""

    async def of(self, features: Iterable[Feature]) -> dict[str, Any]:
        """The document of a server with these features; made beside the loop, as all code is read for it."""
        async with self._making:
            self._made = self._made or await asyncio.to_thread(build, features, self._services)
        return self._made

    async def page(self, features: Iterable[Feature]) -> str:
        """The same for people, as HTML."""
        document = await self.of(features)
        self._page = self._page or await asyncio.to_thread(_drawn, document)
        return self._page


def _drawn(document: dict[str, Any]) -> str:
    from handlers.open_api import page

    return page.render(document)


def build(features: Iterable[Feature], services: Services) -> dict[str, Any]:
    """The document as JSON."""
    features = tuple(features)
    found = [place for feature in features for place in places(feature)]
    return {
        "openapi": OPENAPI,
        "info": {"title": services.config.branding.name, "description": _DESCRIPTION, "version": VERSION},
        "components": _components(services),
        "security": ways(_takes_bearer(services)),
        "servers": [{"url": services.config.api_url}],
        "tags": _tags(found),
        "paths": _paths(found, services, _asks(features, services)),
    }


def _tags(found: Sequence[Place]) -> list[dict[str, str]]:
    names = dict.fromkeys((CORE, *(place.tag for place in found)))
    return [{"name": name, "description": _CORE if name == CORE else _BESIDE} for name in names]


def _asks(features: Sequence[Feature], services: Services) -> Asks:
    told = [each.challenge for each in features if each.challenge]
    return lambda method: [schema for each in told if (schema := each(services, method))]


def _paths(found: Sequence[Place], services: Services, asks: Asks) -> dict[str, Any]:
    """What is not below /api/auth is at the origin, as the `servers` of its path say."""
    paths: dict[str, Any] = {}
    for place in found:
        beside = place.tag != CORE
        item = {"servers": [{"url": services.config.origin}]} if beside else {}
        bearer = _takes_bearer(services)
        methods = {
            each.name: operation(place, each, services.db.columns, bearer, asks) for each in place.methods
        }
        paths[place.template] = item | methods
    return paths


def _components(services: Services) -> dict[str, Any]:
    columns = services.db.columns
    error = schemas.members({"code": schemas.STRING, "message": schemas.STRING})
    models = {
        "User": schemas.user(columns.user),
        "Session": schemas.session(columns.session),
        "Account": schemas.account(),
        "Error": schemas.members({"message": schemas.STRING, "error": error}, {"code": schemas.STRING}),
    }
    cookie = {
        "type": "apiKey",
        "in": "cookie",
        "name": services.cookies.name("session_token"),
        "description": "The session, as signing in sets it.",
    }
    return {"schemas": models, "securitySchemes": {COOKIE: cookie, **_bearer(services)}}


def _takes_bearer(services: Services) -> bool:
    return any(each.header == "Authorization" for each in services.credentials)


def _bearer(services: Services) -> dict[str, Any]:
    if not _takes_bearer(services):
        return {}
    description = "The session's token, as signing in answers it, or as `set-auth-token` tells it."
    return {BEARER: {"type": "http", "scheme": "bearer", "description": description}}
