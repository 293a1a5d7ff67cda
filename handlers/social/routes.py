"""POST /sign-in/social and /link-social."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from msgspec import structs

from handlers.social import errors, linking
from server.database import InvalidValue, RowRefused
from server.errors import APIError, invalid_token
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public_with, signed_in_with
from server.model import SignedIn, User
from server.oauth import authorization
from server.oauth.arrival import arrive, method_at
from server.oauth.authorization import RESERVED, Asked
from server.oauth.identities import Identity, Refused
from server.oauth.provider import Provider, Tokens
from server.oauth.states import Link, OAuthState
from server.protocol import bodies, rules, schemas, wire
from server.protocol.rules import Issue, array_of, boolean, number, object_of, record_of, string

_STARTED = schemas.members({"url": schemas.STRING, "redirect": schemas.BOOLEAN})
_SIGNED_IN = schemas.members(
    {"redirect": schemas.always(False), "token": schemas.STRING, "user": schemas.USER}
)
_LINKED = schemas.members(
    {"url": schemas.STRING, "status": schemas.always(True), "redirect": schemas.always(False)}
)
_STARTED_OR_SIGNED_IN: schemas.Schema = {"anyOf": [_STARTED, _SIGNED_IN]}
_STARTED_OR_LINKED: schemas.Schema = {"anyOf": [_STARTED, _LINKED]}
_ID_TOKEN = {"nonce": string, "accessToken": string, "refreshToken": string}
_APPLE_NAME = object_of({"firstName": string, "lastName": string})
_SIGN_IN_ID_TOKEN = object_of(
    {**_ID_TOKEN, "expiresAt": number, "user": object_of({"name": _APPLE_NAME, "email": string})},
    {"token": string},
)
_LINK_ID_TOKEN = object_of(_ID_TOKEN, {"token": string})
_STRINGS = array_of(string)


@schemas.says(
    schemas.of(record_of(string)) | {"propertyNames": {"type": "string", "not": {"enum": list(RESERVED)}}}
)
def _additional_params(value: object) -> list[Issue]:
    """Texts for the provider's address; what the protocol itself sets cannot be set here."""
    issues = record_of(string)(value)
    if issues or not isinstance(value, dict) or not set(RESERVED) & value.keys():
        return issues
    return [("", f"additionalParams cannot include reserved OAuth parameters: {', '.join(RESERVED)}")]


class SocialSignInBody(bodies.Body):
    """A provider, and where to go; or a token that the provider gave already."""

    callback_url: str | None = bodies.redirect("callbackURL")
    new_user_callback_url: str | None = bodies.redirect("newUserCallbackURL")
    error_callback_url: str | None = bodies.redirect("errorCallbackURL")
    provider: str = bodies.required(rules.any_string)
    disable_redirect: bool | None = bodies.optional(boolean, "disableRedirect")
    id_token: Mapping[str, object] | None = bodies.optional(_SIGN_IN_ID_TOKEN, "idToken")
    scopes: list[str] | None = bodies.optional(_STRINGS)
    request_sign_up: bool | None = bodies.optional(boolean, "requestSignUp")
    login_hint: str | None = bodies.optional(string, "loginHint")
    additional_params: Mapping[str, str] | None = bodies.optional(_additional_params, "additionalParams")
    additional_data: Mapping[str, object] | None = bodies.optional(rules.any_record, "additionalData")


class LinkSocialBody(bodies.Body):
    """As for sign-in, for a user who is signed in."""

    callback_url: str | None = bodies.redirect("callbackURL")
    provider: str = bodies.required(rules.any_string)
    id_token: Mapping[str, object] | None = bodies.optional(_LINK_ID_TOKEN, "idToken")
    request_sign_up: bool | None = bodies.optional(boolean, "requestSignUp")
    scopes: list[str] | None = bodies.optional(_STRINGS)
    error_callback_url: str | None = bodies.redirect("errorCallbackURL")
    disable_redirect: bool | None = bodies.optional(boolean, "disableRedirect")
    login_hint: str | None = bodies.optional(string, "loginHint")
    additional_params: Mapping[str, str] | None = bodies.optional(_additional_params, "additionalParams")
    additional_data: Mapping[str, object] | None = bodies.optional(rules.any_record, "additionalData")


StartBody = SocialSignInBody | LinkSocialBody


