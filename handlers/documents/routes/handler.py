"""What the endpoints of documents have in common."""

from __future__ import annotations

import asyncio
import contextlib
from typing import IO
from urllib.parse import quote

from tornado.iostream import StreamClosedError

from handlers.documents import errors, shapes
from handlers.documents.rows import Sight, Who
from handlers.documents.store import grants, lists
from server import clock
from server.database import Executor, WritesRefused
from server.documents import access
from server.documents.model import Role
from server.http.api import ApiHandler
from server.model import User

_PIECE = 1 << 18


def who_is(user: User) -> Who:
    """The caller as lists ask for them."""
    return Who(user.id, access.address_of(user), clock.now())


def role_of(seen: Sight) -> Role:
    """What a document is to the caller; raises the 403 where it is nothing to them."""
    if seen.role is None:
        raise errors.document_no_access()
    return Role(seen.role)


class DocumentHandler(ApiHandler):
    """An endpoint about one document, or about none yet."""

    async def begin(self) -> None:
        """Paths here name ids in their middle, too."""
        named = self.path_args
        await super().begin()
        self.path_args = named

    async def see(self, db: Executor, user: User, document_id: str) -> Sight:
        """The document as the caller sees it; raises the 404, the 403, or the 410 for what another has thrown away."""
        seen = await lists.see(db, who_is(user), document_id)
        if seen is None:
            raise errors.document_not_found()
        if role_of(seen) is not Role.OWNER and seen.deleted_at:
            raise errors.document_in_trash()
        return seen

    async def claim(self, seen: Sight, user: User) -> None:
        """Makes an invitation of the caller's address theirs, whatever address they have later; the next time, if not now."""
        address = access.address_of(user)
        if seen.invited and address:
            with contextlib.suppress(WritesRefused):
                async with self.services.db.transaction() as tx:
                    await grants.claim(tx, seen.id, user.id, address)
                    await grants.forget_request(tx, seen.id, user.id, None)

    async def answer_document(self, user: User, document_id: str) -> None:
        """The document as it is now."""
        seen = await self.see(self.services.db, user, document_id)
        self.answer(shapes.document(seen, role_of(seen)))

    def download(self, name: str) -> None:
        """Has a browser store the answer as a file, whatever is in it."""
        plain = "".join(each if " " <= each <= "~" and each not in '"\\%' else "_" for each in name)
        self.set_header(
            "Content-Disposition",
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}",
        )

    async def stream(self, file: IO[bytes]) -> None:
        """Answers what is in a file, as fast as it is taken."""
        with contextlib.suppress(StreamClosedError):  # who has hung up wants no more of it
            while piece := await asyncio.to_thread(file.read, _PIECE):
                self.write(piece)
                await self.flush()
            self.finish()
