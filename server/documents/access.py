"""Who may what with a document."""

from __future__ import annotations

from server import clock
from server.database import Executor
from server.documents import document_store as store
from server.documents.model import Document, Role
from server.model import User


def address_of(user: User) -> str | None:
    """Under which address somebody may have been invited: none before it is proven to be theirs."""
    return user.email.lower() if user.email_verified else None


async def role_of(db: Executor, document_id: str, user: User) -> Role | None:
    """The strongest of what somebody is by right, by an access, by their address and by links; None for a stranger.

    What is in the trash is there for its owner alone, which is asked elsewhere.
    """
    words = await store.list_roles(db, document_id, user.id, address_of(user), clock.now())
    return max((Role.of(word) for word in words), default=None)


async def find(db: Executor, document_id: str) -> Document | None:
    """The document with this id, in the trash or not."""
    return await store.find(db, document_id)