class SocialHandler(ApiHandler):
    """What signing in and linking share: which provider, the start of a redirect, and a token that a browser brings."""

    async def find_provider(self, provider_id: str) -> Provider:
        """The provider, or the 404."""
        found = await self.services.oauth.providers.find(provider_id)
        if found is None:
            raise errors.provider_not_found()
        return found

    async def start(self, provider: Provider, body: StartBody, link: Link | None = None) -> None:
        """Answers the provider's address, which only this browser can come back from. S43."""
        asked = Asked(body.scopes or (), body.login_hint, body.additional_params or {})
        url = (await authorization.begin(self, provider, self._remember(body, link), asked)).url
        if not body.disable_redirect:
            self.point_to(url, provider=True)
        self.answer({"url": url, "redirect": not body.disable_redirect})

    def _remember(self, body: StartBody, link: Link | None) -> OAuthState:
        return OAuthState(
            body.callback_url or self.services.config.base_url,
            error_url=body.error_callback_url,
            new_user_url=body.new_user_callback_url if isinstance(body, SocialSignInBody) else None,
            request_sign_up=body.request_sign_up,
            link=link,
            data=body.additional_data or {},
        )

    async def identify(self, provider: Provider, given: Mapping[str, object]) -> Identity:
        """Whom a token of the provider names; raises the 404, and the 401 for what is not for us."""
        oauth, tokens = self.services.oauth, _tokens(given)
        if not provider.takes_id_tokens:
            raise errors.id_token_not_supported()
        if not await oauth.is_genuine(provider, tokens.id_token or "", _text(given, "nonce")):
            self.audit_failure("sign-in-failed", sign_in_method=method_at(provider.id))
            raise invalid_token(401)
        found = await oauth.identify(provider, tokens)
        if found is None:
            raise errors.failed_to_get_user_info()
        if not found.email:
            raise errors.user_email_not_found()
        return found


def _tokens(given: Mapping[str, object]) -> Tokens:
    user = given.get("user")
    named = dict(user) if isinstance(user, dict) else {}
    return Tokens(
        _text(given, "accessToken"), _text(given, "refreshToken"), _text(given, "token"), user=named
    )


def _text(given: Mapping[str, object], name: str) -> str | None:
    value = given.get(name)
    return value if isinstance(value, str) else None


class SocialSignIn(SocialHandler):
    """POST /sign-in/social."""

    @public_with(SocialSignInBody)
    @answers(_STARTED_OR_SIGNED_IN, refused=(403,), signs_in="id-token")
    async def post(self, body: SocialSignInBody) -> None:
        """The provider's address; with an id token a session at once, `{redirect: false, token, user}`."""
        provider = await self.find_provider(body.provider)
        if body.id_token is None:
            await self.start(provider, body)
            return
        who = await self.identify(provider, body.id_token)
        tokens = replace(who.tokens, refresh_token=None)
        found = await self._come_in(provider, structs.replace(who, tokens=tokens), body)
        if found:
            told = {"redirect": False, "token": found.session.token, "user": wire.user(found.user)}
            self.answer(told)

    async def _come_in(self, provider: Provider, who: Identity, body: SocialSignInBody) -> SignedIn | None:
        try:
            arrived = await arrive(self, who, bool(body.request_sign_up), body.callback_url or "/")
        except Refused as refused:
            self.audit_failure("sign-in-failed", sign_in_method=method_at(provider.id))
            raise errors.oauth_link_error(refused.words) from refused
        if isinstance(arrived, APIError):
            raise arrived
        return self.welcome(arrived.outcome)


class LinkSocialAccount(SocialHandler):
    """POST /link-social."""

    @signed_in_with(LinkSocialBody, authoritative=True)
    @answers(_STARTED_OR_LINKED, refused=(409,))
    async def post(self, who: SignedIn, body: LinkSocialBody) -> None:
        """The provider's address; with an id token the account is linked at once, `{url: "", status, redirect}`."""
        provider, user = await self.find_provider(body.provider), who.user
        if body.id_token is None:
            keyring = self.services.config.keyring
            await self.start(provider, body, Link.of(keyring, user.id, user.email, who.session.token))
            return
        await self._link(await self.identify(provider, body.id_token), user)
        self.answer({"url": "", "status": True, "redirect": False})

    async def _link(self, who: Identity, user: User) -> None:
        try:
            await linking.link_and_record(self, who, user.id, user.email)
        except linking.NotLinked as error:
            raise error.refusal from error
        except (InvalidValue, RowRefused) as error:
            raise errors.linking_failed() from error
