"""The types of the domain, without SQL and without HTTP; times are in UTC with milliseconds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct

Json = dict[str, Any]
NOTHING: Mapping[str, object] = MappingProxyType({})
NOTHING_WRITTEN: Mapping[str, str | None] = MappingProxyType({})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_CORE = {
    "user": {"id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt"},
    "session": {"id", "expiresAt", "token", "createdAt", "updatedAt", "ipAddress", "userAgent", "userId"},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a feature adds to a table; the words and what they mean are better-auth's additionalFields'.

    `name` is the column's and the JSON member's. `default`, a value or what makes one, is what a new row has;
    None is no default. `input`: a client may set it. `returned`: answers and `more` have it. `unique`: of those who have
    a value each has another, which is a text; a row with one that is taken is refused.
    """

    table: Literal["user", "session"]
    name: str
    type: Literal["string", "number", "boolean", "date", "json", "string[]", "number[]"] = "string"
    required: bool = False
    default: object | Callable[[], object] = field(default=None, hash=False)
    input: bool = True
    returned: bool = True
    unique: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name of a column: letters and digits, a letter first")
        if self.name in _CORE[self.table]:
            raise ValueError(f"the {self.table} has a column {self.name!r} of its own")

    def initial(self) -> object:
        """What a new row has where nobody says otherwise."""
        return self.default() if callable(self.default) else self.default


class Columns(Struct, frozen=True):
    """The declared columns, by table, in the order of the features."""

    user: tuple[Column, ...] = ()
    session: tuple[Column, ...] = ()

    def __iter__(self) -> Iterator[Column]:
        return iter((*self.user, *self.session))


NO_COLUMNS = Columns()

IdKind = Literal["text", "uuid", "integer", "bigint"]
Table = Literal["user", "session", "account", "verification", "rateLimit"]
TEXT_IDS: Mapping[Table, IdKind] = MappingProxyType(
    {"user": "text", "session": "text", "account": "text", "verification": "text", "rateLimit": "text"}
)
# Kinds of which the database makes the next one.
COUNTED = ("integer", "bigint")


@dataclass(frozen=True, slots=True)
class Shape:
    """How the tables of this database differ from those that we make; see server/schema/compare.py.

    `rules` are columns of better-auth's plugins in `user` that have a say in who may come in, and that no feature has
    declared, and "scimUser" where that table is here, which says it for the scim plugin. `reference` is the type of what
    refers to a user.
    """

    ids: Mapping[Table, IdKind] = field(default_factory=lambda: TEXT_IDS, hash=False)
    rules: frozenset[str] = frozenset()
    longest_user_agent: int | None = None
    reference: str = "text"


OUR_SHAPE = Shape()
# What can be looked up among ids of a kind, and one there that nobody has.
_IDS: Mapping[IdKind, tuple[re.Pattern[str], str]] = {
    "text": (re.compile(r".*", re.DOTALL), ""),
    "uuid": (
        re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        "00000000-0000-0000-0000-000000000000",
    ),
    "integer": (re.compile(r"[1-9][0-9]{0,8}"), "0"),
    "bigint": (re.compile(r"[1-9][0-9]{0,17}"), "0"),
}


def is_id(kind: IdKind, text: str) -> bool:
    """Whether a table with such ids can be asked for this one."""
    return bool(_IDS[kind][0].fullmatch(text))


def no_id(kind: IdKind) -> str:
    """An id that nobody has."""
    return _IDS[kind][1]


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

    @property
    def more(self) -> Mapping[str, object]:
        """What declared columns hold, by name."""
        return NOTHING


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

    @property
    def more(self) -> Mapping[str, object]:
        """What declared columns hold, by name."""
        return NOTHING


@dataclass(frozen=True, slots=True)
class ExtendedUser(User):
    """A person of whom features keep more; a class of its own, so that nobody else pays for the place."""

    more: Mapping[str, object] = field(default_factory=lambda: NOTHING, hash=False)


@dataclass(frozen=True, slots=True)
class ExtendedSession(Session):
    """A session of which features keep more."""

    more: Mapping[str, object] = field(default_factory=lambda: NOTHING, hash=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session and the user it belongs to."""

    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class CachedSession(ExtendedSession):
    """A session as a browser brought it back: `members` are what is printed, those included that we do not know."""

    members: Json = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class CachedUser(ExtendedUser):
    """A user as a browser brought it back; `members` as for CachedSession."""

    members: Json = field(default_factory=dict, compare=False, repr=False)


class Client(Struct, frozen=True):
    """Who asks, as it is written down in the session."""

    ip_address: str
    user_agent: str


class Account(Struct, frozen=True):
    """One way for a user to sign in; neither tokens nor the hash; `scope` has commas between."""

    id: str
    account_id: str
    provider_id: str
    user_id: str
    scope: str | None
    created_at: datetime
    updated_at: datetime


class Credential(Struct, frozen=True):
    """A user's password account; `password` is the stored hash, or None."""

    account_id: str
    user_id: str
    password: str | None


class Verification(Struct, frozen=True):
    """One value under an identifier."""

    id: str
    identifier: str
    value: str
    expires_at: datetime
    created_at: datetime


class AddressOwner(Struct, frozen=True):
    """Who has the account of an address, and how many further sign-ups the address saw in the last day."""

    id: str
    name: str
    email_verified: bool
    lately: int


class FurtherSignUp(Struct, frozen=True):
    """What a sign-up of an address that has an account asked for; `columns` is JSON, text to text."""

    id: str
    name: str
    image: str | None
    password: str
    columns: str
