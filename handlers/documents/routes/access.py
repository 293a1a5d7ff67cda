"""Who else has access: /api/documents/:id/access and below it, leaving, handing over, joining."""

from __future__ import annotations

from datetime import datetime

from handlers.documents import errors, mails, rules, shapes, sharing
from handlers.documents.routes.handler import DocumentHandler, role_of
from handlers.documents.rows import Sight
from handlers.documents.sharing import Held, Terms
from handlers.documents.store import grants
from server import clock
from server.crypto.random import random_id
from server.database import Executor
from server.documents import access, document_store
from server.documents.model import Document, Grant, Role
from server.http.access import answers
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn, User
from server.protocol import bodies
from server.protocol.rules import boolean, email, string
from server.protocol.wire import Json
from server.store import users


class ShareBody(bodies.Body):
    """With whom: an address, somebody who has asked, or whoever has a link; as what, and until when."""

    role: str = bodies.required(rules.role)
    email: str | None = bodies.optional(email)
    user_id: str | None = bodies.optional(string, "userId")
    link: bool | None = bodies.optional(boolean)
    expires_at: str | None = bodies.optional(rules.nullable(rules.moment), "expiresAt")


class ChangeGrantBody(bodies.Body):
    """What becomes different; null takes an end away."""

    role: str | None = bodies.optional(rules.role)
    expires_at: str | None = bodies.optional(rules.nullable(rules.moment), "expiresAt")


class TransferBody(bodies.Body):
    """Who is to be the owner."""

    user_id: str = bodies.required(string, "userId")


class JoinBody(bodies.Body):
    """The secret of a link, or of an invitation's mail."""

    token: str = bodies.required(string)


def ends(text: str | None) -> datetime | None:
    """When an access is over; raises the 400 where it is by now."""
    moment = rules.read_moment(text) if text else None
    if moment and moment <= clock.now():
        raise errors.already_ended()
    return moment


def to_share(held: Held) -> None:
    """Raises the refusal for who may not give access, or not to what is in the trash."""
    if held.document.deleted_at:
        raise errors.document_in_trash()
    if not held.role.may_share:
        raise errors.not_allowed()


async def entry(tx: Executor, made: Grant) -> Json:
    """An access as the list has it."""
    listed = await grants.list_members(tx, made.document_id, clock.now())
    found = next((each for each in listed if made.id == each.id), None)
    if found is None:
        raise errors.access_not_found()
    return shapes.member(found, in_full=True)


class SharingHandler(DocumentHandler):
    """What changes who has access."""

    async def told(self, held: Held, who: SignedIn, event: str) -> None:
        """Writes it down: it is about the owner, whoever does it."""
        await self.record(
            held.tx, event, by=who.user.id, user_id=held.document.owner_id, document=held.document.id
        )


class DocumentAccess(SharingHandler):
    """Who has access to a document."""

    @signed_in(authoritative=True)
    @answers(shapes.ACCESS)
    async def get(self, who: SignedIn, document_id: str) -> None:
        """Answers owner and people to all who have access; addresses, links and requests to those who may share. S40."""
        self.answer(
            await self.services.reads.exactly(lambda db: self._read(db, who, document_id)),
        )

    async def _read(self, db: Executor, who: SignedIn, document_id: str) -> Json:
        seen: Sight = await self.see(db, who.user, document_id)
        in_full = role_of(seen).may_share
        people = await grants.list_members(db, document_id, clock.now())
        return {
            "owner": shapes.owner(seen),
            "people": [shapes.member(each, in_full) for each in people if each.user_id or in_full],
            "links": [shapes.link(each) for each in await grants.list_links(db, document_id)]
            if in_full
            else [],
            "requests": [shapes.asking(each) for each in await grants.list_requests(db, document_id)]
            if in_full
            else [],
        }

    @signed_in_with(ShareBody, authoritative=True)
    @answers({"anyOf": [shapes.MEMBER, shapes.NEW_LINK]})
    async def post(self, who: SignedIn, body: ShareBody, document_id: str) -> None:
        """Answers the access. Who was invited is told by mail; the `url` of a link is shown now, and never again. S40."""
        terms = Terms(body.role, ends(body.expires_at))
        if body.link:
            self.answer(await self._make_link(who, document_id, terms))
            return
        if not (body.email or body.user_id):
            raise errors.nobody_named()
        await mails.count(self.services, who.user)
        async with sharing.holding(self.services, document_id, who.user) as held:
            to_share(held)
            made = await self._admit(held, who, body, terms)
            await self.told(held, who, "document-shared")
            answer = await entry(held.tx, made)
        self.answer(answer)

    async def _admit(self, held: Held, who: SignedIn, body: ShareBody, terms: Terms) -> Grant:
        if body.user_id:
            return await sharing.admit(self.services, held, who.user, body.user_id, terms)
        address = str(body.email).lower()
        owner = await users.find(held.tx, held.document.owner_id)
        if owner and access.address_of(owner) == address:
            raise errors.is_the_owner()
        return await sharing.invite(self.services, held, who.user, address, terms)

    async def _make_link(self, who: SignedIn, document_id: str, terms: Terms) -> Json:
        token, made = random_id(), sharing.grant(document_id, terms)
        async with sharing.holding(self.services, document_id, who.user) as held:
            to_share(held)
            if len(await grants.list_links(held.tx, document_id)) >= sharing.MOST_LINKS:
                raise errors.too_many_members()
            await grants.insert(held.tx, made, who.user.id, sharing.digest(token))
            await self.told(held, who, "document-shared")
        url = f"{self.services.config.base_url}/documents/join#{token}"
        return {"id": made.id, "url": url, "role": made.role, "expiresAt": shapes.end(made.expires_at)}


