"""Who asks: found, required, signed in, and what their browser is told of it; for the API, pages and sockets."""

from __future__ import annotations

from server import errors
from server.authentication.sign_in import (
    Authentication,
    Challenge,
    Outcome,
    Proof,
    Welcomed,
    always,
)
from server.http.handler import BaseHandler
from server.model import SignedIn, User
from server.protocol import uri, wire
from server.sessions.lifecycle import Lookup


class CallerHandler(BaseHandler):
    """A handler that wants to know who is there."""

    @property
    def prolongs(self) -> bool:
        """Whether a look-up may prolong the session."""
        return False

    @property
    def believes_cache(self) -> bool:
        """Whether a look-up may believe the cookie cache."""
        return True

    async def look_up(self, authoritative: bool = False) -> Lookup:
        """The caller's session; `authoritative` believes no cookie cache. S23."""
        if not self.request_cookies:
            return Lookup(None)
        cached = self.believes_cache and not authoritative
        found = await self.services.sessions.look_up(
            self.request_cookies, refresh=self.prolongs, cached=cached
        )
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
        if who is None or (fresh and not self.services.sessions.terms.is_fresh(who.session)):
            self.add_cookies(found.cookies)
            raise errors.session_not_fresh() if who else errors.unauthorized()
        # better-auth lets only the last Set-Cookie of a guard through; see docs/decisions.
        self.add_cookies(found.cookies[-1:])
        return who

    @property
    def is_remembered(self) -> bool:
        """Whether the session outlives the browser, as its cookies say."""
        return self.services.sessions.is_remembered(self.request_cookies)

    def proved(
        self,
        method: str,
        user: User,
        remember: bool = True,
        holds: Proof = always,
        event: str = "sign-in",
    ) -> Authentication:
        """The caller as somebody who has proved to be `user`, for `services.sign_in`."""
        client, cookies = self.client, self.request_cookies
        return Authentication(method, user, client, cookies, remember, holds, self.request_id, event)

    def welcome(self, outcome: Outcome, remember: bool = True) -> SignedIn | None:
        """Sets the cookies of a new session; None where more has to be proved, which is answered then."""
        if isinstance(outcome, SignedIn):
            self.set_session(outcome, remember)
            return outcome
        self.add_cookies(outcome.cookies)
        self.set_header("Content-Type", "application/json")
        self.finish(wire.dumps(outcome.body))
        return None

    def set_session(self, who: SignedIn, remember: bool | None = None) -> None:
        """Sets the session's cookies; without `remember` it goes on as the browser's cookies say."""
        if remember is None:
            remember = self.is_remembered
        self.add_cookies(self.services.sessions.write(who, remember, self.request_cookies))
        if isinstance(who, Welcomed):
            self.add_cookies(who.cookies)

    def way_on(self, outcome: Outcome | None, url: str) -> str:
        """Where a browser goes that followed a link to `url`: to the page where more is to be proved, first."""
        if not isinstance(outcome, Challenge) or not outcome.page:
            return url
        page = f"{self.services.config.origin}{outcome.page}"
        return uri.append_parameters(page, {"redirect": url})

    def clear_session(self) -> None:
        """Expires the session's cookies; what this answer was going to set of them is taken back."""
        cookies = self.services.cookies
        kept = [line for line in self._headers.get_list("Set-Cookie") if not cookies.is_session(line)]
        self.clear_header("Set-Cookie")
        self.add_cookies([*kept, *cookies.clear_session(self.request_cookies)])
        self.clear_cache()

    def clear_cache(self) -> None:
        """Has the browser forget what it kept of our own app's pages and pictures; see docs/cookies.md. S33.

        A page from elsewhere has its own to keep, and what is no browser has nothing.
        """
        if self.first_header("Sec-Fetch-Site") == "same-origin":
            self.set_header("Clear-Site-Data", '"cache"')
