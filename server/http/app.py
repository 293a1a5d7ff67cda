"""The application: the services, and the route table made from the features."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import partial
from typing import Any

from tornado.httputil import HTTPConnection, HTTPMessageDelegate, HTTPServerRequest
from tornado.web import RequestHandler

from server import errors
from server.config.settings import API
from server.errors import APIError
from server.feature import Feature
from server.http import sizes
from server.http.fast import FastMessage
from server.http.graceful import GracefulServer
from server.http.handler import BaseHandler, Nowhere, Site
from server.http.sizes import Held, Measured, TooLarge
from server.http.streaming import Streamed, StreamedHandler
from server.protocol import uri
from server.services import Services

Route = tuple[str, type[RequestHandler]]
_SINGLE = re.compile(r"[\w/-]+")
access_log = logging.getLogger("ai_editor.access")


class Application(Site):
    """What answers requests, on top of `services`, which whoever made them closes."""

    def __init__(self, services: Services, features: Iterable[Feature]) -> None:
        self.features = tuple(features)
        fixed, patterns = divide(routes(self.features))
        self._patterns = {handler: pattern for pattern, handler in patterns}
        self.held = Held()
        super().__init__(services, fixed, patterns, log_request, Nowhere)

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Lets what was answered before be answered from memory; see fast."""
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
        refused = sizes.refusal_of_head(request, self.services.cookies)
        if refused:
            return self._refusal(request, refused)
        target = request.uri or ""
        if not target.startswith("/") or any(mark in target for mark in ("/.", "\\", "#", "/%2")):
            parsed = uri.parse(target, "http://localhost")
            request.path = "/" + (parsed.pathname if parsed else request.path).lstrip("/")
        fixed = self.fixed.get(request.path)
        delegate = (
            self.get_handler_delegate(request, fixed) if fixed else super().find_handler(request, **kwargs)
        )
        return self._taking_body(request, delegate)

    def _taking_body(self, request: HTTPServerRequest, delegate: Any) -> HTTPMessageDelegate:
        """What measures the body, if there is one, and has it held, or handed on piece by piece."""
        kind: type[BaseHandler] = delegate.handler_class
        most = getattr(kind, "max_body", None) or sizes.MAX_BODY
        if sizes.has_body(request) and sizes.is_too_long(request, most):
            return self._refusal(request, kind.too_large(most))
        if issubclass(kind, StreamedHandler):
            return Streamed(delegate, most)
        if not sizes.has_body(request):
            return delegate  # type: ignore[no-any-return]
        measured = Measured(delegate, self.held, partial(self._refusal, request), most)
        request.connection.let_go = measured.let_go  # type: ignore[union-attr]
        return measured

    def expired(self, head: bytes) -> list[str]:
        """Set-Cookie values for a browser whose head is too large, as it may be because of the cookie cache."""
        found = dict.fromkeys(
            name
            for line in head.decode("latin1").split("\n")
            if line[:7].lower() == "cookie:"
            for name in self.services.cookies.cached_in(line[7:])
        )
        return [self.services.cookies.expire(name) for name in found]

    def route_of(self, handler: RequestHandler) -> str:
        """The handler's route, as it stands in the table."""
        fixed = self.fixed.get(handler.request.path) is type(handler)
        return handler.request.path if fixed else self._patterns.get(type(handler), "")

    def _refusal(self, request: HTTPServerRequest, error: errors.APIError) -> HTTPMessageDelegate:
        return self.get_handler_delegate(request, TooLarge, {"error": error})


def http_server(app: Application) -> GracefulServer:
    """Serves `app` once it is given sockets. Tornado's own limit of a body has no answer but to hang up."""
    return GracefulServer(app, max_body_size=1 << 40, body_timeout=30)


def _leave_body() -> None:
    """Instead of Tornado's parser, which refuses a bad multipart body before an endpoint can say it takes none."""


def routes(features: Iterable[Feature]) -> list[Route]:
    """(pattern, handler) in the order they are asked; raises StartError for one that would answer unasked."""
    collected = list(features)
    api = [(API + path, handler) for feature in collected for path, handler in feature.api]
    found = api + [route for feature in collected for route in feature.site]
    for path, handler in found:
        if not _asks(handler):
            raise errors.StartError(f"{path} has a handler that does not ask who may call it: see guards")
    return found


def divide(found: Iterable[Route]) -> tuple[dict[str, type[RequestHandler]], list[Route]]:
    """The routes of a single path, which are found at once however many there are, and those that are patterns."""
    fixed: dict[str, type[RequestHandler]] = {}
    patterns: list[Route] = []
    for path, handler in found:
        if _SINGLE.fullmatch(path) and not any(re.fullmatch(each, path) for each, _ in patterns):
            fixed.setdefault(path, handler)
        else:
            patterns.append((path, handler))
    return fixed, patterns


def _asks(handler: type[RequestHandler]) -> bool:
    """Whether nothing of a feature's runs before it is asked who may call the method."""
    if not issubclass(handler, BaseHandler) or handler.prepare is not BaseHandler.prepare:
        return False
    return handler.arrive.__module__.startswith(f"{__package__}.")


def logged_path(handler: RequestHandler) -> str:
    """The path less what the route takes from its end, which is a token in the link of a mail. S35."""
    path = handler.request.path
    return path.rpartition("/")[0] + "/*" if getattr(handler, "path_args", None) else path


def log_request(handler: RequestHandler) -> None:
    """Counts it, ends its trace, and has its line written."""
    request = handler.request
    status = handler.get_status()
    handler.application.services.metrics.request(  # type: ignore[attr-defined]
        type(handler).__name__, request.method or "", status, request.request_time()
    )
    trace = getattr(handler, "trace", None)
    if trace is not None:
        trace.end(handler.application.route_of(handler), status)  # type: ignore[attr-defined]
    _write_line(handler, status)


def _write_line(handler: RequestHandler, status: int) -> None:
    """One line: no query either, since mail links carry tokens there, too; and once, which setting is the cause. S35.

    Where that lets no page of another origin read an answer, it is told although nothing was refused here.
    """
    cause: APIError | None = getattr(handler, "cause", None)
    refusal: APIError | None = getattr(handler, "refusal", None)
    if cause and handler.application.reasons.say(cause.reason, **_facts(handler, cause.code or "")):  # type: ignore[attr-defined]
        return
    code = (refusal and refusal.code) or f"HTTP_{status}"
    level = logging.DEBUG if status < 400 else logging.INFO if status < 500 else logging.ERROR
    access_log.log(level, "request", extra=_facts(handler, code if status >= 400 else ""))


def _facts(handler: RequestHandler, code: str) -> dict[str, object]:
    request = handler.request
    told = {"code": code, "why": getattr(handler, "why", "")}
    return {
        "method": request.method,
        "path": logged_path(handler),
        "status": handler.get_status(),
        **{name: value for name, value in told.items() if value},
        "milliseconds": round(1000 * request.request_time(), 1),
        "request_id": getattr(handler, "request_id", ""),
    }
