"""The types of the domain, without SQL and without HTTP; times are in UTC with milliseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class User:
    """A person."""

    id: str
    name: str
    email: str
    email_verified: bool
    image: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser."""

    id: str
    expires_at: datetime
    token: str
    created_at: datetime
    updated_at: datetime
    ip_address: str | None
    user_agent: str | None
    user_id: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and the user it belongs to."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class CachedSession(Session):
    """A session as a browser brought it back: `members` are what is printed, those included that we do not know."""

    members: Json = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CachedUser(User):
    """A user as a browser brought it back; `members` as for CachedSession."""

    members: Json = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks, as it is written down in the session."""

    ip_address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class Account:
    """One way for a user to sign in; neither tokens nor the hash; `scope` has commas between."""

    id: str
    account_id: str
    provider_id: str
    user_id: str
    scope: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """A user's password account; `password` is the stored hash, or None."""

    account_id: str
    user_id: str
    password: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """One value under an identifier."""

    id: str
    identifier: str
    value: str
    expires_at: datetime
    created_at: datetime
