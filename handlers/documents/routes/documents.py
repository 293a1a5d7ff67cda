"""GET and POST /api/documents; GET, PATCH and DELETE /api/documents/:id; what is done with one."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from msgspec import structs

from handlers.documents import clearing, content, errors, rules, shapes, sharing
from handlers.documents.attachments import Attachments
from handlers.documents.content import Converting
from handlers.documents.routes.handler import DocumentHandler, role_of, who_is
from handlers.documents.rows import Page, Seen, Who
from handlers.documents.store import folders, lists, titles
from server import clock
from server.crypto.random import random_id
from server.database import Executor
from server.documents import document_store
from server.documents.indexing import index
from server.documents.model import SCHEMA, Document, Folder, Role
from server.http.access import answers
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn
from server.protocol import bodies, schemas
from server.protocol.rules import one_of, string

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,16})\.([A-Za-z0-9]{1,64})")


class ListQuery(bodies.Body):
    """Which list, whose folder, and where to go on."""

    list: str | None = bodies.optional(one_of("mine", "shared", "recent", "trash"))
    folder: str | None = bodies.optional(string)
    before: str | None = bodies.optional(string)


class NewDocumentBody(bodies.Body):
    """What a new document is called, and where it lies."""

    title: str | None = bodies.optional(rules.title)
    icon: str | None = bodies.optional(rules.icon)
    folder_id: str | None = bodies.optional(rules.nullable(string), "folderId")
    markdown: str | None = bodies.optional(string)


class ChangeDocumentBody(bodies.Body):
    """What becomes different; null takes an icon away, and a document out of its folder."""

    title: str | None = bodies.optional(rules.title)
    icon: str | None = bodies.optional(rules.icon)
    folder_id: str | None = bodies.optional(rules.nullable(string), "folderId")


def cursor_of(seen: Seen, of_trash: bool) -> str:
    """The place behind a document in its list."""
    moment = (seen.deleted_at if of_trash else None) or seen.updated_at
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}.{seen.id}"


def page_after(cursor: str | None) -> Page:
    """What is to be read for the page behind it, and one more; raises the 400."""
    if cursor is None:
        return Page(PAGE + 1)
    found = _CURSOR.fullmatch(cursor)
    if not found:
        raise errors.cursor_not_valid()
    return Page(PAGE + 1, _EPOCH + timedelta(microseconds=int(found[1])), found[2])


async def owned_folder(db: Executor, owner_id: str, folder_id: str | None) -> str | None:
    """The id of a folder that is somebody's, or of none; raises the 404."""
    if folder_id is not None and await folders.find(db, owner_id, folder_id) is None:
        raise errors.folder_not_found()
    return folder_id


class DocumentList(DocumentHandler):
    """Documents that are the caller's, or that they have access to."""

    query_type = ListQuery
    # A text as long as one may be, and the rest.
    max_body = 5 * 1024 * 1024

    @signed_in(authoritative=True)
    @answers(shapes.LIST)
    async def get(self, who: SignedIn) -> None:
        """Answers `{documents, folders, next}`, the newest change first; `next` is what to give as `before`, or null.

        `folders` are all of the caller's, where the list is `mine`, of which `folder` takes what lies in one, or with `root`
        in none. S40
        """
        query: ListQuery = self.read_query()
        page = page_after(query.before)
        found, known = await self.services.reads.exactly(
            lambda db: self._read(db, who_is(who.user), query, page)
        )
        shown, of_trash = found[:PAGE], query.list == "trash"
        self.answer(
            {
                "documents": [shapes.document(each, Role(each.role or Role.READER)) for each in shown],
                "folders": [shapes.folder(each) for each in known],
                "next": cursor_of(shown[-1], of_trash) if len(found) > PAGE else None,
            }
        )

    async def _read(
        self, db: Executor, who: Who, query: ListQuery, page: Page
    ) -> tuple[list[Seen], list[Folder]]:
        if query.list == "mine":
            in_folder = None if query.folder == "root" else query.folder
            found = await lists.list_mine(db, who, page, query.folder is None, in_folder)
            return found, await folders.list_of(db, who.user_id)
        if query.list == "shared":
            return await lists.list_shared(db, who, page), []
        if query.list == "trash":
            return await lists.list_trash(db, who, page), []
        return await lists.list_recent(db, who, page), []

    @signed_in_with(NewDocumentBody, authoritative=True)
    @answers(shapes.DOCUMENT)
    async def post(self, who: SignedIn, body: NewDocumentBody) -> None:
        """Answers the new document, which is the caller's, and says what `markdown` does, or nothing yet.

        Without a title it is called as its text begins.
        """
        begun = await self._begin(who, body.markdown)
        title = rules.one_line(begun.title if body.title is None else body.title)
        now = clock.now()
        made = Document(random_id(), who.user.id, None, title, body.icon or None, SCHEMA, now, now, None)
        async with self.services.db.transaction() as tx:
            folder_id = await owned_folder(tx, who.user.id, body.folder_id)
            await document_store.insert(tx, structs.replace(made, folder_id=folder_id), begun.snapshot)
            if begun.text:
                await index(tx, made.id, begun.text)
        await self.answer_document(who.user, made.id)

    async def _begin(self, who: SignedIn, markdown: str | None) -> content.Begun:
        converting = self.services.of(Converting)
        return (
            await converting.run(who.user.id, lambda: content.begin(markdown))
            if markdown
            else content.begin(None)
        )


