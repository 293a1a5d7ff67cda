"""GET /get-session, GET /list-sessions, POST /sign-out, and the API's /ok and /error."""

from __future__ import annotations

import logging
import re

from handlers.session import errors, signing_out
from handlers.session.signing_out import Leave
from server.database import DatabaseError, Executor
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_or_with, signed_in
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, uri, wire
from server.sessions.lifecycle import Lookup
from server.store.sessions import Ended

_FOUND = schemas.nullable(
    schemas.members({"session": schemas.SESSION, "user": schemas.USER}, {"needsRefresh": schemas.BOOLEAN})
)
_YES = schemas.BOOLEAN | {"description": "Leave it out for no: whatever is not empty says yes, false too."}
_LOOK_UP = schemas.members({}, {"disableCookieCache": _YES, "disableRefresh": _YES})
_SHOWN = schemas.members({}, {"error": schemas.STRING, "error_description": schemas.STRING})
_SIGNED_OUT = schemas.members(
    {"success": schemas.always(True)}, {"url": schemas.STRING, "redirect": schemas.BOOLEAN}
)
log = logging.getLogger(__name__)
_SAFE_CODE = re.compile(r"['A-Za-z0-9_-]+")


class SignOutBody(bodies.Body):
    """Where to come back to from a provider that signs out, too, and whether to go there."""

    callback_url: str | None = bodies.redirect("callbackURL")
    disable_redirect: bool | None = bodies.optional(rules.boolean, "disableRedirect")
    state: str | None = bodies.optional(rules.string)


class GetSession(ApiHandler):
    """GET /get-session: `{session, user}` or null."""

    reads_body = False
    database_seconds = 1.0
    _began = False

    def set_default_headers(self) -> None:
        """better-auth says it twice here, but not where a request is refused before it is looked at."""
        super().set_default_headers()
        if self._began:
            self.set_header("Pragma", "no-cache")

    def _begin(self) -> None:
        self._began = True
        self.set_header("Pragma", "no-cache")

    @public
    @answers(_FOUND, query=_LOOK_UP, refused=(401,))
    async def get(self) -> None:
        """Prolongs the session when that is due; clears the cookies of one that is over."""
        self._begin()
        await self._answer(posted=False)

    @public
    @answers(_FOUND, query=_LOOK_UP, refused=(401,))
    async def post(self) -> None:
        """The refresh that GET leaves to it with SESSION_DEFER_REFRESH; 405 without."""
        self._begin()
        if not self.services.config.sessions.defer_refresh:
            raise errors.method_not_allowed_defer_session_required()
        await self._answer(posted=True)

    async def _answer(self, posted: bool) -> None:
        refresh, cached = (
            not bodies.truthy(self.query.get(name)) for name in ("disableRefresh", "disableCookieCache")
        )
        found = await self.services.sessions.look_up(self.request_cookies, refresh, cached, posted)
        self.add_cookies(found.cookies)
        if found.failure:
            raise found.failure
        self.answer(_session_json(found))
        self.application.fast.learn(self.request, self._headers, found, self.request_cookies)


def _session_json(found: Lookup) -> dict[str, object] | None:
    if found.signed_in is None:
        return None
    who: dict[str, object] = {
        "session": wire.session(found.signed_in.session),
        "user": wire.user(found.signed_in.user),
    }
    return who if found.needs_refresh is None else who | {"needsRefresh": found.needs_refresh}


class ListUserSessions(ApiHandler):
    """GET /list-sessions: the caller's sessions that have not ended."""

    @signed_in(fresh=True)
    @answers(schemas.array(schemas.SESSION))
    async def get(self, who: SignedIn) -> None:
        """Answers an array; the tokens are in it, because better-auth's client revokes by token."""
        found = await self.services.sessions.list_active(who.user.id)
        self.answer([wire.session(session) for session in found])


class SignOut(ApiHandler):
    """POST /sign-out."""

    _left: str | None = None

    @public_or_with(SignOutBody)
    @answers(_SIGNED_OUT)
    async def post(self, body: SignOutBody | None) -> None:
        """Ends the session if there is one; always succeeds. `url` signs out at the provider, too. S23 S36."""
        ended, cleared = await self.services.sessions.end(self.request_cookies, self._record)
        self.add_cookies(cleared)
        self.clear_cache()
        if not ended:
            self.audit("sign-out")
        self._answer(await self._find_page(body or SignOutBody()), body)

    def _answer(self, url: str | None, body: SignOutBody | None) -> None:
        if url is None:
            self.answer({"success": True})
            return
        goes = not (body and body.disable_redirect)
        if goes:
            self.point_to(url, provider=True)
        self.answer({"success": True, "url": url, "redirect": goes})

    async def _find_page(self, body: SignOutBody) -> str | None:
        """The provider's; the session has ended by then, whatever becomes of this."""
        services, target = self.services, None
        if self._left is None:
            return None
        if body.callback_url:
            parsed = uri.parse(body.callback_url, services.config.api_url)
            if parsed is None:
                return None
            target = parsed.href
        leave = Leave(self._left, target, body.state)
        try:
            return await signing_out.url(services.db, services.oauth.providers, leave)
        except DatabaseError as error:
            log.warning("a session has ended, and no provider was looked for: %s", error)
            return None

    async def _record(self, tx: Executor, ended: Ended) -> None:
        self._left = ended.user_id
        await self.record(tx, "sign-out", user_id=ended.user_id, session_id=ended.session_id)


class Ok(ApiHandler):
    """GET /ok."""

    @public
    @answers(schemas.members({"ok": schemas.always(True)}))
    async def get(self) -> None:
        """Says that the API is there."""
        self.answer({"ok": True})


class ErrorPage(ApiHandler):
    """GET /error: sends the browser to the app with a code that is safe to show."""

    @public
    @answers(status=302, query=_SHOWN)
    async def get(self) -> None:
        """302 to `/?error=CODE`, as better-auth does in production."""
        code = self._first("error")
        target = {"error": code if _SAFE_CODE.fullmatch(code) else "UNKNOWN"}
        description = self._first("error_description")
        if description:
            target["error_description"] = description
        self.redirect_to("/?" + uri.form_encode(target), media_type="")

    def _first(self, name: str) -> str:
        found = self.query.get(name, "")
        return str(found[0] if isinstance(found, list) else found)
