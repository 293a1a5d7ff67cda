"""ApiHandler: better-auth's order of checks, deny by default, one renderer of errors."""

from __future__ import annotations

import contextlib
import functools
import re
from typing import Any, Literal, ParamSpec, TypeVar
from urllib.parse import parse_qs, unquote

from msgspec import structs

from server import errors
from server.authentication import password_proof
from server.authentication.credentials import Written
from server.authentication.password_proof import Attempt, Refusal
from server.authentication.profiles import Wish
from server.authentication.sign_in import Challenge
from server.config.settings import API
from server.database import DatabaseError, WritesRefused
from server.errors import APIError
from server.http.address import sign_of_proxy
from server.http.caller import CallerHandler
from server.http.fast import is_counted
from server.http.handler import as_api_error
from server.http.origin import shown, take_origin
from server.limits import counting, path_below
from server.model import SignedIn, User
from server.protocol import bodies, rules, uri, wire
from server.protocol.bodies import truthy

B = TypeVar("B", bound=bodies.Body)
P = ParamSpec("P")
H = TypeVar("H", bound="ApiHandler")
JSON = ("application/json",)
JSON_OR_FORM = ("application/x-www-form-urlencoded", "application/json")
_SLASHES = re.compile("/{2,}")
_EXPOSED = "Retry-After, X-Retry-After, X-Request-Id, set-auth-token, set-auth-jwt"


