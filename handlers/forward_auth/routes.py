"""GET /api/forward-auth, which proxies ask before they pass a request on to an application."""

from __future__ import annotations

from collections.abc import Mapping

from tornado.web import RequestHandler

from handlers.forward_auth import identity, way_back
from server import errors
from server.http.access import answers
from server.http.address import forwarding_header, is_unnamed_proxy, peer_is_trusted
from server.http.guards import public
from server.http.handler import BaseHandler
from server.http.origin import shown
from server.model import SignedIn

PATH = "/api/forward-auth"
# What WebDAV has besides: a proxy may ask by the method that it was asked by.
WEBDAV = ("COPY", "LOCK", "MKCOL", "MOVE", "PROPFIND", "PROPPATCH", "REPORT", "SEARCH", "UNLOCK")
_FORWARDED = (
    *("Host", "X-Original-URL", "X-Original-URI", "X-Original-Method"),
    *("X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"),
)
_OF_BROWSERS = ("Accept", "Sec-Fetch-Mode")


class ForwardAuth(BaseHandler):
    """204 with who it is, or 401; a browser that can be sent to the sign-in page is sent there.

    Neither a refresh of the session nor a cookie: what a proxy asks on the side hardly reaches the browser.
    """

    SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, *WEBDAV)
    database_seconds = 1.0

    def set_default_headers(self) -> None:
        """No cache may answer for one person what was answered for another."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Vary", "Cookie")

    @public
    @answers(status=204, redirects=True)
    async def get(self) -> None:
        """Whatever the method: nothing is done but to look who it is."""
        who = await self.services.sessions.find(self.request_cookies)
        if who is None:
            self._refuse()
        else:
            self._answer(who)

    head = post = put = patch = delete = options = get
    copy = lock = mkcol = move = propfind = proppatch = report = search = unlock = get

    def _answer(self, who: SignedIn) -> None:
        self.set_status(204)
        fast, brief = self.application.fast, (type(self).__name__, identity.lines)
        fast.learn_brief(self.request, self._headers, who, brief)
        for line in identity.lines(who).decode().splitlines():
            name, _, value = line.partition(": ")
            self.set_header(name, value)
        self.finish()

    def _refuse(self) -> None:
        """nginx, which says X-Original-*, can pass on no redirect: it is told where to in a 401."""
        told = self._told(_FORWARDED) if self._asked_by_trusted_proxy() else {}
        method = way_back.original_method(told) or self.request.method or ""
        if way_back.is_for_a_browser(method, self._told(_OF_BROWSERS)):
            self._point_to_sign_in(told)
            if not any(name in self.request.headers for name in ("X-Original-URL", "X-Original-URI")):
                self.set_status(302)
                self.finish()
                return
        self.refuse(errors.unauthorized())

    def _point_to_sign_in(self, told: Mapping[str, str]) -> None:
        asked = way_back.original_url(told, self.request.protocol)
        own, origins = self.services.config.origin, self.application.origins
        back = way_back.way_back(asked, own, origins)
        if asked and not origins.trusts(asked):
            self.cause = errors.invalid_origin(shown(asked))
        self.point_to(way_back.sign_in_page(own, back))

    def _asked_by_trusted_proxy(self) -> bool:
        """Else it is told of once, as nobody comes back from the sign-in page. S13."""
        peer, trusted = self.request.remote_ip or "", self.services.config.trusted_proxies
        found = forwarding_header(self.request.headers)
        if found and is_unnamed_proxy(peer, trusted):
            self.services.limits.notice_proxy(peer, found)
        return peer_is_trusted(peer, trusted)

    def _told(self, names: tuple[str, ...]) -> dict[str, str]:
        return {name: self.first_header(name) for name in names if name in self.request.headers}
