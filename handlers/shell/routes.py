"""The pages' shell and the bundle's files."""

from __future__ import annotations

import functools
import json
import re
import secrets
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tornado.web import HTTPError

import web
from handlers.shell import bundle, looks, pages
from handlers.shell.looks import Looks
from handlers.shell.policy import policy
from server.http import origin
from server.http.caller import CallerHandler
from server.http.guards import public
from server.http.handler import BaseHandler
from server.languages.accept import current
from server.languages.sentences import translate
from server.model import SignedIn
from server.protocol import wire

if TYPE_CHECKING:
    from jinja2 import Environment

YEAR = 31536000
# A drawing is a picture, by itself in a window too: nothing in it runs, asks for something, or is of this origin. S33
_PICTURE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox"


@functools.cache
def templates() -> Environment:
    """Jinja with the templates of the installed package."""
    from jinja2 import Environment, FunctionLoader, select_autoescape

    folder = resources.files(web).joinpath("templates")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text())
    return Environment(loader=loader, autoescape=select_autoescape(("html",)), auto_reload=False)


def _shell(
    page: pages.PageEntry | None,
    session: wire.Json | None,
    settings: str,
    look: Looks,
    language: str,
    nonce: str,
) -> str:
    told = json.loads(settings)
    on = (tuple(told["ways"]), tuple(told["features"]))
    name, layout = (page.name, page.layout) if page else ("not-found", "default")
    entry = bundle.entry(name, layout, *(on if page else ()), language=language)
    say = functools.partial(translate, language, app=look.branding.name)
    title = say(page.title if page else "Page not found")
    boot = {"session": session, "settings": told}
    app = look.branding
    shown = {
        "title": title,
        "boot": boot,
        "entry": entry,
        "say": say,
        "language": language,
        "look": look,
        "app": app,
    }
    return templates().get_template("shell.html").render(shown, nonce=nonce)


# Stands for the nonce in a page that is kept; nobody can guess it, so nothing else is replaced.
_ANY_NONCE = secrets.token_urlsafe(16)


@functools.cache
def _shell_for_nobody(page: pages.PageEntry | None, settings: str, look: Looks, language: str) -> str:
    """The shell without a session, which is the same for all of one language but for its nonce."""
    return _shell(page, None, settings, look, language, _ANY_NONCE)


