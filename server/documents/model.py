"""The types of documents, without SQL and without HTTP."""

from __future__ import annotations

import re
from datetime import datetime
from enum import IntEnum
from typing import Self

from msgspec import Struct

# Which nodes a document may have: node types are only ever added, and each that is raises it.
SCHEMA = 1
# How a text names a file or a picture of its document.
ATTACHMENT = "attachment:"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Role(IntEnum):
    """What a person may do with a document; the greater may all that the smaller may."""

    READER = 1
    COMMENTER = 2
    EDITOR = 3
    OWNER = 4

    @property
    def word(self) -> str:
        """As it is stored, and answered."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Self:
        """The one of this word; raises KeyError."""
        return cls[word.upper()]

    @property
    def may_write(self) -> bool:
        """Whether the text and the title are theirs to change."""
        return self >= Role.EDITOR

    @property
    def may_share(self) -> bool:
        """Whether others get in, and out, by them."""
        return self >= Role.EDITOR


class Document(Struct, frozen=True):
    """A document without its content; one with `deleted_at` is in the trash."""

    id: str
    owner_id: str
    folder_id: str | None
    title: str
    icon: str | None
    schema: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class Folder(Struct, frozen=True):
    """Where its owner keeps documents; others do not see it."""

    id: str
    owner_id: str
    parent_id: str | None
    name: str


class Grant(Struct, frozen=True):
    """An access: of a person, of an address that was invited, or, with neither, of whoever has a link.

    Who came by a link has one with its `link_id`, whose role and end are the link's.
    """

    id: str
    document_id: str
    user_id: str | None
    email: str | None
    link_id: str | None
    role: str
    expires_at: datetime | None
    created_at: datetime

    @property
    def is_link(self) -> bool:
        """Whether it is nobody's, and somebody's who has the secret."""
        return self.user_id is None and self.email is None


class Place(Struct, frozen=True):
    """Where the attachments of a document are read: on this origin, below a path."""

    origin: str
    document_id: str

    @property
    def path(self) -> str:
        """What comes before an attachment's id."""
        return f"/api/documents/{self.document_id}/attachments/"

    def address(self, source: str) -> str:
        """Where it is read what a text names so."""
        return f"{self.origin}{self.path}{source.removeprefix(ATTACHMENT)}"

    def source(self, address: str) -> str | None:
        """How a text names what is read there; None for what is no attachment of this document."""
        path = address.removeprefix(self.origin)
        found = path.removeprefix(self.path)
        return f"{ATTACHMENT}{found}" if found != path and _ID.fullmatch(found) else None
