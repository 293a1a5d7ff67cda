"""POST /one-tap/callback: the token that Google's script gave a page."""

from __future__ import annotations

from msgspec import structs

from handlers.one_tap import errors
from server.errors import APIError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public_with
from server.model import SignedIn
from server.oauth import id_tokens
from server.oauth.arrival import arrive, method_at
from server.oauth.identities import Identity, Refused
from server.oauth.provider import Provider, Tokens
from server.protocol import bodies, rules, schemas, wire

GOOGLE = "google"
_ISSUER = "https://accounts.google.com"
_SCOPE = "openid,profile,email"
_TEXTS = ("name", "image")
_SIGNED_IN = schemas.members({"token": schemas.STRING, "user": schemas.USER})


class OneTapBody(bodies.Body):
    """Google's token; where a page wants to go with it is checked, and left to the page."""

    id_token: str = bodies.required(rules.string, "idToken")
    callback_url: str | None = bodies.redirect("callbackURL")


class OneTapCallback(ApiHandler):
    """POST /one-tap/callback."""

    @public_with(OneTapBody)
    @answers(_SIGNED_IN, refused=(401, 403), signs_in="id-token")
    async def post(self, body: OneTapBody) -> None:
        """A session for who has a token of Google's for us, `{token, user}`. A nonce is not asked for. S43."""
        google = await self._find_google()
        try:
            who = await self._identify(google, body.id_token)
            found = await self._come_in(who, body.callback_url or "/")
        except APIError:
            self.audit_failure("sign-in-failed", sign_in_method=method_at(GOOGLE))
            raise
        if found:
            self.answer({"token": found.session.token, "user": wire.user(found.user)})

    async def _find_google(self) -> Provider:
        """Google itself: another server may be called so, and its tokens are not taken here."""
        found = await self.services.oauth.providers.find(GOOGLE)
        if found is None or found.id_token is None or _ISSUER not in found.id_token.issuers:
            raise errors.client_id_required()
        return found

    async def _identify(self, google: Provider, token: str) -> Identity:
        oauth = self.services.oauth
        if not await oauth.is_genuine(google, token, None):
            raise errors.invalid_id_token()
        found = await oauth.identify(google, Tokens(id_token=token))
        if found is None:
            raise errors.invalid_id_token()
        if not found.email:
            raise errors.email_not_available()
        if not isinstance((id_tokens.decode(token) or {}).get("sub"), str):
            raise errors.invalid_id_token()
        user = {
            key: value for key, value in found.user.items() if key not in _TEXTS or isinstance(value, str)
        }
        return structs.replace(found, user=user, scope=_SCOPE)

    async def _come_in(self, who: Identity, callback_url: str) -> SignedIn | None:
        """Whoever taps asks to sign up by that."""
        try:
            arrived = await arrive(self, who, True, callback_url)
        except Refused as refused:
            raise errors.not_linked(refused.words) from refused
        if isinstance(arrived, APIError):
            raise arrived
        return self.welcome(arrived.outcome)
