"""POST /sign-in/social and /link-social; GET and POST /callback/:id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from handlers.social import errors, oauth_states
from server.http.access import answers, refuses
from server.http.api import JSON_OR_FORM, ApiHandler
from server.http.guards import public, public_or_with, public_with, signed_in_with
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, uri
from server.protocol.rules import Issue, array_of, boolean, number, object_of, record_of, string

_RESERVED = (
    "state",
    "client_id",
    "redirect_uri",
    "response_type",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "scope",
)
_ID_TOKEN = {"nonce": string, "accessToken": string, "refreshToken": string}
_APPLE_NAME = object_of({"firstName": string, "lastName": string})
_SIGN_IN_ID_TOKEN = object_of(
    {**_ID_TOKEN, "expiresAt": number, "user": object_of({"name": _APPLE_NAME, "email": string})},
    {"token": string},
)
_LINK_ID_TOKEN = object_of(_ID_TOKEN, {"token": string})
_STRINGS = array_of(string)
_CALLBACK_MEMBERS = ("code", "error", "device_id", "error_description", "state", "user", "iss")


@schemas.says(
    schemas.of(record_of(string)) | {"propertyNames": {"type": "string", "not": {"enum": list(_RESERVED)}}}
)
def _additional_params(value: object) -> list[Issue]:
    """Texts for the provider's address; what the protocol itself sets cannot be set here."""
    issues = record_of(string)(value)
    if issues or not isinstance(value, dict) or not set(_RESERVED) & value.keys():
        return issues
    return [("", f"additionalParams cannot include reserved OAuth parameters: {', '.join(_RESERVED)}")]


@dataclass(frozen=True, kw_only=True)
class SocialSignInBody:
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


@dataclass(frozen=True, kw_only=True)
class LinkSocialBody:
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


class SocialSignIn(ApiHandler):
    """POST /sign-in/social."""

    @public_with(SocialSignInBody)
    @refuses()
    async def post(self, body: SocialSignInBody) -> None:
        """404: no provider is configured."""
        raise errors.provider_not_found()


class LinkSocialAccount(ApiHandler):
    """POST /link-social."""

    @signed_in_with(LinkSocialBody, authoritative=True)
    @refuses()
    async def post(self, who: SignedIn, body: LinkSocialBody) -> None:
        """404: no provider is configured."""
        raise errors.provider_not_found()


@dataclass(frozen=True)
class CallbackMembers:
    """What a provider sends back, in the query or as a posted form."""

    code: str | None = bodies.optional(string)
    error: str | None = bodies.optional(string)
    device_id: str | None = bodies.optional(string)
    error_description: str | None = bodies.optional(string)
    state: str | None = bodies.optional(string)
    user: str | None = bodies.optional(string)
    iss: str | None = bodies.optional(string)


class HandleOAuthCallback(ApiHandler):
    """GET and POST /callback/:id: only ever a redirect."""

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
        """302 to the error page of whoever began it: no provider is configured."""
        asked: CallbackMembers = self.read_query()
        if not asked.state:
            self._fail(None, "state_not_found")
            return
        cookies = self.services.cookies
        ours = cookies.read_each_signed(self.request_cookies, cookies.name("state"))
        state = asked.state if asked.state in ours else None
        try:
            found = await oauth_states.consume(self.services.db, asked.state, state)
        except oauth_states.StateError as error:
            self._fail(error.error_url, error.code)
            return
        self.add_cookies([cookies.expire(cookies.name("state"))])
        if asked.error:
            self._fail(found.error_url, asked.error, asked.error_description)
        else:
            self._fail(found.error_url, "oauth_provider_not_found" if asked.code else "no_code")

    def _fail(self, error_url: str | None, code: str, description: str | None = None) -> None:
        described = {"error_description": description} if description else {}
        self.redirect_to(
            uri.append_parameters(
                error_url or f"{self.services.config.api_url}/error", {"error": code, **described}
            )
        )


def _chosen(query: CallbackMembers, body: CallbackMembers, name: str) -> str | None:
    """The query's member before the body's."""
    value = getattr(query, name)
    found: str | None = getattr(body, name) if value is None else value
    return found
