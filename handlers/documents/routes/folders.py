"""POST /api/folders; PATCH and DELETE /api/folders/:id."""

from __future__ import annotations

from msgspec import structs

from handlers.documents import errors, rules, shapes
from handlers.documents.routes.handler import DocumentHandler
from handlers.documents.store import folders
from server import clock
from server.crypto.random import random_id
from server.database import Executor
from server.documents.model import Folder
from server.http.access import answers
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn
from server.protocol import bodies
from server.protocol.rules import string
from server.store import users

MOST_FOLDERS = 500


class NewFolderBody(bodies.Body):
    """What it is called, and in which other one it lies."""

    name: str = bodies.required(rules.folder_name)
    parent_id: str | None = bodies.optional(rules.nullable(string), "parentId")


class ChangeFolderBody(bodies.Body):
    """What becomes different; null takes a folder out of the other one."""

    name: str | None = bodies.optional(rules.folder_name)
    parent_id: str | None = bodies.optional(rules.nullable(string), "parentId")


async def _found(db: Executor, owner_id: str, folder_id: str) -> Folder:
    found = await folders.find(db, owner_id, folder_id)
    if found is None:
        raise errors.folder_not_found()
    return found


class FolderList(DocumentHandler):
    """The caller's folders; who has access to a document does not see in which one it lies."""

    @signed_in_with(NewFolderBody, authoritative=True)
    @answers(shapes.FOLDER)
    async def post(self, who: SignedIn, body: NewFolderBody) -> None:
        """Answers the new folder."""
        made = Folder(random_id(), who.user.id, body.parent_id, rules.one_line(body.name))
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)
            if len(await folders.list_of(tx, who.user.id)) >= MOST_FOLDERS:
                raise errors.too_many_folders()
            if body.parent_id is not None:
                await _found(tx, who.user.id, body.parent_id)
            await folders.insert(tx, made)
        self.answer(shapes.folder(made))


class FolderItem(DocumentHandler):
    """One of the caller's folders."""

    @signed_in_with(ChangeFolderBody, authoritative=True)
    @answers(shapes.FOLDER)
    async def patch(self, who: SignedIn, body: ChangeFolderBody, folder_id: str) -> None:
        """Answers the folder with another name, or in another one. S40."""
        given = self.json_body if isinstance(self.json_body, dict) else {}
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)  # or two folders could be put into each other
            found = await _found(tx, who.user.id, folder_id)
            parent_id = body.parent_id if "parentId" in given else found.parent_id
            if parent_id is not None and parent_id != found.parent_id:
                await _found(tx, who.user.id, parent_id)
                if await folders.is_within(tx, parent_id, folder_id):
                    raise errors.folder_in_itself()
            name = found.name if body.name is None else rules.one_line(body.name)
            changed = structs.replace(found, name=name, parent_id=parent_id)
            await folders.update(tx, changed)
        self.answer(shapes.folder(changed))

    @signed_in(authoritative=True)
    @answers(shapes.SUCCESS)
    async def delete(self, who: SignedIn, folder_id: str) -> None:
        """Answers `{success: true}`: the folders in it are gone, too, and the documents in the trash. S40."""
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)
            await _found(tx, who.user.id, folder_id)
            await folders.delete(tx, who.user.id, folder_id, clock.now())
        self.answer({"success": True})
