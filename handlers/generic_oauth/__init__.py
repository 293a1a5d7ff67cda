"""Signing in at any OpenID or OAuth 2 server, by its discovery document; better-auth's plugin generic-oauth."""

from handlers.generic_oauth import settings
from handlers.generic_oauth.servers import Servers
from server.feature import Feature

FEATURE = Feature(
    name="generic-oauth",
    plugin=True,
    settings=settings.read,
    providers=Servers,
    run=lambda services: services.of(Servers).running(),
)
