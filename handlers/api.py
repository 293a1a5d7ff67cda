"""ApiHandler: better-auth's order of checks, deny by default, one renderer of errors."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import parse_qs

from handlers.base import BaseHandler, as_api_error
from server import bodies, errors, rules, uri, wire
from server.app import API
from server.bodies import truthy
from server.client_address import is_unnamed_proxy
from server.errors import APIError
from server.fast_session import is_counted
from server.limits import path_below
from server.sessions import Lookup
from server.store.sessions import SignedIn
from server.store.users import User

B = TypeVar("B")
P = ParamSpec("P")
H = TypeVar("H", bound="ApiHandler")
JSON = ("application/json",)
JSON_OR_FORM = ("application/x-www-form-urlencoded", "application/json")
_EXPOSED = "Retry-After, X-Retry-After, X-Request-Id, set-auth-token, set-auth-jwt"


class ApiHandler(BaseHandler):
    """An endpoint below /api/auth; a method without @public or @signed_in does not exist."""

    media_types: tuple[str, ...] = JSON
    reads_body = True
    # What the query is read as, if it is; better-auth drops what that does not name, settings of the look-up too.
    query_type: type[Any] | None = None

    def set_default_headers(self) -> None:
        """No answer of the API is kept by a cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Vary", "Origin")

    async def prepare(self) -> None:
        """better-auth's order: limit (429), route (404), body (415, 400), origin and redirect targets (403).

        A preflight, which better-auth does not have, is not counted: the request that it asks for is.
        """
        self._allow_cross_origin()
        if self.request.method == "OPTIONS" and self._answer_preflight():
            return
        await self._limit()
        method = getattr(type(self), (self.request.method or "").lower(), None)
        if not hasattr(method, "access"):
            raise errors.not_found()
        if self.path_args:  # one at most, the last segment: Tornado has decoded it, better-auth never does
            self.path_args = [uri.last_segment(self.request.path)]
        self.json_body = self._parse_body()
        if self.request.method != "GET":
            self._check_origin()

    def _allow_cross_origin(self) -> None:
        """CORS for trusted origins alone, with credentials. S32."""
        origin = self.request.headers.get("Origin", "")
        if origin and self.application.origins.trusts(origin):
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
            self.set_header("Access-Control-Expose-Headers", _EXPOSED)

    def _answer_preflight(self) -> bool:
        allowed = "Access-Control-Allow-Origin" in self._headers
        if not allowed or "Access-Control-Request-Method" not in self.request.headers:
            return False
        self.set_header("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
        self.set_header("Access-Control-Allow-Headers", "Content-Type, Authorization")
        self.set_header("Access-Control-Max-Age", "600")
        self.set_status(204)
        self.finish()
        return True

    async def _limit(self) -> None:
        if is_counted(self.request.connection):
            return
        peer = self.request.remote_ip or ""
        if "X-Forwarded-For" in self.request.headers and is_unnamed_proxy(
            peer, self.application.config.trusted_proxies
        ):
            self.application.limits.notice_proxy(peer)
        try:
            await self.application.limits.check(self.client.ip_address, path_below(API, self.request.path))
        except APIError:
            self.audit("rate-limited")
            raise

    def _parse_body(self) -> object:
        """The body's value; UNDEFINED when there is none, or nothing says what it is."""
        given = self.first_header("Content-Type")
        # What comes in chunks is a body, of no chunk too.
        has_body = self.request.body or "Transfer-Encoding" in self.request.headers
        if self.request.method == "GET" or not self.reads_body or not has_body or not given.strip():
            return rules.UNDEFINED
        media_type = given.split(";")[0].strip().lower()
        if media_type not in self.media_types:
            raise errors.unsupported_media_type(given, self.media_types)
        if media_type in JSON:
            return bodies.parse_json(self.request.body)
        return bodies.parse_form(self.request.body)

    def _check_origin(self) -> None:
        origins = self.application.origins
        if "Cookie" in self.request.headers:
            origins.check_request(self.request.headers, self.own_origin)
        body = self.json_body if isinstance(self.json_body, dict) else {}
        query = self.query
        targets = {
            "callbackURL": body["callbackURL"]
            if truthy(body.get("callbackURL"))
            else query.get("callbackURL"),
            "redirectURL": body.get("redirectTo"),
            "errorCallbackURL": body.get("errorCallbackURL"),
            "newUserCallbackURL": body.get("newUserCallbackURL"),
        }
        origins.check_redirects(targets)

    @functools.cached_property
    def query(self) -> dict[str, object]:
        """The query: a repeated name becomes a list, as better-auth has it."""
        pairs = parse_qs(self.request.query, keep_blank_values=True)
        return {name: found[0] if len(found) == 1 else found for name, found in pairs.items()}

    def read(self, into: type[B]) -> B:
        """The body as a dataclass; raises VALIDATION_ERROR."""
        return bodies.read(into, self.json_body)

    def read_query(self) -> Any:
        """The query as this handler's `query_type`; raises VALIDATION_ERROR."""
        assert self.query_type
        return bodies.read(self.query_type, self.query, "query")

    def check_callback(self, url: str | None) -> None:
        """Refuses a link's target outside the trusted origins. S34."""
        self.application.origins.check_redirects({"callbackURL": url})

    @property
    def api_url(self) -> str:
        """The API's public address; mail links begin with it, whatever the Host header says. S42."""
        return self.application.config.base_url + API

    @property
    def is_remembered(self) -> bool:
        """Whether the session outlives the browser, as its cookies say."""
        return self.application.sessions.is_remembered(self.request_cookies)

    async def check_password(self, user: User, stored: str | None, password: str) -> None:
        """Raises INVALID_PASSWORD for a wrong one, after the same work where there is none to compare with."""
        await self.count_attempt(user.email)
        check = await self.application.passwords.check(stored, password)
        if not check.right:
            self.audit("password-check-failed", user_id=user.id)
            raise errors.invalid_password()
        await self.attempt_succeeded(user.email)

    async def count_attempt(self, email: str) -> None:
        """Counts a try of a password for an account, as failed until `attempt_succeeded`; raises the 429. S11."""
        try:
            await self.application.account_limits.check(email, self.client.ip_address)
        except APIError:
            self.audit("account-limited")
            raise

    async def attempt_succeeded(self, email: str) -> None:
        """The caller has shown to be the account's owner: earlier failures are forgotten."""
        await self.application.account_limits.succeeded(email, self.client.ip_address)

    def check_form(self) -> None:
        """Refuses a sign-in that another site's page started. S27."""
        self.application.origins.check_form(self.request.headers, self.own_origin)

    async def look_up(self, authoritative: bool = False) -> Lookup:
        """The caller's session, prolonged where that is due; `authoritative` believes no cookie cache. S23."""
        asked = {} if self.query_type else self.query
        refresh = not truthy(asked.get("disableRefresh"))
        cached = not (authoritative or truthy(asked.get("disableCookieCache")))
        found = await self.application.sessions.look_up(self.request_cookies, refresh=refresh, cached=cached)
        return Lookup(None) if found.failure else found

    async def find_session(self, authoritative: bool = False) -> SignedIn | None:
        """The caller, for a method that does without one too; what the look-up sets goes into the answer."""
        found = await self.look_up(authoritative)
        self.add_cookies(found.cookies)
        return found.signed_in

    async def require_session(self, fresh: bool = False, authoritative: bool = False) -> SignedIn:
        """The caller, or the 401, or with `fresh` the 403 for a session that is too old. S26."""
        found = await self.look_up(authoritative)
        who = found.signed_in
        if who is None or (fresh and not self.application.sessions.is_fresh(who.session)):
            self.add_cookies(found.cookies)
            raise errors.session_not_fresh() if who else errors.unauthorized()
        # better-auth lets only the last Set-Cookie of a guard through; see docs/decisions.
        self.add_cookies(found.cookies[-1:])
        return who

    def set_session(self, who: SignedIn, remember: bool | None = None) -> None:
        """Sets the session's cookies; without `remember` it goes on as the browser's cookies say."""
        if remember is None:
            remember = self.is_remembered
        self.add_cookies(self.application.sessions.write(who, remember, self.request_cookies))

    def clear_session(self) -> None:
        """Expires the session's cookies; what this answer was going to set of them is taken back."""
        cookies = self.application.cookies
        kept = [line for line in self._headers.get_list("Set-Cookie") if not cookies.is_session(line)]
        self.clear_header("Set-Cookie")
        self.add_cookies([*kept, *cookies.clear_session(self.request_cookies)])

    def answer(self, value: object, status: int = 200) -> None:
        """Finishes with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(wire.dumps(value))

    def redirect_to(self, url: str, media_type: str = "application/json") -> None:
        """Finishes with a 302 and an empty body, which better-auth mostly gives a media type all the same."""
        self.set_status(302)
        self.set_header("Location", uri.header_value(url))
        if media_type:
            self.set_header("Content-Type", media_type)
        self.finish()

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """A path's argument; what is no UTF-8 names nothing, and is no reason to fail."""
        return value.decode("utf-8", "replace")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Renders every refusal: better-auth's two keys, and `error` with the same two."""
        error = as_api_error((kwargs.get("exc_info") or (None, None, None))[1], status_code)
        self.add_cookies(self._kept)
        self._allow_cross_origin()
        for name, value in error.headers.items():
            self.set_header(name, value)
        if error.message is None:
            self.set_status(error.status_code)
            self.finish()
            return
        self.answer(error.body(), error.status_code)


def public(
    method: Callable[Concatenate[H, P], Awaitable[None]],
) -> Callable[Concatenate[H, P], Awaitable[None]]:
    """Lets anybody call the method."""
    method.access = "public"  # type: ignore[attr-defined]
    return method


def signed_in(
    fresh: bool = False, authoritative: bool = False
) -> Callable[[Callable[[H, SignedIn], Awaitable[None]]], Callable[[H], Awaitable[None]]]:
    """Lets a caller with a session in: a recent one with `fresh`, one the database knows with `authoritative`."""

    def wrap(method: Callable[[H, SignedIn], Awaitable[None]]) -> Callable[[H], Awaitable[None]]:
        @functools.wraps(method)
        async def guarded(self: H) -> None:
            await method(self, await self.require_session(fresh, authoritative))

        guarded.access = "fresh" if fresh else "signed-in"  # type: ignore[attr-defined]
        return guarded

    return wrap


def signed_in_with(
    into: type[B], fresh: bool = False, authoritative: bool = False
) -> Callable[[Callable[[H, SignedIn, B], Awaitable[None]]], Callable[[H], Awaitable[None]]]:
    """As signed_in, for a method that takes a body, which is checked before the session: 400 beats 401."""

    def wrap(method: Callable[[H, SignedIn, B], Awaitable[None]]) -> Callable[[H], Awaitable[None]]:
        @functools.wraps(method)
        async def guarded(self: H) -> None:
            body = self.read(into)
            await method(self, await self.require_session(fresh, authoritative), body)

        guarded.access = "fresh" if fresh else "signed-in"  # type: ignore[attr-defined]
        return guarded

    return wrap


class UnknownEndpoint(ApiHandler):
    """Every other path below the API: 404 with an empty body, after the rate limit."""