class DocumentItem(DocumentHandler):
    """One document, without its text."""

    @signed_in(authoritative=True)
    @answers(shapes.DOCUMENT)
    async def get(self, who: SignedIn, document_id: str) -> None:
        """Answers the document, also from the trash where it is the caller's own. S40."""
        seen = await self.see(self.services.db, who.user, document_id)
        await self.claim(seen, who.user)
        self.answer(shapes.document(seen, role_of(seen)))

    @signed_in_with(ChangeDocumentBody, authoritative=True)
    @answers(shapes.DOCUMENT)
    async def patch(self, who: SignedIn, body: ChangeDocumentBody, document_id: str) -> None:
        """Answers the document with another title, icon or folder; the owner alone moves it. S40."""
        given = self.json_body if isinstance(self.json_body, dict) else {}
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.document.deleted_at:
                raise errors.document_in_trash()
            if not held.role.may_write:
                raise errors.not_allowed()
            if "folderId" in given:
                if held.role is not Role.OWNER:
                    raise errors.not_the_owner()
                await titles.move(
                    held.tx, document_id, await owned_folder(held.tx, who.user.id, body.folder_id)
                )
            if given.keys() & {"title", "icon"}:
                title = held.document.title if body.title is None else rules.one_line(body.title)
                icon = (body.icon or None) if "icon" in given else held.document.icon
                await titles.rename(held.tx, document_id, title, icon, clock.now())
        await self.answer_document(who.user, document_id)

    @signed_in(authoritative=True)
    @answers(shapes.SUCCESS, query=schemas.members({}, {"forever": schemas.BOOLEAN}))
    async def delete(self, who: SignedIn, document_id: str) -> None:
        """Answers `{success: true}`: it is in the trash; with `forever=true` it is gone from there for good. S40."""
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.role is not Role.OWNER:
                raise errors.not_the_owner()
            if self.query.get("forever") != "true":
                await titles.throw_away(held.tx, document_id, clock.now())
            elif await titles.delete(held.tx, document_id):
                await self.record(
                    held.tx, "document-deleted", by=who.user.id, user_id=who.user.id, document=document_id
                )
            else:
                raise errors.document_not_in_trash()
        if self.query.get("forever") == "true":
            await clearing.clear(self.services, [document_id])
        self.answer({"success": True})


class RestoreDocument(DocumentHandler):
    """Takes a document back from the trash."""

    @signed_in(authoritative=True)
    @answers(shapes.DOCUMENT)
    async def post(self, who: SignedIn, document_id: str) -> None:
        """Answers the document; to its owner alone. S40."""
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.role is not Role.OWNER:
                raise errors.not_the_owner()
            await titles.take_back(held.tx, document_id)
        await self.answer_document(who.user, document_id)


class DuplicateDocument(DocumentHandler):
    """Copies a document."""

    @signed_in(authoritative=True)
    @answers(shapes.DOCUMENT)
    async def post(self, who: SignedIn, document_id: str) -> None:
        """Answers the copy, which is the caller's, whoever has the original, and is shared with nobody."""
        now = clock.now()
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.document.deleted_at:
                raise errors.document_in_trash()
            copy = structs.replace(
                held.document,
                id=random_id(),
                owner_id=who.user.id,
                folder_id=held.document.folder_id if held.role is Role.OWNER else None,
                title=copied(held.document.title),
                created_at=now,
                updated_at=now,
            )
            updates = await content.changes(held.tx, document_id)
            await document_store.insert(held.tx, copy, await asyncio.to_thread(content.state_of, updates))
            await document_store.copy_text(held.tx, document_id, copy.id)
            await self.services.of(Attachments).copy(held.tx, document_id, copy.id)
        await self.answer_document(who.user, copy.id)


def copied(title: str) -> str:
    """What a copy is called, in any language."""
    return f"{title[: rules.LONGEST_TITLE - 4]} (2)" if title else ""
