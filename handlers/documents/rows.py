"""What lists have of documents, and who is shown with them."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

# After everything that there is.
LATEST = datetime(9999, 1, 1, tzinfo=UTC)


class Who(Struct, frozen=True):
    """Who asks, by id and by the address that is proven to be theirs, and when."""

    user_id: str
    email: str | None
    now: datetime


class Page(Struct, frozen=True):
    """Which part of a list: what is older than a moment and, of that moment, before an id."""

    limit: int
    moment: datetime = LATEST
    document_id: str = ""


class Seen(Struct, frozen=True):
    """A document as somebody sees it; `role` is theirs, None where they have none."""

    id: str
    title: str
    icon: str | None
    role: int | None
    owner_id: str
    owner_name: str
    owner_image: str | None
    folder_id: str | None
    shared: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None


class Sight(Seen, frozen=True):
    """The same of one document; `invited`: an invitation of their address is not theirs by name yet."""

    invited: bool


class Found(Seen, frozen=True):
    """The same of one that a search has found, with what stands around the first word."""

    excerpt: str


class Member(Struct, frozen=True):
    """Who has access, and by what; the address is that of an invitation, or a person's own."""

    id: str
    user_id: str | None
    name: str | None
    image: str | None
    address: str | None
    proven: bool
    invited: str | None
    role: str
    expires_at: datetime | None
    by_link: bool


class Link(Struct, frozen=True):
    """A way in for whoever has its secret."""

    id: str
    role: str
    expires_at: datetime | None
    created_at: datetime


class Owned(Struct, frozen=True):
    """What somebody owns, outside the trash."""

    documents: int
    shared: int


class Heir(Struct, frozen=True):
    """Somebody who could have it."""

    id: str
    name: str
    image: str | None


class Person(Struct, frozen=True):
    """Somebody who asks for access."""

    id: str
    name: str
    image: str | None
    address: str
    proven: bool


class Attachment(Struct, frozen=True):
    """A file or a picture of a document; a picture has a width and a height."""

    document_id: str
    id: str
    name: str
    type: str
    bytes: int
    width: int | None
    height: int | None
    digest: str
    user_id: str | None
    created_at: datetime

    @property
    def is_picture(self) -> bool:
        """Whether it was drawn here, so that a browser may show it."""
        return self.width is not None
