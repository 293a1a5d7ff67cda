"""Rows as the API answers them, and what that is as JSON Schema."""

from __future__ import annotations

from datetime import datetime

from handlers.documents.rows import Attachment, Found, Heir, Link, Member, Person, Seen, Sight
from server.documents import words
from server.documents.model import Folder, Role
from server.protocol import schemas, wire
from server.protocol.schemas import BOOLEAN, DATE, STRING, Schema, nullable
from server.protocol.wire import Json

_WHOLE: Schema = {"type": "integer"}
SUCCESS = schemas.members({"success": schemas.always(True)})
_ROLE: Schema = STRING | {"enum": [role.word for role in Role]}
_SHOWN = {"id": STRING, "name": STRING, "image": nullable(STRING)}
PERSON = schemas.members(_SHOWN)
_KNOWN = schemas.members(_SHOWN | {"email": nullable(STRING)})
_DOCUMENT: dict[str, Schema] = {
    "id": STRING,
    "title": STRING,
    "icon": nullable(STRING),
    "role": _ROLE,
    "owner": PERSON,
    "folderId": nullable(STRING),
    "shared": BOOLEAN,
    "createdAt": DATE,
    "updatedAt": DATE,
    "deletedAt": nullable(DATE),
}
DOCUMENT = schemas.members(_DOCUMENT)
FOLDER = schemas.members({"id": STRING, "name": STRING, "parentId": nullable(STRING)})
LIST = schemas.members(
    {
        "documents": schemas.array(DOCUMENT),
        "folders": schemas.array(FOLDER),
        "next": nullable(STRING),
    }
)
_SNIPPET = schemas.array(schemas.members({"text": STRING, "hit": BOOLEAN}))
SEARCH = schemas.members({"documents": schemas.array(schemas.members(_DOCUMENT | {"snippet": _SNIPPET}))})
_END = {"expiresAt": nullable(DATE)}
MEMBER = schemas.members(
    {"id": STRING, "person": nullable(_KNOWN), "email": nullable(STRING), "role": _ROLE, **_END, "byLink": BOOLEAN}
)  # fmt: skip
LINK = schemas.members({"id": STRING, "role": _ROLE, **_END, "createdAt": DATE})
NEW_LINK = schemas.members({"id": STRING, "url": STRING, "role": _ROLE, **_END})
ACCESS = schemas.members(
    {
        "owner": PERSON,
        "people": schemas.array(MEMBER),
        "links": schemas.array(LINK),
        "requests": schemas.array(schemas.members({"person": _KNOWN})),
    }
)
OWNED = schemas.members({"documents": _WHOLE, "shared": _WHOLE, "people": schemas.array(PERSON)})
HANDED_OVER = schemas.members({"documents": _WHOLE})

ATTACHMENT = schemas.members(
    {
        "id": STRING,
        "name": STRING,
        "type": STRING,
        "bytes": _WHOLE,
        "width": nullable(_WHOLE),
        "height": nullable(_WHOLE),
        "url": STRING,
    }
)


def document(seen: Seen | Sight | Found, role: Role) -> Json:
    """A document as somebody with this role sees it: only the owner knows the folder."""
    return {
        "id": seen.id,
        "title": seen.title,
        "icon": seen.icon,
        "role": role.word,
        "owner": owner(seen),
        "folderId": seen.folder_id if role is Role.OWNER else None,
        "shared": seen.shared,
        "createdAt": wire.date(seen.created_at),
        "updatedAt": wire.date(seen.updated_at),
        "deletedAt": end(seen.deleted_at),
    }


def owner(seen: Seen | Sight | Found) -> Json:
    """Whose it is."""
    return {"id": seen.owner_id, "name": seen.owner_name, "image": seen.owner_image}


def end(moment: datetime | None) -> str | None:
    """A time that there need not be."""
    return wire.date(moment) if moment else None


def folder(found: Folder) -> Json:
    """A folder of the caller's."""
    return {"id": found.id, "name": found.name, "parentId": found.parent_id}


def found(each: Found, wanted: list[str]) -> Json:
    """A document with what stands around the words that were looked for."""
    return document(each, Role(each.role or Role.READER)) | {"snippet": snippet(each.excerpt, wanted)}


def snippet(text: str, wanted: list[str]) -> list[Json]:
    """A text in parts, those that begin with a word that is wanted marked; all on one line."""
    parts: list[Json] = []
    for piece, word in words.pieces(" ".join(text.split())):
        hit = any(word.startswith(each) for each in wanted) if word else False
        if parts and parts[-1]["hit"] is hit:
            parts[-1]["text"] += piece
        else:
            parts.append({"text": piece, "hit": hit})
    return parts


def heir(each: Heir) -> Json:
    """Somebody by name alone."""
    return {"id": each.id, "name": each.name, "image": each.image}


def member(each: Member, in_full: bool) -> Json:
    """Somebody who has access; addresses, none of them unproven, are for those who may share."""
    person = None
    if each.user_id:
        address = each.address if in_full and each.proven else None
        person = {"id": each.user_id, "name": each.name, "image": each.image, "email": address}
    return {
        "id": each.id,
        "person": person,
        "email": each.invited if in_full else None,
        "role": each.role,
        "expiresAt": end(each.expires_at),
        "byLink": each.by_link,
    }


def link(each: Link) -> Json:
    """A link; its secret is known to nobody any more."""
    return {
        "id": each.id,
        "role": each.role,
        "expiresAt": end(each.expires_at),
        "createdAt": wire.date(each.created_at),
    }


def asking(each: Person) -> Json:
    """Somebody who asks for access."""
    address = each.address if each.proven else None
    return {"person": {"id": each.id, "name": each.name, "image": each.image, "email": address}}


def attachment(each: Attachment) -> Json:
    """A file or a picture, and where it is read."""
    return {
        "id": each.id,
        "name": each.name,
        "type": each.type,
        "bytes": each.bytes,
        "width": each.width,
        "height": each.height,
        "url": f"/api/documents/{each.document_id}/attachments/{each.id}",
    }
