"""What this version reads and writes in better-auth's tables, and how much of it may be otherwise."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from server.model import Table

Kind = Literal["id", "reference", "text", "time", "flag", "count", "milliseconds"]

TABLES: tuple[Table, ...] = ("user", "session", "account", "verification", "rateLimit")
# Without these two a database is not better-auth's; where it keeps sessions in Redis, it makes no others.
OF_BETTER_AUTH = ("user", "account")


def plain(name: str) -> str:
    """What is the same however words are put together: userId, user_id, userid."""
    return name.replace("_", "").lower()


class Expected(Struct, frozen=True):
    """A column. `addable`: a migration can add it to rows that do without; `least` characters have to fit in.

    `filled`: a NULL in it has an obvious value, which a migration puts there. `endless`: it is widened. `blank`: there
    are rows with nothing in it.
    """

    kind: Kind
    addable: bool = False
    least: int = 0
    filled: bool = False
    endless: bool = False
    blank: bool = False


_ID = Expected("id", least=32)
_REFERENCE = Expected("reference", least=32)
_TEXT = Expected("text", least=32)
_LONG = Expected("text", least=255)
_BLANK_LONG = Expected("text", addable=True, least=255, blank=True)
_BLANK_TIME = Expected("time", addable=True, blank=True)
_TIME = Expected("time")
_OPTIONAL_TIME = Expected("time", addable=True)
_DATE = Expected("time", addable=True, filled=True)

COLUMNS: dict[str, dict[str, Expected]] = {
    "user": {
        "id": _ID,
        "name": Expected("text", least=32, filled=True),
        "email": Expected("text", least=64),
        "emailVerified": Expected("flag", filled=True),
        "image": Expected("text", addable=True, least=64, blank=True),
        "createdAt": _DATE,
        "updatedAt": _DATE,
    },
    "session": {
        "id": _ID,
        "expiresAt": _TIME,
        "token": _TEXT,
        "createdAt": _DATE,
        "updatedAt": _DATE,
        "ipAddress": Expected("text", addable=True, least=39),
        "userAgent": Expected("text", addable=True, least=32),  # a longer one is cut
        "userId": _REFERENCE,
    },
    "account": {
        "id": _ID,
        "accountId": Expected("text", least=36),
        "providerId": _TEXT,
        "userId": _REFERENCE,
        "accessToken": _BLANK_LONG,
        "refreshToken": _BLANK_LONG,
        "idToken": _BLANK_LONG,
        "accessTokenExpiresAt": _BLANK_TIME,
        "refreshTokenExpiresAt": _BLANK_TIME,
        "scope": Expected("text", addable=True, least=32, blank=True),
        "password": Expected("text", addable=True, least=255),
        "createdAt": _DATE,
        "updatedAt": _DATE,
    },
    "verification": {
        "id": _ID,
        "identifier": Expected("text", least=64),
        "value": _LONG,
        "expiresAt": _TIME,
        "createdAt": _OPTIONAL_TIME,
        "updatedAt": _OPTIONAL_TIME,
    },
    "rateLimit": {
        "id": _ID,
        "key": Expected("text", endless=True),
        "count": Expected("count"),
        "lastRequest": Expected("milliseconds"),
    },
}

# Looked up by these, and one row each: `table.column`.
UNIQUE = (("user", "id"), ("user", "email"), ("session", "token"), ("rateLimit", "key"))
# Columns by which a row is told from all others: a rule over no such set refuses rows that have to be there.
ROWS: dict[str, tuple[frozenset[str], ...]] = {
    "user": (frozenset({"id"}), frozenset({"email"})),
    "session": (frozenset({"id"}), frozenset({"token"})),
    "account": (
        frozenset({"id"}),
        frozenset({"accountId", "providerId"}),
        frozenset({"userId", "providerId"}),
    ),
    "verification": (frozenset({"id"}), frozenset({"identifier"})),
    "rateLimit": (frozenset({"id"}), frozenset({"key"})),
}
# By these a table under another name is told from one that somebody else calls so, in plain words.
MARKS: dict[Table, set[str]] = {
    "user": {"email"},
    "session": {"token", "userid"},
    "account": {"providerid"},
    "verification": {"identifier", "value"},
    "rateLimit": {"key", "count", "lastrequest"},
}
# Tables of which we ask ON CONFLICT.
CONFLICTS = ("user", "rateLimit")
# Columns of better-auth's plugins that have a say in who may come in.
RULES = ("twoFactorEnabled", "banned")

TYPES: dict[Kind, tuple[str, ...]] = {
    "id": ("text", "varchar", "citext", "uuid", "int4", "int8"),
    "reference": ("text", "varchar", "citext", "uuid", "int4", "int8"),
    "text": ("text", "varchar", "citext"),
    "time": ("timestamptz", "timestamp"),
    "flag": ("bool",),
    "count": ("int4", "int8"),
    "milliseconds": ("int8",),
}
# What mend.sql makes one of those.
MENDED: dict[Kind, tuple[str, ...]] = {"time": ("date",), "milliseconds": ("int4",)}
NAMES: dict[Kind, str] = {
    "id": "text, varchar, uuid or a number that the database counts",
    "reference": "the type of user.id",
    "text": "text or varchar",
    "time": "timestamp with or without time zone",
    "flag": "boolean",
    "count": "integer or bigint",
    "milliseconds": "bigint",
}
