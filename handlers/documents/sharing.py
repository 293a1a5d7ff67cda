"""Who gets in, and by what: invitations, links, requests. Each with the document held, so that one of several wins."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from msgspec import Struct, structs

from handlers.documents import errors, mails
from handlers.documents.store import grants, titles
from server import clock
from server.crypto.random import random_id
from server.database import Executor
from server.documents import access, document_store
from server.documents.model import Document, Grant, Role
from server.model import User
from server.services import Services
from server.store import users

MOST_MEMBERS, MOST_LINKS = 500, 20
DAY_SECONDS = 86400


class Terms(Struct, frozen=True):
    """What an access is to be: which role, until when."""

    role: str
    expires_at: datetime | None


class Held(Struct, frozen=True):
    """A document that nobody else changes now, and what the one who asks is to it."""

    tx: Executor
    document: Document
    role: Role


@asynccontextmanager
async def holding(services: Services, document_id: str, user: User) -> AsyncIterator[Held]:
    """A transaction with the document; raises what its reader gets who may not, or not now."""
    async with services.db.transaction() as tx:
        document = await document_store.lock(tx, document_id)
        if document is None:
            raise errors.document_not_found()
        role = await access.role_of(tx, document_id, user)
        if role is None:
            raise errors.document_no_access()
        if document.deleted_at and role is not Role.OWNER:
            raise errors.document_in_trash()
        yield Held(tx, document, role)


def digest(token: str) -> str:
    """What is kept of a secret that lets somebody in."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def grant(document_id: str, terms: Terms, user_id: str | None = None, email: str | None = None) -> Grant:
    """A new access; with neither a person nor an address, a link."""
    return Grant(random_id(), document_id, user_id, email, None, terms.role, terms.expires_at, clock.now())


async def invite(services: Services, held: Held, by: User, email: str, terms: Terms) -> Grant:
    """Gives an address access and has it told so, or changes what it has; it shows nobody whose it is."""
    tx, document = held.tx, held.document
    found = await grants.find_of_address(tx, document.id, email)
    await grants.forget_request(tx, document.id, "", email)
    if found:
        changed = structs.replace(found, role=terms.role, expires_at=terms.expires_at)
        await grants.update(tx, changed)
        return changed
    await _check_room(tx, document.id)
    token, made = random_id(), grant(document.id, terms, email=email)
    await grants.insert(tx, made, by.id, digest(token))
    url = f"{services.config.base_url}/documents/join#{token}"
    await mails.send(services, tx, mails.SHARED, email, "", by, document.title, url)
    return made


async def _check_room(tx: Executor, document_id: str) -> None:
    if len(await grants.list_members(tx, document_id, clock.now())) >= MOST_MEMBERS:
        raise errors.too_many_members()


async def admit(services: Services, held: Held, by: User, user_id: str, terms: Terms) -> Grant:
    """Gives somebody access who has asked for it, and has them told so."""
    tx, document = held.tx, held.document
    person = await grants.find_request(tx, document.id, user_id)
    if person is None:
        raise errors.access_not_found()
    made = await give(tx, document.id, by, person.id, terms)
    await grants.forget_request(tx, document.id, person.id, None)
    url = f"{services.config.base_url}/documents/{document.id}"
    await mails.send(services, tx, mails.GRANTED, person.address, person.name, by, document.title, url)
    return made


async def give(tx: Executor, document_id: str, by: User, user_id: str, terms: Terms) -> Grant:
    """An access of somebody's own, in place of what they have."""
    await grants.delete_of_person(tx, document_id, user_id, None)
    made = grant(document_id, terms, user_id)
    await grants.insert(tx, made, by.id)
    return made


async def change(tx: Executor, document_id: str, access_id: str, role: str | None, until: object) -> Grant:
    """Another role, another end; who came by a link has an access of their own from now on.

    `until` is a moment, None for no end, or anything else for the end that there is.
    """
    found = await grants.find(tx, document_id, access_id)
    if found is None:
        raise errors.access_not_found()
    link = await grants.find(tx, document_id, found.link_id) if found.link_id else None
    kept = link.expires_at if link else found.expires_at
    ends = until if until is None or isinstance(until, datetime) else kept
    is_role = role or (link.role if link else found.role)
    changed = structs.replace(found, role=is_role, expires_at=ends, link_id=None)
    if found.user_id:
        for other in await grants.list_of_person(tx, document_id, found.user_id):
            if other.id != found.id:
                await grants.delete(tx, document_id, other.id)
    await grants.update(tx, changed)
    return changed


async def revoke(tx: Executor, document_id: str, access_id: str) -> bool:
    """Takes away a link, an invitation, or all that a person has; False where it was a request, by the id of who asks."""
    found = await grants.find(tx, document_id, access_id)
    if found is None:
        if not await grants.forget_request(tx, document_id, access_id, None):
            raise errors.access_not_found()
    elif found.user_id:
        await grants.delete_of_person(tx, document_id, found.user_id, None)
    else:
        await grants.delete(tx, document_id, access_id)
    return found is not None


async def join(tx: Executor, document: Document, found: Grant, user: User) -> None:
    """Lets somebody in who has the secret; an invitation lets in one."""
    mine = await grants.list_of_person(tx, document.id, user.id)
    if found.is_link:
        if all(each.link_id != found.id for each in mine):
            await _check_room(tx, document.id)
            made = structs.replace(grant(document.id, Terms(found.role, None), user.id), link_id=found.id)
            await grants.insert(tx, made, user.id)
    elif found.user_id is None:
        await grants.update(tx, structs.replace(found, user_id=user.id, email=None))
    elif found.user_id != user.id:
        raise errors.link_not_valid()
    await grants.forget_request(tx, document.id, user.id, None)


async def hand_over(services: Services, held: Held, owner: User, heir: User) -> None:
    """Makes it somebody's who has access; who had it may still write in it."""
    tx, document = held.tx, held.document
    await titles.hand_over(tx, document.id, heir.id)
    await grants.delete_of_person(tx, document.id, heir.id, access.address_of(heir))
    await give(tx, document.id, owner, owner.id, Terms(Role.EDITOR.word, None))
    url = f"{services.config.base_url}/documents/{document.id}"
    await mails.send(services, tx, mails.HANDED_OVER, heir.email, heir.name, owner, document.title, url)


async def ask(services: Services, document: Document, user: User) -> None:
    """Asks the owner for access, by a mail, once a day."""
    now = clock.now()
    async with services.db.transaction() as tx:
        since = clock.after(-DAY_SECONDS)
        if not await grants.request(tx, document.id, user.id, now, since):
            return
        owner = await _owner_of(tx, document)
        url = f"{services.config.base_url}/documents/{document.id}"
        await mails.send(services, tx, mails.REQUESTED, owner.email, owner.name, user, document.title, url)


async def _owner_of(tx: Executor, document: Document) -> User:
    found = await users.find(tx, document.owner_id)
    if found is None:
        raise errors.document_not_found()
    return found
