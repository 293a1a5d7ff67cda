"""What every handler finds at its application."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from tornado.web import Application as TornadoApplication
from tornado.web import RequestHandler

from server.feature import Feature
from server.http.fast import FastSession
from server.http.graceful import OpenSocket
from server.http.origin import Origins
from server.services import Services
from server.telemetry.sparing import Sparing


class Site(TornadoApplication):
    """The services, the features, the origins that are trusted, the answers that are kept, the sockets that are open."""

    features: tuple[Feature, ...] = ()

    def __init__(
        self,
        services: Services,
        fixed: Mapping[str, type[RequestHandler]],
        routes: Sequence[tuple[str, type[RequestHandler]]],
        log_function: Callable[[RequestHandler], None],
        default: type[RequestHandler],
    ) -> None:
        settings = services.config
        self.services, self.fixed = services, fixed
        of_apps = (origin for apps in services.apps for origin in apps.origins)
        self.origins = Origins((settings.origin, *settings.trusted_origins, *of_apps))
        self.fast = FastSession(services)
        self.sockets: set[OpenSocket] = set()
        self.reasons = Sparing(logging.getLogger("ai_editor.refused"))
        super().__init__(list(routes), log_function=log_function, default_handler_class=default)
