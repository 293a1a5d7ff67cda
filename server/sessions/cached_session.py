"""A session and its user as they come back from the browser: checked as better-auth checks them, in its order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from server import clock
from server.model import NO_COLUMNS, NOTHING, CachedSession, CachedUser, Column, Columns, SignedIn
from server.protocol import javascript
from server.protocol.javascript import Date

Json = dict[str, Any]
_SESSION = ("id", "createdAt", "updatedAt", "userId", "expiresAt", "token", "ipAddress", "userAgent")
_USER = ("id", "createdAt", "updatedAt", "email", "emailVerified", "name", "image")


def parse(payload: Json, declared: Columns = NO_COLUMNS) -> SignedIn | None:
    """The session and user of a payload whose dates are Dates; None where better-auth would not take it."""
    if not _is_number(payload.get("updatedAt")):
        return None
    try:
        _text(payload.get("version", ""))
        orjson.dumps(payload)  # raises for half a surrogate pair, which no answer can carry
        return SignedIn(
            _session(payload.get("session"), declared.session), _user(payload.get("user"), declared.user)
        )
    except (TypeError, ValueError):
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _session(value: object, declared: Sequence[Column]) -> CachedSession:
    given = _members(value)
    given["userId"] = _as_text(given.get("userId"))
    return CachedSession(
        id=_text(given.get("id")),
        expires_at=_moment(given.get("expiresAt")),
        token=_text(given.get("token")),
        created_at=_moment(given["createdAt"]),
        updated_at=_moment(given["updatedAt"]),
        ip_address=_text_or_null(given.get("ipAddress")),
        user_agent=_text_or_null(given.get("userAgent")),
        user_id=given["userId"],
        more=_more(given, declared),
        members=_in_order(given, _SESSION),
    )


def _user(value: object, declared: Sequence[Column]) -> CachedUser:
    given = _members(value)
    given["email"] = _text(given.get("email")).lower()
    verified = given.setdefault("emailVerified", False)
    if not isinstance(verified, bool):
        raise TypeError
    return CachedUser(
        id=_text(given.get("id")),
        name=_text(given.get("name")),
        email=given["email"],
        email_verified=verified,
        image=_text_or_null(given.get("image")),
        created_at=_moment(given["createdAt"]),
        updated_at=_moment(given["updatedAt"]),
        more=_more(given, declared),
        members=_in_order(given, _USER),
    )


def _more(given: Json, declared: Sequence[Column]) -> Mapping[str, object]:
    """What declared columns held when the cookie was written."""
    if not declared:
        return NOTHING
    return {column.name: _value(column, given[column.name]) for column in declared if column.name in given}


def _value(column: Column, item: object) -> object:
    """A text that reads like a date is a Date here, too, and stays the text that it is."""
    return item.moment() if column.type == "date" and isinstance(item, Date) else item


def _members(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError
    given = {key: item for key, item in value.items() if key != "__proto__"}
    for key in ("createdAt", "updatedAt"):
        given[key] = given[key] if key in given else _now()
    return given


def _in_order(given: Json, known: tuple[str, ...]) -> Json:
    """The known members in the order of better-auth's schema, then the others as they came."""
    return {key: given[key] for key in known if key in given} | given


def _text(value: object) -> str:
    """Text that is no date: better-auth reads a name such as 2026-01-01T00:00:00Z as one, and refuses the cache."""
    if not isinstance(value, str) or isinstance(value, Date):
        raise TypeError
    return value


def _text_or_null(value: object) -> str | None:
    return None if value is None else _text(value)


def _as_text(value: object) -> str:
    """An id that another server counts is a number there and text here."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return javascript.number(value)
    return _text(value)


def _moment(value: object) -> datetime:
    if not isinstance(value, Date):
        raise TypeError
    return value.moment()


def _now() -> Date:
    return Date(clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"))
