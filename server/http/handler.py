"""BaseHandler: what every answer has, of the API, of pages and of files; and what all find at their application."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, final

from tornado.web import Application as TornadoApplication
from tornado.web import HTTPError, RequestHandler

from server import errors
from server.database import DatabaseUnavailable, Executor, InvalidValue, OutcomeUnknown, RowRefused, budget
from server.errors import APIError
from server.feature import Feature
from server.http.access import Access
from server.http.address import client_address, peer_is_trusted
from server.http.fast import FastSession
from server.http.graceful import OpenSocket
from server.http.origin import Origins
from server.languages.accept import ASKED
from server.model import Client
from server.overload.turns import ASKER, Asker
from server.protocol import uri, wire
from server.services import Services
from server.sessions.cookies import RequestCookies
from server.sessions.cookies import parse as parse_cookies
from server.telemetry import tracing
from server.telemetry.sparing import Sparing

log = logging.getLogger(__name__)
_OF_TOKENS = ("INVALID_TOKEN", "TOKEN_EXPIRED")
_ANSWERS: dict[type[Exception], Callable[[], APIError]] = {
    OutcomeUnknown: errors.outcome_unknown,
    DatabaseUnavailable: errors.overloaded,
    InvalidValue: errors.text_not_storable,
    RowRefused: errors.change_refused,
    # A body that is nested more deeply than one of its readers is up to.
    RecursionError: errors.invalid_json,
}


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


class BaseHandler(RequestHandler):
    """What every answer has: a request id, safe headers, no word of the software; and who may ask for it.

    A method without an access word is refused before anything of its class runs; see guards.
    """

    application: Site
    # How long the database may keep a request, whatever it is asked; it is answered 503 then.
    database_seconds = 4.0
    # How many bytes of a body it reads, where that is not what every other does.
    max_body: int | None = None

    @classmethod
    def too_large(cls, most: int) -> APIError:
        """What a body is refused with that is larger."""
        return errors.payload_too_large(most)

    @property
    def services(self) -> Services:
        """Everything that runs."""
        return self.application.services

    _kept: tuple[str, ...] = ()
    _given_up = False
    # For the request's line in the log: what it is refused with, a refusal that a setting is the cause of, other words.
    refusal: APIError | None = None
    cause: APIError | None = None
    why = ""
    _place = ""
    trace: tracing.Request | None = None

    @functools.cached_property
    def request_id(self) -> str:
        """A number for the log and the person who reports an error."""
        return secrets.token_hex(8)

    @functools.cached_property
    def asker(self) -> Asker:
        """Whether somebody still waits for the answer: what waits for a turn is dropped when not."""
        return Asker()

    def on_connection_close(self) -> None:
        """The client has hung up."""
        super().on_connection_close()
        self.asker.leave()

    def set_default_headers(self) -> None:
        """Headers that hold for every answer. S33 S45."""
        self.clear_header("Server")
        self.clear_header("Content-Type")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("X-Request-Id", self.request_id)
        if self.services.config.secure_cookies:
            self.set_header("Strict-Transport-Security", "max-age=31536000; includeSubDomains")

    @classmethod
    def access_to(cls, method: str) -> Access | None:
        """The access word on one of the methods, as `GET`; None where there is none."""
        return getattr(getattr(cls, method.lower(), None), "access", None)

    @final
    async def prepare(self) -> None:
        """What holds for any method; who may call this one; what the method needs. No subclass has another order."""
        if tracing.tracer is not None:
            self.trace = tracing.Request(
                tracing.tracer, self.request.method or "", self.request_id, self._parent_trace
            )
        budget.allow(self.database_seconds)
        self.request.connection.handler = self  # type: ignore[union-attr]
        ASKER.set(self.asker)
        ASKED.set(", ".join(self.request.headers.get_list("Accept-Language")))
        self.asker.look = self.request.connection.look  # type: ignore[union-attr]
        await self.arrive()
        if self._finished:
            return
        if self.access_to(self.request.method or "") is None:
            raise HTTPError(405)
        await self.begin()

    @property
    def _parent_trace(self) -> str:
        """The trace that this is part of, where a trusted proxy says so."""
        trusted = peer_is_trusted(self.request.remote_ip or "", self.services.config.trusted_proxies)
        given = self.request.headers.get_list("traceparent") if trusted else []
        return given[0] if len(given) == 1 else ""

    async def arrive(self) -> None:
        """What comes before access is asked: for a room of the server, not for a feature."""

    async def begin(self) -> None:
        """What comes between access and the method."""

    @functools.cached_property
    def request_cookies(self) -> RequestCookies:
        """The request's cookies as better-auth reads them, with the session's as a header says that has it in its place."""
        cookies = parse_cookies("; ".join(self.request.headers.get_list("Cookie")))
        for credential in self.services.credentials:
            given = self.request.headers.get_list(credential.header)
            token = credential.token(", ".join(given)) if given else None
            if token is not None:
                self.services.cookies.put_session(cookies, token)
        return cookies

    @functools.cached_property
    def client(self) -> Client:
        """Who asks: the address behind trusted proxies, and the browser's name for itself."""
        forwarded = ",".join(self.request.headers.get_list("X-Forwarded-For"))
        address = client_address(
            self.request.remote_ip or "", forwarded, self.services.config.trusted_proxies
        )
        return Client(address, self.first_header("User-Agent"))

    def first_header(self, name: str) -> str:
        """The header's first line, which alone counts to Node where there should be one; empty without any."""
        return next(iter(self.request.headers.get_list(name)), "")

    @property
    def own_origin(self) -> str:
        """The origin this request was sent to, as far as the connection and trusted proxies tell."""
        headers = self.request.headers
        trusted = peer_is_trusted(self.request.remote_ip or "", self.services.config.trusted_proxies)
        protocol = headers.get("X-Forwarded-Proto", "") if trusted else ""
        return f"{protocol or self.request.protocol}://{self.request.host}"

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """A database that is away is 503, not a fault of ours; a refusal keeps the cookies set so far."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        if isinstance(error, DatabaseUnavailable):
            status_code = 503
        elif isinstance(
            error, RecursionError
        ):  # a body that is nested more deeply than one of its readers is up to
            status_code = 400
        elif isinstance(error, APIError):
            status_code = error.status
        self._kept = tuple(self._headers.get_list("Set-Cookie")) if isinstance(error, APIError) else ()
        super().send_error(status_code, **kwargs)

    def give_up(self) -> bool:
        """Answers that there is no time left; False where an answer has begun already."""
        if self._finished or self._headers_written:
            return False
        self._given_up = True
        self.send_error(503, exc_info=(None, errors.overloaded(), None))
        return True

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """One plain line; who answers people or programs says more."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{HTTPStatus(status_code).phrase}\n")

    def point_to(self, url: str, provider: bool = False) -> str:
        """The one place where a Location is written; raises the 403 where a browser would leave our origins. S34.

        The address of a `provider` is not one of ours, and has been judged before, as one that a feature has for apps.
        """
        written = uri.header_value(url) if provider else self.application.origins.location(url)
        self.set_header("Location", written)
        self._place = written
        return written

    def _note(self, refused: Exception) -> None:
        """For the log."""
        self.refusal = as_api_error(refused, refused.status_code if isinstance(refused, HTTPError) else 500)
        self.cause = self.refusal if self.refusal.reason else self.cause
        self.why = str(refused) if isinstance(refused, (DatabaseUnavailable, InvalidValue)) else ""

    def refuse(self, error: APIError) -> None:
        """Finishes with a refusal as programs read it: better-auth's two keys, and `error` with the same two."""
        self.refusal = self.refusal or error
        self.set_status(error.status)
        for name, value in error.headers.items():
            self.set_header(name, value)
        if error.message is None:
            self.finish()
            return
        self.set_header("Content-Type", "application/json")
        self.finish(wire.dumps(error.body()))

    def compute_etag(self) -> None:
        """None: what is worth a validator has its own."""
        return

    def add_cookies(self, written: list[str] | tuple[str, ...]) -> None:
        """Appends Set-Cookie headers, one line each."""
        for value in written:
            self.add_header("Set-Cookie", value)

    def audit(self, name: str, **facts: object) -> None:
        """Writes down who did what from where, and counts it. S36."""
        self.services.audit.write(name, False, self.client.user_agent, **self._here, **facts)

    def audit_failure(self, name: str, **facts: object) -> None:
        """As `audit`, of what was refused."""
        self.services.audit.write(name, True, self.client.user_agent, **self._here, **facts)

    async def record(self, tx: Executor, name: str, **facts: object) -> None:
        """As `audit`, of a change in its transaction `tx`: what is kept of it comes and goes with the change."""
        await self.services.audit.record(tx, name, self.client.user_agent, **self._here, **facts)

    @property
    def _here(self) -> dict[str, object]:
        return {"request_id": self.request_id, "ip_address": self.client.ip_address}

    def audit_token(self, error: APIError) -> None:
        """Writes down where a mailed token was none, or its time was over: somebody may be guessing. S36."""
        if error.code in _OF_TOKENS:
            self.audit_failure("token-refused", code=error.code)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """A refusal is told in the request's own line, see `app`; everything else has a line before, with its trace."""
        if self._given_up:  # whoever went on has found that it was answered
            return
        if isinstance(value, APIError):
            self.audit_token(value)
        row = value if isinstance(value, RowRefused) else getattr(value, "__cause__", None)
        if isinstance(row, RowRefused):
            log.warning("the database refused a change: %s", row, extra={"request_id": self.request_id})
            return
        if isinstance(value, OutcomeUnknown):
            log.warning("lost while changing: %s", value, extra={"request_id": self.request_id})
            return
        if isinstance(value, (APIError, HTTPError, DatabaseUnavailable, InvalidValue)):
            self._note(value)
            return
        log.error("unexpected error", exc_info=(typ, value, tb), extra={"request_id": self.request_id})


def as_api_error(error: BaseException | None, status: int) -> APIError:
    """What an exception is answered with; the unknown is answered generically. S38."""
    if isinstance(error, APIError):
        return error
    for kind, answer in _ANSWERS.items():
        if isinstance(error, kind):
            return answer()
    if isinstance(error, HTTPError) and status in (404, 405):
        return errors.not_found()
    if isinstance(error, HTTPError) and status < 500:
        return APIError(status, "BAD_REQUEST", "Bad request")
    return errors.internal_server_error()


class Nowhere(BaseHandler):
    """An address that no route has, where no feature answers all the rest."""

    async def arrive(self) -> None:
        """404, whatever the method."""
        raise HTTPError(404)