class DocumentGrant(SharingHandler):
    """One access to a document: somebody's, an invitation, or a link."""

    @signed_in_with(ChangeGrantBody, authoritative=True)
    @answers({"anyOf": [shapes.MEMBER, shapes.LINK]})
    async def patch(self, who: SignedIn, body: ChangeGrantBody, document_id: str, access_id: str) -> None:
        """Answers the access with another role or end; who came by a link has one of their own then. S40."""
        given = self.json_body if isinstance(self.json_body, dict) else {}
        until = ends(body.expires_at) if "expiresAt" in given else ...
        async with sharing.holding(self.services, document_id, who.user) as held:
            to_share(held)
            made = await sharing.change(held.tx, document_id, access_id, body.role, until)
            await self.told(held, who, "document-shared")
            links = await grants.list_links(held.tx, document_id)
            link = next((shapes.link(each) for each in links if each.id == made.id), None)
            answer = link or await entry(held.tx, made)
        self.answer(answer)

    @signed_in(authoritative=True)
    @answers(shapes.SUCCESS)
    async def delete(self, who: SignedIn, document_id: str, access_id: str) -> None:
        """Answers `{success: true}`: it is taken away, from a link with all who came by it.

        With the id of somebody who asks for access, their request is. S40.
        """
        async with sharing.holding(self.services, document_id, who.user) as held:
            if not held.role.may_share:
                raise errors.not_allowed()
            if await sharing.revoke(held.tx, document_id, access_id):
                await self.told(held, who, "document-unshared")
        self.answer({"success": True})


class DocumentAccessRequest(DocumentHandler):
    """Asks for access to a document."""

    @signed_in(authoritative=True)
    @answers(shapes.SUCCESS)
    async def post(self, who: SignedIn, document_id: str) -> None:
        """Answers `{success: true}`: the owner is told by mail, once a day; nothing is done for who has access."""
        db = self.services.db
        document = await access.find(db, document_id)
        if document is None:
            raise errors.document_not_found()
        if await access.role_of(db, document_id, who.user) is None:
            if document.deleted_at:
                raise errors.document_in_trash()
            await mails.count(self.services, who.user)
            await sharing.ask(self.services, document, who.user)
        self.answer({"success": True})


class LeaveDocument(SharingHandler):
    """Lets go of a document of somebody else's."""

    @signed_in(authoritative=True)
    @answers(shapes.SUCCESS)
    async def post(self, who: SignedIn, document_id: str) -> None:
        """Answers `{success: true}`: the caller has no access any more. The owner cannot leave."""
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.role is Role.OWNER:
                raise errors.owner_cannot_leave()
            address = access.address_of(who.user)
            await grants.delete_of_person(held.tx, document_id, who.user.id, address)
            await self.told(held, who, "document-unshared")
        self.answer({"success": True})


class TransferDocument(SharingHandler):
    """Hands a document over."""

    @signed_in_with(TransferBody, authoritative=True)
    @answers(shapes.DOCUMENT)
    async def post(self, who: SignedIn, body: TransferBody, document_id: str) -> None:
        """Answers the document, which belongs to somebody who had access, and who is told; the caller may edit it. S40."""
        await mails.count(self.services, who.user)
        async with sharing.holding(self.services, document_id, who.user) as held:
            if held.role is not Role.OWNER:
                raise errors.not_the_owner()
            if held.document.deleted_at:
                raise errors.document_in_trash()
            heir = await self._heir(held, body.user_id)
            await sharing.hand_over(self.services, held, who.user, heir)
            await self.told(held, who, "document-transferred")
        await self.answer_document(who.user, document_id)

    async def _heir(self, held: Held, user_id: str) -> User:
        listed = await grants.list_members(held.tx, held.document.id, clock.now())
        known = any(each.user_id == user_id for each in listed)
        heir = await users.find(held.tx, user_id) if known else None
        if heir is None or await access.role_of(held.tx, held.document.id, heir) in (None, Role.OWNER):
            raise errors.not_a_member()
        return heir


class JoinDocument(DocumentHandler):
    """Comes in by a link, or by an invitation's mail."""

    @signed_in_with(JoinBody, authoritative=True)
    @answers(shapes.DOCUMENT)
    async def post(self, who: SignedIn, body: JoinBody) -> None:
        """Answers the document; an invitation lets in one person, by whichever address. S18."""
        token_hash = sharing.digest(body.token)
        found = await grants.find_by_token(self.services.db, token_hash, clock.now())
        if found is None:
            self.audit_failure("document-link-refused", user_id=who.user.id)
            raise errors.link_not_valid()
        async with self.services.db.transaction() as tx:
            document = await document_store.lock(tx, found.document_id)
            await self._enter(tx, document, who, token_hash)
        await self.answer_document(who.user, found.document_id)

    async def _enter(self, tx: Executor, document: Document | None, who: SignedIn, token_hash: str) -> None:
        """As it is now that nobody else changes it."""
        found = await grants.find_by_token(tx, token_hash, clock.now())
        if document is None or found is None:
            raise errors.link_not_valid()
        if document.owner_id != who.user.id:
            if document.deleted_at:
                raise errors.document_in_trash()
            await sharing.join(tx, document, found, who.user)
