"""GET and POST /api/documents/hand-over: all that is somebody's, before they delete their account, say."""

from __future__ import annotations

from handlers.documents import errors, mails, shapes
from handlers.documents.routes.access import TransferBody
from handlers.documents.routes.handler import DocumentHandler
from handlers.documents.store import grants, parting, titles
from server import clock
from server.database import Executor
from server.http.access import answers
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn, User
from server.store import users


class HandOverDocuments(DocumentHandler):
    """All that is the caller's, and who can have it."""

    @signed_in(authoritative=True)
    @answers(shapes.OWNED)
    async def get(self, who: SignedIn) -> None:
        """Answers how many `documents` the caller owns outside the trash, how many are `shared`, and up to 100 `people`."""
        db, now = self.services.db, clock.now()
        owned = await parting.count(db, who.user.id)
        people = await parting.list_heirs(db, who.user.id, now)
        told = [shapes.heir(each) for each in people]
        self.answer({"documents": owned.documents, "shared": owned.shared, "people": told})

    @signed_in_with(TransferBody, authoritative=True)
    @answers(shapes.HANDED_OVER)
    async def post(self, who: SignedIn, body: TransferBody) -> None:
        """Answers how many `documents` are somebody else's now, who had access to one; the caller may edit them. S40."""
        await mails.count(self.services, who.user)
        async with self.services.db.transaction() as tx:
            await parting.lock(tx, who.user.id)
            heir = await self._heir(tx, who.user, body.user_id)
            await parting.keep_access(tx, who.user.id, clock.now())
            number = await titles.hand_over_all(tx, who.user.id, heir.id)
            await grants.delete_of_owner(tx, heir.id)
            await self.record(tx, "document-transferred", user_id=who.user.id, to=heir.id, documents=number)
            url = f"{self.services.config.base_url}/documents"
            await mails.send(
                self.services, tx, mails.ALL_HANDED_OVER, heir.email, heir.name, who.user, "", url
            )
        self.answer({"documents": number})

    async def _heir(self, tx: Executor, owner: User, user_id: str) -> User:
        known = await parting.is_heir(tx, owner.id, user_id, clock.now())
        heir = await users.find(tx, user_id) if known else None
        if heir is None:
            raise errors.not_a_member()
        return heir
