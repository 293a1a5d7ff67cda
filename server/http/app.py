"""The application: settings, database and services in typed attributes, and the route table made from the features."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerRequest
from tornado.web import Application as TornadoApplication
from tornado.web import RequestHandler

from server import errors
from server.authentication.email_links import EmailLinks
from server.authentication.passwords import Passwords
from server.authentication.verifications import Sweeper
from server.avatars import Avatars
from server.config.settings import Settings
from server.database import Database
from server.devices import Devices
from server.feature import Feature
from server.http import sizes
from server.http.address import client_address
from server.http.fast import FastMessage, FastSession
from server.http.graceful import GracefulServer
from server.http.origin import Origins
from server.http.sizes import MAX_BODY, Measured, TooLarge
from server.limits import AccountLimits, RequestLimits, open_store
from server.mail import Mailer
from server.protocol import uri
from server.sessions.change_feed import Changes
from server.sessions.cookies import Cookies
from server.sessions.lifecycle import Sessions
from server.telemetry.metrics import Metrics

API = "/api/auth"
GET_SESSION = "/get-session"
access_log = logging.getLogger("ai_editor.access")


class Application(TornadoApplication):
    """Everything a handler needs; made inside a running event loop, closed with `close()`."""

    def __init__(self, settings: Settings, features: Iterable[Feature]) -> None:
        self.config = settings
        self.db = Database(settings.database_url or "", settings.db_pool_size)
        self.metrics = Metrics()
        self.mailer = Mailer(settings, self.db, self.metrics)
        self.cookies = Cookies(settings.secret, settings.secure_cookies, settings.session_expires_in)
        self.sessions = Sessions(settings, self.db, self.cookies)
        self.changes = Changes(self.db, self.sessions.memory, settings.redis_url)
        self.origins = Origins((settings.origin, *settings.trusted_origins))
        self.passwords = Passwords(
            settings.password_hash,
            settings.bcrypt_cost,
            settings.password_min_length,
            settings.password_max_length,
            settings.password_check,
        )
        counts = open_store(settings.rate_limit_enabled, settings.rate_limit_storage, self.db)
        self.limits = RequestLimits(counts)
        self.account_limits = AccountLimits(counts, settings.secret)
        self.fast = FastSession(self.sessions, self._allowed_at_once, self._answered_at_once)
        self.sweeper = Sweeper()
        self.devices = Devices(self.mailer, settings.secret)
        self.avatars = Avatars(settings.shared_dir / "avatars", settings.base_url)
        self.links = EmailLinks(self.mailer, settings.secret, settings.base_url + API)
        self._watch()
        super().__init__(routes(features), log_function=log_request)

    async def start(self) -> None:
        """Begins what goes on beside the requests: hearing of changes, sending mails."""
        if self.config.session_cache:
            await self.changes.start()
        self.mailer.start()

    def _allowed_at_once(self, peer: str, forwarded_for: str) -> bool:
        """Counts a get-session where that can be done without waiting; else the ordinary way does."""
        if not self.config.rate_limit_enabled:
            return True
        address = client_address(peer, forwarded_for, self.config.trusted_proxies)
        return self.limits.allows_at_once(address, GET_SESSION)

    def _answered_at_once(self, seconds: float) -> None:
        self.metrics.request("GetSession", "GET", 200, seconds)
        if access_log.isEnabledFor(logging.DEBUG):
            facts = {"method": "GET", "path": API + GET_SESSION, "status": 200}
            access_log.debug("request", extra={**facts, "milliseconds": round(1000 * seconds, 1)})

    def _watch(self) -> None:
        """What the services know of themselves, for /metrics."""
        metrics = self.metrics
        metrics.watch("database_connections_in_use", "Connections in use.", lambda: self.db.in_use)
        metrics.watch(
            "password_hashes_pending", "Hashes under way or waiting.", lambda: self.passwords.pending
        )
        memory = self.sessions.memory
        metrics.watch("sessions_in_memory", "Sessions that are answered from memory.", lambda: len(memory))
        metrics.watch("changes_heard", "1 while sessions may be kept in memory.", lambda: int(memory.trusted))
        metrics.watch_total("sessions_created", "Sessions created.", lambda: self.sessions.created)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Lets what was answered before be answered from memory; see fast_session."""
        context = getattr(request_conn, "context", None)
        address = getattr(context, "remote_ip", "") or ""
        return FastMessage(
            self.fast,
            request_conn,
            address,
            lambda: super(Application, self).start_request(server_conn, request_conn),
        )

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Refuses what is too large before a byte of it is read, and reads paths as a URL parser does."""
        request._parse_body = _leave_body  # type: ignore[method-assign]  # noqa: SLF001
        refused = sizes.refusal_of_head(request)
        if refused:
            return self.get_handler_delegate(request, TooLarge, {"error": refused})
        target = request.uri or ""
        if not target.startswith("/") or any(mark in target for mark in ("/.", "\\", "#", "/%2")):
            parsed = uri.parse(target, "http://localhost")
            request.path = "/" + (parsed.pathname if parsed else request.path).lstrip("/")
        delegate = super().find_handler(request, **kwargs)
        if not sizes.needs_measuring(request):
            return delegate
        too_long = {"error": errors.payload_too_large(MAX_BODY)}
        return Measured(delegate, self.get_handler_delegate(request, TooLarge, too_long))

    async def close(self) -> None:
        """Lets go of mails, the database and the hashing threads."""
        await self.changes.stop()
        await self.mailer.stop()
        self.passwords.close()
        await self.db.close()


def http_server(app: Application) -> GracefulServer:
    """Serves `app` once it is given sockets. Tornado's own limit of a body has no answer but to hang up."""
    return GracefulServer(app, max_body_size=1 << 40, idle_connection_timeout=75, body_timeout=30)


def _leave_body() -> None:
    """Instead of Tornado's parser, which refuses a bad multipart body before an endpoint can say it takes none."""


def routes(features: Iterable[Feature]) -> list[tuple[str, type[RequestHandler]]]:
    """(pattern, handler) in the order they are asked."""
    collected = list(features)
    api = [(API + path, handler) for feature in collected for path, handler in feature.api]
    return api + [route for feature in collected for route in feature.site]


def logged_path(handler: RequestHandler) -> str:
    """The path less what the route takes from its end, which is a token in the link of a mail. S35."""
    path = handler.request.path
    return path.rpartition("/")[0] + "/*" if getattr(handler, "path_args", None) else path


def log_request(handler: RequestHandler) -> None:
    """One line a request: no query either, since mail links carry tokens there, too. S35."""
    request = handler.request
    status = handler.get_status()
    handler.application.metrics.request(  # type: ignore[attr-defined]
        type(handler).__name__, request.method or "", status, request.request_time()
    )
    access_log.log(
        logging.DEBUG if status < 400 else logging.INFO if status < 500 else logging.ERROR,
        "request",
        extra={
            "method": request.method,
            "path": logged_path(handler),
            "status": status,
            "milliseconds": round(1000 * request.request_time(), 1),
            "request_id": getattr(handler, "request_id", ""),
        },
    )
