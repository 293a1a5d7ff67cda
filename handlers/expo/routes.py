"""GET /expo-authorization-proxy, as better-auth's plugin of that name has it, but to providers alone."""

from __future__ import annotations

from urllib.parse import parse_qs

from handlers.expo import errors
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public
from server.oauth import authorization, states
from server.oauth.provider import Wish
from server.protocol import bodies, uri
from server.protocol.rules import string

# Which says nothing: what is asked of a provider is where its page is.
_ANY = Wish("state", "verifier", "https://relative.invalid")


class AuthorizationProxyQuery(bodies.Body):
    """The address that a sign-in was answered with, and the cookie that went with it where that is the state."""

    authorization_url: str = bodies.required(string, "authorizationURL")
    oauth_state: str | None = bodies.optional(string, "oauthState")


class ExpoAuthorizationProxy(ApiHandler):
    """GET /expo-authorization-proxy: the browser that an app opens has none of the app's cookies, and needs one."""

    query_type = AuthorizationProxyQuery

    @public
    @answers(None, status=302, refused=(400,))
    async def get(self) -> None:
        """302 to the provider with what the way back asks for: the state's cookie. S43."""
        asked: AuthorizationProxyQuery = self.read_query()
        state = await self._judge(asked.authorization_url)
        if not asked.oauth_state and not state:
            raise errors.no_state()
        self.add_cookies([self._cookie(state, asked.oauth_state)])
        self.point_to(asked.authorization_url, provider=True)
        self.set_status(302)
        self.set_header("Content-Type", "application/json")
        self.finish()

    def _cookie(self, state: str, sealed: str | None) -> str:
        cookies = self.services.cookies
        if sealed:
            return cookies.write(cookies.name("oauth_state"), sealed, states.SECONDS)
        return cookies.write_signed(cookies.name("state"), state, states.COOKIE_SECONDS)

    async def _judge(self, url: str) -> str:
        """The state in it; raises the 400 for what is not the page of a provider that sends browsers back here. S34.

        better-auth sends browsers to any https address, for whoever makes a link.
        """
        parsed = uri.parse(url)
        if parsed is None or "#" in url or parsed.protocol != "https:" or parsed.href != url:
            raise errors.invalid_authorization_url()
        query = parse_qs(parsed.search.removeprefix("?"), keep_blank_values=True)
        back = query.get("redirect_uri", [])
        if len(back) != 1 or _page(url) != await self._page_of_provider(back[0]):
            raise errors.invalid_authorization_url()
        return query.get("state", [""])[0]

    async def _page_of_provider(self, back: str) -> str:
        """Where the provider's page is that comes back there; empty for none."""
        services = self.services
        provider = await services.oauth.providers.find(back.rpartition("/")[2])
        if provider is None or back != authorization.redirect_uri(services.config, provider):
            return ""
        return _page(authorization.url(provider, _ANY))


def _page(url: str) -> str:
    return url.partition("#")[0].partition("?")[0]
