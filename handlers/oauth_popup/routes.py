"""GET /oauth-popup/start, as better-auth's plugin of that name has it."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from handlers.oauth_popup import completion, marker
from handlers.oauth_popup.marker import Marker
from server import errors
from server.database import DatabaseError
from server.errors import APIError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public
from server.http.origin import shown
from server.oauth import authorization
from server.oauth.authorization import Asked
from server.oauth.provider import Provider
from server.oauth.states import OAuthState
from server.protocol import bodies, javascript, schemas
from server.protocol.rules import string

log = logging.getLogger(__name__)


class StartPopupQuery(bodies.Body):
    """A provider, who has opened the window, and where the sign-in would end without one."""

    provider: str = bodies.required(string)
    popup_origin: str = bodies.required(string, "popupOrigin")
    popup_nonce: str | None = bodies.optional(string, "popupNonce")
    callback_url: str | None = bodies.redirect("callbackURL", label="invalid_callback_url")
    error_callback_url: str | None = bodies.redirect("errorCallbackURL", label="invalid_error_callback_url")
    new_user_callback_url: str | None = bodies.redirect(
        "newUserCallbackURL", label="invalid_new_user_callback_url"
    )
    scopes: str | None = bodies.optional(string)
    request_sign_up: str | None = bodies.optional(string, "requestSignUp")
    additional_data: str | None = bodies.optional(string, "additionalData")


class StartOAuthPopup(ApiHandler):
    """GET /oauth-popup/start, where the window begins: what is kept of it are cookies of this origin."""

    query_type = StartPopupQuery

    @public
    @answers(schemas.STRING, redirects=True, refused=(403,), media_type="text/html")
    async def get(self) -> None:
        """302 to the provider; a page that tells who has opened the window why not, if that is somebody trusted. S34."""
        # Not by read_query, whose refusal of a target nobody would be told.
        asked = bodies.read(StartPopupQuery, self.query, "query")
        origins = self.application.origins
        if not origins.trusts(asked.popup_origin):
            raise errors.invalid_origin(shown(asked.popup_origin))
        for code, url in bodies.targets(asked):
            if url and not origins.accepts_redirect(str(url)):
                self._refuse(asked, code, f"Untrusted URL: {url}")
                return
        provider = await self.services.oauth.providers.find(asked.provider)
        if provider is None:
            self._refuse(asked, "provider_not_found", f"Unknown provider: {asked.provider}")
        else:
            await self._begin(provider, asked)

    def _refuse(self, asked: StartPopupQuery, code: str, description: str) -> None:
        page = completion.refusal(asked.popup_origin, asked.popup_nonce or "", code, description)
        self.show(page.html, page.policy)

    async def _begin(self, provider: Provider, asked: StartPopupQuery) -> None:
        wanted = OAuthState(
            asked.callback_url or self.services.config.api_url,
            error_url=asked.error_callback_url,
            new_user_url=asked.new_user_callback_url,
            request_sign_up=asked.request_sign_up == "true" or None,
            data=_members(asked.additional_data or ""),
        )
        scopes = asked.scopes.split(",") if asked.scopes else ()
        try:
            begun = await authorization.begin(self, provider, wanted, Asked(scopes))
        except DatabaseError as error:
            log.warning("a window's sign-in could not be begun: %s", error)
            self._refuse(asked, "popup_sign_in_failed", "Failed to start the OAuth flow.")
            return
        opener = Marker(asked.popup_origin, asked.popup_nonce or "", begun.state)
        self.add_cookies([marker.write(self.services.cookies, opener)])
        self.point_to(begun.url, provider=True)
        self.set_status(302)
        self.set_header("Content-Type", "application/json")
        self.finish()


def _members(text: str) -> Mapping[str, object]:
    """What is remembered beside the rest; what is no object is nothing."""
    try:
        found = javascript.revive(bodies.parse_json(text.encode()))
    except APIError:
        return {}
    return found if isinstance(found, dict) else {}