class ApiHandler(CallerHandler):
    """An endpoint below /api/auth; a method without an access word does not exist there, which is a 404."""

    media_types: tuple[str, ...] = JSON
    reads_body = True
    # What the query is read as, if it is; better-auth drops what that does not name, settings of the look-up too.
    query_type: type[bodies.Body] | None = None
    # Whose members the body has, which features may have to say something of: a new user's, the caller's own.
    writes_user: Literal["new", "own"] | None = None

    def set_default_headers(self) -> None:
        """No answer of the API is kept by a cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Vary", "Origin")

    async def arrive(self) -> None:
        """better-auth's order: limit (429), gates, route (404), body (415, 400), origin and redirect targets (403).

        A preflight, which better-auth does not have, is not counted: the request that it asks for is.
        """
        take_origin(self.request.headers, [apps.header for apps in self.services.apps])
        self._allow_cross_origin()
        if self.request.method == "OPTIONS" and self._answer_preflight():
            return
        await self._limit()
        await self._pass_gates()

    async def begin(self) -> None:
        """What follows the route."""
        if self.path_args:  # one at most, the last segment: Tornado has decoded it, better-auth never does
            self.path_args = [uri.last_segment(self.request.path)]
        self.json_body = self._parse_body()
        if self.request.method != "GET":
            self._check_origin()
        await self.revise()

    async def revise(self) -> None:
        """Has features look at what the body says of a user, before it is read; raises what they have against it.

        Asked again where a row was refused: somebody else may have been quicker with what there is once.
        """
        if self.writes_user and isinstance(self.json_body, dict):
            wish = Wish(self.json_body, self.writes_user == "new", self._find_own_id)
            self.json_body = await self.services.profiles.revise(wish)

    async def _find_own_id(self) -> str | None:
        """The caller's; their session is left as it is, for the look-up that answers to prolong."""
        found = await self.services.sessions.look_up(self.request_cookies, refresh=False)
        return found.signed_in.user.id if found.signed_in else None

    def _allow_cross_origin(self) -> None:
        """CORS for trusted origins alone, with credentials. S32."""
        origin = self.request.headers.get("Origin", "")
        if origin and not self.application.origins.trusts(origin):
            self.cause = errors.invalid_origin(shown(origin)) if origin != "null" else None
        elif origin:
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Access-Control-Allow-Credentials", "true")
            self.set_header("Access-Control-Expose-Headers", _EXPOSED)

    def _answer_preflight(self) -> bool:
        if "Access-Control-Request-Method" not in self.request.headers:
            return False
        if "Access-Control-Allow-Origin" not in self._headers:
            return False
        self.set_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE, OPTIONS")
        headers = ("Content-Type", "Authorization", *(gate.header for gate in self.services.gates))
        self.set_header("Access-Control-Allow-Headers", ", ".join(headers))
        self.set_header("Access-Control-Max-Age", "600")
        self.set_status(204)
        self.finish()
        return True

    async def _limit(self) -> None:
        if is_counted(self.request.connection):
            return
        self._notice_proxy()
        try:
            with counting():
                await self.services.limits.check(self.client.ip_address, self._counted_as())
        except WritesRefused:
            return  # what reads alone is answered, all that would be worth a limit is refused
        except APIError:
            self.services.metrics.limited.inc(
                self.services.limits.rule_of(path_below(API, self.request.path))
            )
            self.audit_failure("rate-limited")
            raise

    async def _pass_gates(self) -> None:
        """What is asked for at the path, read with double and trailing slashes folded, as better-auth reads it."""
        for gate in self.services.gates:
            path = _SLASHES.sub("/", self.request.path.removeprefix(API))
            if (path.removesuffix("/") or "/") in gate.paths:
                await gate.check(
                    ", ".join(self.request.headers.get_list(gate.header)), self.client.ip_address
                )

    def _notice_proxy(self) -> None:
        """Says what to set where a proxy is not named. One that says nothing is known by what browsers say. S13."""
        peer = self.request.remote_ip or ""
        found = sign_of_proxy(peer, self.request.headers, self.services.config)
        if found:
            self.services.limits.notice_proxy(peer, found)

    def _counted_as(self) -> str:
        """The path, where there is a route for just that; else what many share, as a client chooses the rest. S46."""
        path = path_below(API, self.request.path)
        if self.request.path.rstrip("/") in self.application.fixed:
            return path
        if self.path_args:
            return "/".join("*" if unquote(each) in self.path_args else each for each in path.split("/"))
        return self.services.limits.rule_of(path)

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
        origins.check_redirects(targets.items())

    @functools.cached_property
    def query(self) -> dict[str, object]:
        """The query: a repeated name becomes a list, as better-auth has it."""
        pairs = parse_qs(self.request.query, keep_blank_values=True)
        return {name: found[0] if len(found) == 1 else found for name, found in pairs.items()}

    def read(self, into: type[B]) -> B:
        """The body as a dataclass; raises VALIDATION_ERROR, and the 403 for a target elsewhere."""
        return self._checked(bodies.read(into, self.json_body))

    def read_query(self) -> Any:
        """The query as this handler's `query_type`; raises as `read` does."""
        assert self.query_type
        return self._checked(bodies.read(self.query_type, self.query, "query"))

    def _checked(self, read: B) -> B:
        """Refuses members that are marked as a link's target and lead outside the trusted origins. S34."""
        self.application.origins.check_redirects(bodies.targets(read))
        return read

    async def check_password(self, user: User, stored: str | None, password: str) -> None:
        """Raises INVALID_PASSWORD for a wrong one, after the same work where there is none to compare with."""
        await self.count_attempt(user.email)
        check = await self.services.passwords.check(stored, password)
        if not check.right:
            self.audit_failure("password-check-failed", user_id=user.id)
            raise errors.invalid_password()
        await self.attempt_succeeded(user.email)

    async def sign_in_by_password(
        self, attempt: Attempt, remember: bool, callback_url: str | None = None
    ) -> SignedIn | None:
        """A session for who has the password, the same work where there is no user. S9; None where more is asked for.

        What is answered then names `callback_url`, too, as better-auth does.
        """
        services = self.services
        proof = await password_proof.prove(services.db, services.passwords, services.pseudonyms, attempt)
        if isinstance(proof, Refusal):
            self.audit_failure("sign-in-failed", **self.tried(attempt.account, proof.user_id))
            raise attempt.refusal
        await self.attempt_succeeded(attempt.account)
        proved = self.proved(attempt.method, proof.user, remember, proof.holds)
        proved = structs.replace(proved, refusal=attempt.refusal)
        outcome = await services.sign_in.open(proved)
        if callback_url and isinstance(outcome, Challenge):
            self.point_to(callback_url)
        return self.welcome(outcome, remember)

    def answer_signed_in(self, who: SignedIn, callback_url: str | None, more: dict[str, object]) -> None:
        """The status stays 200 with a Location: a real redirect would take the answer from a fetch."""
        if callback_url:
            self.point_to(callback_url)
        url = {} if callback_url is None else {"url": callback_url}
        signed_in = {"redirect": bool(callback_url), "token": who.session.token, **url}
        self.answer(signed_in | {"user": wire.user(who.user)} | more)

    async def count_attempt(self, email: str) -> None:
        """Counts a try of a password for an account, as failed until `attempt_succeeded`; raises the 429. S11.

        What there is no time to compare is no try: that raises the 503 first.
        """
        self.services.passwords.hashing.line.check()
        await self.count_guess(email)

    async def count_guess(self, email: str) -> None:
        """As `count_attempt`, of what takes no time to compare: a code that somebody got."""
        try:
            with counting():
                await self.services.account_limits.check(email, self.client.ip_address)
        except APIError:
            self.services.metrics.limited.inc("account")
            self.audit_failure("account-limited", **self.tried(email, None))
            raise

    def tried(self, email: str, user_id: str | None) -> dict[str, str]:
        """Who was tried, for the audit: the user's id where there is one, and a keyed hash of the address. S36."""
        account = {"account": self.services.pseudonyms.of(email)}
        return account | {"user_id": user_id} if user_id else account

    async def attempt_succeeded(self, email: str) -> None:
        """The caller has shown to be the account's owner: earlier failures are forgotten, if that can be stored."""
        with contextlib.suppress(DatabaseError):
            await self.services.account_limits.succeeded(email, self.client.ip_address)

    def check_form(self) -> None:
        """Refuses a sign-in that another site's page started. S27."""
        self.application.origins.check_form(self.request.headers, self.own_origin)

    @property
    def _asked(self) -> dict[str, object]:
        """What the query may say of the look-up: nothing where the endpoint has named its members."""
        return {} if self.query_type else self.query

    @property
    def prolongs(self) -> bool:
        """Unless the query says that it must not."""
        return not truthy(self._asked.get("disableRefresh"))

    @property
    def believes_cache(self) -> bool:
        """Unless the query says that it must not."""
        return not truthy(self._asked.get("disableCookieCache"))

    def finish(self, chunk: Any = None) -> Any:
        """What features have to say where the session's cookie goes out, and a browser to an app."""
        if self.services.besides and not self._finished:
            self._say_beside()
        if self._place and not self._finished:
            self._send_to_app()
        return super().finish(chunk)

    def _say_beside(self) -> None:
        value = self.services.cookies.written_session(self._headers.get_list("Set-Cookie"))
        if value is None:
            return
        written = Written(path_below(API, self.request.path), value, self.request_cookies)
        for name, line in (line for beside in self.services.besides for line in beside(written)):
            if name not in self._headers or name == "Set-Cookie":
                self.add_header(name, line)

    def _send_to_app(self) -> None:
        lines = self._headers.get_list("Set-Cookie")
        for apps in self.services.apps:
            place = apps.onward(path_below(API, self.request.path), self._place, lines)
            if place:
                self.point_to(place, provider=True)

    def answer(self, value: object, status: int = 200) -> None:
        """Finishes with JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(wire.dumps(value))

    def show(self, html: str, policy: str) -> None:
        """Finishes with a page for people, which may do what its policy says; no cache keeps it, however old."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", policy)
        self.set_header("Pragma", "no-cache")
        self.finish(html)

    def redirect_to(self, url: str, media_type: str = "application/json") -> None:
        """Finishes with a 302 and an empty body, which better-auth mostly gives a media type all the same."""
        self.point_to(url)
        self.set_status(302)
        if media_type:
            self.set_header("Content-Type", media_type)
        self.finish()

    def decode_argument(self, value: bytes, name: str | None = None) -> str:
        """A path's argument; what is no UTF-8 names nothing, and is no reason to fail."""
        return value.decode("utf-8", "replace")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Renders every refusal."""
        error = as_api_error((kwargs.get("exc_info") or (None, None, None))[1], status_code)
        self.add_cookies(self._kept)
        self._allow_cross_origin()
        self.refuse(error)


class UnknownEndpoint(ApiHandler):
    """Every other path below the API: 404 with an empty body, after the rate limit."""
