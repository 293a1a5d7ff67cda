"""GET and POST /callback/:id: where a provider sends a browser back to."""

from __future__ import annotations

from handlers.social import linking
from server import clock
from server.database import InvalidValue, RowRefused
from server.errors import APIError
from server.http.access import answers
from server.http.api import JSON_OR_FORM, ApiHandler
from server.http.guards import public, public_or_with
from server.model import Json, SignedIn
from server.oauth import authorization, states
from server.oauth.arrival import Landed, arrive, method_at
from server.oauth.identities import Identity, Refused
from server.oauth.provider import Grant
from server.oauth.states import Link, OAuthState
from server.protocol import bodies, javascript, uri
from server.protocol.rules import string

_CALLBACK_MEMBERS = ("code", "error", "device_id", "error_description", "state", "user", "iss")


class CallbackMembers(bodies.Body):
    """What a provider sends back, in the query or as a posted form."""

    code: str | None = bodies.optional(string)
    error: str | None = bodies.optional(string)
    device_id: str | None = bodies.optional(string)
    error_description: str | None = bodies.optional(string)
    state: str | None = bodies.optional(string)
    user: str | None = bodies.optional(string)
    iss: str | None = bodies.optional(string)


class HandleOAuthCallback(ApiHandler):
    """GET and POST /callback/:id: only ever a redirect, unless a feature has a page for that browser."""

    media_types = JSON_OR_FORM
    query_type = CallbackMembers

    @public_or_with(CallbackMembers)
    @answers(status=302)
    async def post(self, body: CallbackMembers | None, id_: str) -> None:
        """302 to the GET form: the state's cookie is not sent with a post from another site."""
        query: CallbackMembers = self.read_query()
        merged = {name: _chosen(query, body or CallbackMembers(), name) for name in _CALLBACK_MEMBERS}
        sent = uri.form_encode({name: value for name, value in merged.items() if value is not None})
        self.redirect_to(f"{self.services.config.api_url}/callback/{id_}?{sent}")

    @public
    @answers(status=302)
    async def get(self, id_: str) -> None:
        """302 to where whoever began it wants to be, signed in; else to their page for errors, with `error=CODE`."""
        asked: CallbackMembers = self.read_query()
        error_url = None
        try:
            found = await self._take(asked.state)
            error_url = found.error_url
            await self._go_on(id_, asked, found)
        except states.StateError as error:
            self._fail(error.error_url, error.code)
        except Refused as refused:
            self.audit_failure("sign-in-failed", sign_in_method=method_at(id_))
            self._fail(error_url, refused.code)

    async def _take(self, state: str | None) -> OAuthState:
        """What was remembered for this browser, once; raises StateError. S18 S43."""
        if not state:
            raise states.StateError("state_not_found")
        services, cookies = self.services, self.services.cookies
        if services.oauth.settings.in_cookie:
            name = cookies.name("oauth_state")
            sealed = cookies.read_each(self.request_cookies, name)
            found = await states.unseal(services.db, services.config.keyring, state, sealed)
            self.add_cookies([cookies.expire(name)])
            return found
        ours = cookies.read_each_signed(self.request_cookies, cookies.name("state"))
        found = await states.consume(services.db, state, state if state in ours else None)
        self.add_cookies([cookies.expire(cookies.name("state"))])
        return found

    async def _go_on(self, id_: str, asked: CallbackMembers, found: OAuthState) -> None:
        """What the provider says, then what its code stands for."""
        if asked.error:
            self._fail(found.error_url, asked.error, asked.error_description)
            return
        who = await self._redeem(id_, asked, found)
        if found.link:
            await self._link(who, found, found.link)
        else:
            await self._sign_in(who, found)

    async def _redeem(self, id_: str, asked: CallbackMembers, found: OAuthState) -> Identity:
        if not asked.code:
            raise Refused("no_code")
        provider = await self.services.oauth.providers.find(id_)
        if provider is None:
            raise Refused("oauth_provider_not_found")
        grant = Grant(
            asked.code,
            found.code_verifier,
            authorization.redirect_uri(self.services.config, provider),
            asked.device_id,
        )
        named = _parse(asked.user)
        return await self.services.oauth.redeem(provider, grant, asked.iss, found.nonce, named)

    async def _sign_in(self, who: Identity, found: OAuthState) -> None:
        if not who.email:
            raise Refused("email_not_found")
        arrived = await arrive(self, who, bool(found.request_sign_up), found.callback_url)
        if isinstance(arrived, APIError):
            self._fail(found.error_url, arrived.code or "unable_to_create_session", arrived.message)
            return
        outcome, url = arrived.outcome, (arrived.new and found.new_user_url) or found.callback_url
        if isinstance(outcome, SignedIn):
            self.set_session(outcome)
        else:
            self.add_cookies(outcome.cookies)
        self._land(self.way_on(outcome, url))

    async def _link(self, who: Identity, found: OAuthState, link: Link) -> None:
        """While the session that asked for it still lives. S23 S40."""
        if not await self._lives(link):
            raise Refused("unable_to_link_account")
        try:
            await linking.link_and_record(self, who, link.user_id, link.email, redirected=True)
        except linking.NotLinked as refused:
            raise Refused(refused.code) from refused
        except (InvalidValue, RowRefused) as error:
            raise Refused("unable_to_link_account") from error
        self._land(found.callback_url)

    async def _lives(self, link: Link) -> bool:
        token, sessions = link.token(self.services.config.keyring), self.services.sessions
        found = await sessions.read(token) if token else None
        if found is None or found.user.id != link.user_id:
            return False
        return not sessions.terms.over(found.session, clock.now())

    def _fail(self, error_url: str | None, code: str, description: str | None = None) -> None:
        described = {"error_description": description} if description else {}
        self._land(
            uri.append_parameters(
                error_url or f"{self.services.config.api_url}/error", {"error": code, **described}
            )
        )

    def _land(self, url: str) -> None:
        """302; or a feature's page in place of that, beside the same Location, which has to be one of ours either way."""
        place = self.point_to(url)
        for landing in self.services.landings:
            page = landing(self._landed(place))
            if page is None:
                continue
            self.add_cookies(page.cookies)
            if page.html:
                self.show(page.html, page.policy)
                return
        self.redirect_to(url)

    def _landed(self, place: str) -> Landed:
        asked: CallbackMembers = self.read_query()
        session = self.services.cookies.written_session(self._headers.get_list("Set-Cookie"))
        return Landed(place, asked.state, session, self.request_cookies)


def _chosen(query: CallbackMembers, body: CallbackMembers, name: str) -> str | None:
    """The query's member before the body's."""
    value = getattr(query, name)
    found: str | None = getattr(body, name) if value is None else value
    return found


def _parse(user: str | None) -> Json | None:
    """What Apple's form says of somebody; nothing where it is no object."""
    try:
        found = javascript.parse(user or "")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
