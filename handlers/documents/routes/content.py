"""GET and PUT /api/documents/:id/content; GET /api/documents/export."""

from __future__ import annotations

import asyncio
import contextlib

from tornado.iostream import StreamClosedError

from handlers.documents import attachments, content, errors, exporting, shapes
from handlers.documents.content import FORMATS, Converting
from handlers.documents.routes.handler import DocumentHandler, role_of
from handlers.documents.store import attachments as store
from server.documents.model import Place
from server.errors import overloaded, unsupported_media_type
from server.http.access import answers
from server.http.guards import signed_in
from server.live.live import Gone, Live
from server.model import SignedIn
from server.protocol import bodies, schemas
from server.protocol.rules import one_of

LARGEST = 4 * 1024 * 1024
_TAKEN = ("text/markdown", "text/plain")
_TEXTS = tuple(each.media_type for name, each in FORMATS.items() if name != "json")
_FORM, _FLAG = one_of(*FORMATS), one_of("true", "false")
_QUERY = schemas.members({}, {"format": schemas.of(_FORM), "download": schemas.of(_FLAG)})
WRITE_SECONDS = 4.0


class ContentQuery(bodies.Body):
    """In which form, and whether as a file."""

    format: str | None = bodies.optional(_FORM)
    download: str | None = bodies.optional(_FLAG)


class DocumentContent(DocumentHandler):
    """What a document says."""

    # The body is the text itself.
    reads_body = False
    max_body = LARGEST

    @signed_in(authoritative=True)
    @answers(schemas.members({"type": schemas.always("doc")}), texts=_TEXTS, query=_QUERY, refused=(400,))
    async def get(self, who: SignedIn, document_id: str) -> None:
        """Answers the text as the editor has it, or as `format` says; with `download` as a file, of HTML a whole page. S40."""
        query = bodies.read(ContentQuery, self.query, "query")
        form, is_file = FORMATS[query.format or "json"], query.download == "true"
        seen = await self.see(self.services.db, who.user, document_id)
        updates = await content.changes(self.services.db, document_id)
        origin, place = self.services.config.origin, self._place_of(document_id)

        def written() -> bytes:
            said = form.place(content.document_of(updates), place)
            return form.file(said, seen.title, origin) if is_file else form.write(said)

        found = await self.services.of(Converting).run(who.user.id, written)
        if is_file:
            self.download(content.file_name(seen.title, form.ending))
        self.set_header("Content-Type", form.media_type)
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.finish(found)

    @signed_in(authoritative=True)
    @answers(shapes.DOCUMENT, media_types=_TAKEN, refused=(415,))
    async def put(self, who: SignedIn, document_id: str) -> None:
        """Answers the document once it says what the body does, which is Markdown: an edit, which leaves what is as it was."""
        if self.first_header("Content-Type").split(";")[0].strip().lower() not in _TAKEN:
            raise unsupported_media_type(self.first_header("Content-Type"), _TAKEN)
        seen = await self.see(self.services.db, who.user, document_id)
        if seen.deleted_at:
            raise errors.document_in_trash()
        if not role_of(seen).may_write:
            raise errors.not_allowed()
        markdown = self.request.body.decode("utf-8", "replace")
        converting = self.services.of(Converting)
        known = attachments.described(await store.list_of(self.services.db, document_id))
        place = self._place_of(document_id)
        work = await converting.run(who.user.id, lambda: content.edited(markdown, place, known))
        async with converting.turn(who.user.id):
            await self._write(who, document_id, work)
        await self.answer_document(who.user, document_id)

    def _place_of(self, document_id: str) -> Place:
        return Place(self.services.config.origin, document_id)

    async def _write(self, who: SignedIn, document_id: str, work: content.Work) -> None:
        """Together with those who have it open, wherever."""
        live = self.services.of(Live)
        if live.journal.full or live.journal.stalled:
            raise overloaded()
        try:
            async with asyncio.timeout(WRITE_SECONDS):
                await live.change(document_id, who.user.id, work)
        except Gone:
            raise errors.document_not_found() from None
        except TimeoutError:  # it is written as soon as it can be
            raise overloaded() from None


class ExportDocuments(DocumentHandler):
    """All that the caller has."""

    # One after the other, however many.
    database_seconds = 60.0

    @signed_in(authoritative=True)
    @answers(schemas.STRING, media_type="application/zip")
    async def get(self, who: SignedIn) -> None:
        """Answers a zip of the caller's own documents as Markdown, their files beside them, with a folder for each folder."""
        pieces = exporting.pack(self.services, who.user.id)
        first = await anext(pieces)
        self.download("documents.zip")
        self.set_header("Content-Type", "application/zip")
        with contextlib.suppress(StreamClosedError):  # who has hung up wants no more of it
            self.write(first)
            async for piece in pieces:
                self.write(piece)
                await self.flush()
            self.finish()
