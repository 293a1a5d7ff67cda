"""GET /open-api/generate-schema and /reference, and the files of that page."""

from __future__ import annotations

import hashlib
from importlib import resources

from tornado.web import HTTPError

import web
from handlers.open_api.document import Documents
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public
from server.http.handler import BaseHandler
from server.protocol import schemas

_FILES = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)


class GenerateOpenAPISchema(ApiHandler):
    """This document."""

    @public
    @answers({"type": "object"})
    async def get(self) -> None:
        """OpenAPI 3.1, of what this server has switched on."""
        self.answer(await self.services.of(Documents).of(self.application.features))


class OpenAPIReference(ApiHandler):
    """This document as a page for people."""

    @public
    @answers(schemas.STRING, media_type="text/html")
    async def get(self) -> None:
        """Needs nothing from elsewhere, and no script but to search. S33."""
        html = await self.services.of(Documents).page(self.application.features)
        self.set_header("Content-Type", "text/html")
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        self.finish(html)


class ReferenceFile(BaseHandler):
    """What the page is drawn with."""

    @public
    async def get(self, name: str) -> None:
        """The style and the script; asked for again each time, as their names stay."""
        if name not in _FILES:
            raise HTTPError(404)
        content = resources.files(web).joinpath("templates", "reference", name).read_bytes()
        self.set_header("Content-Type", _FILES[name])
        self.set_header("Cache-Control", "no-cache")
        self.set_header("ETag", f'"{hashlib.sha256(content).hexdigest()[:20]}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self.finish(content)
