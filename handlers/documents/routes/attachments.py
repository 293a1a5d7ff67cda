"""POST /api/documents/:id/attachments; GET /api/documents/:id/attachments/:attachment."""

from __future__ import annotations

import asyncio
from typing import IO

from handlers.documents import attachments, errors, shapes, sharing
from handlers.documents.attachments import FILE, LARGEST_FILE, PICTURE, Attachments
from handlers.documents.routes.handler import DocumentHandler, role_of
from handlers.documents.rows import Attachment
from handlers.documents.store import attachments as store
from server.errors import APIError
from server.http.access import answers
from server.http.guards import signed_in
from server.http.streaming import StreamedHandler
from server.model import SignedIn
from server.protocol import bodies, schemas
from server.protocol.rules import string

_NAME = schemas.members({"name": schemas.STRING | {"minLength": 1, "maxLength": attachments.LONGEST_NAME}})


class AttachQuery(bodies.Body):
    """What the file is called."""

    name: str = bodies.required(string)


class AttachmentList(DocumentHandler, StreamedHandler):
    """The files and pictures of a document."""

    max_body = LARGEST_FILE

    @classmethod
    def too_large(cls, most: int) -> APIError:
        """Of a file; a picture may be less."""
        return errors.attachment_too_large("25 MB")

    @signed_in(authoritative=True)
    @answers(shapes.ATTACHMENT, query=_NAME, media_types=("*/*",), refused=(400, 413, 415, 507))
    async def post(self, who: SignedIn, document_id: str) -> None:
        """Answers the new attachment, whose file is the body: a picture as it is drawn anew, or the file as it is. S33 S40."""
        name = attachments.clean_name(bodies.read(AttachQuery, self.query, "query").name)
        seen = await self.see(self.services.db, who.user, document_id)
        if seen.deleted_at:
            raise errors.document_in_trash()
        if not role_of(seen).may_write:
            raise errors.not_allowed()
        await attachments.check_room(self.services.db, document_id, 0)
        kept = self.services.of(Attachments)
        async with (
            kept.receiving(document_id, who.user.id, aiter(self.pieces)) as received,
            sharing.holding(self.services, document_id, who.user) as held,
        ):
            if held.document.deleted_at:
                raise errors.document_in_trash()
            if not held.role.may_write:
                raise errors.not_allowed()
            made = await kept.keep(held.tx, received, document_id, name, who.user.id)
        self.answer(shapes.attachment(made))


class AttachmentItem(DocumentHandler):
    """One file or picture."""

    def set_default_headers(self) -> None:
        """Whatever is in it, it is no page of this origin's, and nobody else's."""
        super().set_default_headers()
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")

    @signed_in(authoritative=True)
    @answers(schemas.STRING, media_type=FILE, texts=(PICTURE,), also={304: None})
    async def get(self, who: SignedIn, document_id: str, attachment_id: str) -> None:
        """Answers a picture to be shown, or a file to be stored; who may read the document is asked each time. S33 S40."""
        await self.see(self.services.db, who.user, document_id)
        found = await store.find(self.services.db, document_id, attachment_id)
        if found is None:
            raise errors.attachment_not_found()
        self._describe(found)
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        with await asyncio.to_thread(self.services.of(Attachments).open, found) as file:
            await self._send(file, found.bytes)

    def _describe(self, found: Attachment) -> None:
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Etag", f'"{found.digest}"')
        self.set_header("Content-Type", PICTURE if found.is_picture else FILE)
        if not found.is_picture:
            self.download(found.name)

    async def _send(self, file: IO[bytes], size: int) -> None:
        self.set_header("Content-Length", str(size))
        await self.stream(file)