class Page(CallerHandler):
    """Every address that is neither the API's nor a file's: the shell, decided before the first paint.

    Anybody may ask; what a page wants of its visitor stands in pages.json.
    """

    @public
    async def get(self) -> None:
        """The shell with the caller's session, or a redirect where the page is for others."""
        page = pages.find(self.request.path, self.services.parts.names)
        who = (await self.look_up()).signed_in
        if page and page.access == "member" and not who:
            self._redirect("/login?redirect=" + quote(self.request.uri or "/", safe=""))
        elif page and page.access == "guest" and who and not self._adds() and await self._may_go_on():
            self._redirect(self._wanted_page())
        elif page and page.redirect:
            query = self.request.query
            self._redirect(f"{page.redirect}?{query}" if query else page.redirect)
        elif page and page.path == "/" and (home := self._look.branding.home_url):
            self._leave_for(home)
        else:
            self._render(page, None if page and page.access == "guest" else who)

    @public
    async def head(self) -> None:
        """As GET, without the body."""
        await self.get()

    def _leave_for(self, home: str) -> None:
        """The start page is somebody else's; what went wrong on the way here is said where people sign in."""
        error = self.get_query_argument("error", "")
        if error:
            self._redirect(f"/login?error={quote(error, safe='')}")
        else:
            self._redirect(home, ours=False)

    def _adds(self) -> bool:
        """Somebody signs in beside those who are signed in at the browser already."""
        return "multi_session" in self.services.parts.names and self.get_query_argument("add", "") == "yes"

    async def _may_go_on(self) -> bool:
        """What sent them here to sign in may believe no cookie cache: without a session they would go in a circle. S23."""
        if not self.get_query_argument("redirect", ""):
            return True
        found = await self.look_up(authoritative=True)
        self.add_cookies(found.cookies)
        return found.signed_in is not None

    def _wanted_page(self) -> str:
        """A page of ours, or what a proxy keeps for those who are signed in, on any trusted origin. S34."""
        target = self.get_query_argument("redirect", "")
        if origin.is_safe_path(target):
            return target
        if target.startswith(("http://", "https://")) and self.application.origins.trusts(target):
            return target
        home, error = pages.home(self.services.parts.names), self.get_query_argument("error", "")
        return f"{home}?error={quote(error, safe='')}" if error else home

    @property
    def _look(self) -> Looks:
        return looks.of(self.services.config.branding)

    def _redirect(self, target: str, ours: bool = True) -> None:
        """`ours`: an address that a request may have named; whoever runs the server may name any."""
        self.point_to(target, provider=not ours)
        self.set_status(302)
        self.set_header("Cache-Control", "no-store")
        self.finish()

    def _render(self, page: pages.PageEntry | None, who: SignedIn | None) -> None:
        nonce, settings = secrets.token_urlsafe(16), self.services.boot
        if who is None:
            html = _shell_for_nobody(page, settings, self._look, current()).replace(_ANY_NONCE, nonce)
        else:
            html = _shell(page, self._session_json(who), settings, self._look, current(), nonce)
        self.set_status(200 if page else 404)
        self._set_page_headers(nonce)
        self.finish(html)

    def _session_json(self, who: SignedIn) -> wire.Json:
        return {"session": wire.session(who.session), "user": wire.user(who.user)}

    def _set_page_headers(self, nonce: str) -> None:
        """S33: scripts by nonce alone, nothing from elsewhere, no frame around it."""
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Vary", "Accept-Language")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        source = f"'nonce-{nonce}'"
        self.set_header("Content-Security-Policy", policy(self.services.sources, source, source))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A page in the app's looks that needs nothing but itself."""
        nonce = secrets.token_urlsafe(16)
        title, message = _SORRY.get(status_code, _SORRY[500])
        self._set_page_headers(nonce)
        if status_code == 503:
            self.set_header("Retry-After", _RETRY_SECONDS)
            # The browser asks again by itself, without a script; what was sent by a form is not sent twice.
            if self.request.method == "GET":
                self.set_header("Refresh", _RETRY_SECONDS)
        language, look = current(), self._look
        say = functools.partial(translate, language, app=look.branding.name)
        shown = {
            "title": say(title),
            "message": say(message),
            "status": status_code,
            "say": say,
            "language": language,
            "look": look,
        }
        self.finish(templates().get_template("error.html").render(shown, nonce=nonce))


_RETRY_SECONDS = "5"
_SORRY = {
    404: ("Not found", "There is nothing at this address."),
    405: ("Not allowed", "This address can only be read."),
    500: ("Something went wrong", "The error has been noted. Please try again."),
    503: ("Back in a moment", "The server is busy or its database is away. Please try again."),
}


class BundleFile(BaseHandler):
    """A file of the bundle, from memory, in the best encoding the browser takes."""

    @public
    async def get(self) -> None:
        """Hashed files never change; the others are asked for again."""
        file = await self.find()
        if file is None:
            raise HTTPError(404)
        immutable = self.request.path.startswith("/assets/")
        self.set_header("Cache-Control", f"public, max-age={YEAR}, immutable" if immutable else "no-cache")
        self.set_header("ETag", file.etag)
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Content-Type", file.media_type)
        if file.media_type.startswith("image/svg"):
            self.set_header("Content-Security-Policy", _PICTURE)
        self.describe(file)
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self._send(file)

    async def find(self) -> bundle.File | None:
        """What is at the address that was asked for."""
        return await looks.of(self.services.config.branding).find(self.request.path)

    def describe(self, file: bundle.File) -> None:
        """Adds what else is said of it."""

    def _send(self, file: bundle.File) -> None:
        accepted = _accepted(self.request.headers.get("Accept-Encoding", ""))
        encoding = next((name for name in ("br", "gzip") if name in accepted and name in file.bodies), "")
        if encoding:
            self.set_header("Content-Encoding", encoding)
        self.finish(file.bodies[encoding])

    @public
    async def head(self) -> None:
        """As GET, without the body."""
        await self.get()


def _accepted(encodings: str) -> set[str]:
    """The names in an Accept-Encoding header; a weight of zero is a refusal."""
    parts = (part.partition(";") for part in encodings.lower().split(","))
    return {name.strip() for name, _, weight in parts if not re.fullmatch(r"\s*q=0(\.0*)?\s*", weight)}
