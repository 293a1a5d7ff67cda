"""A session and its user as better-auth writes them to Redis: read with care, and written so that it can read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from server.database import InvalidValue
from server.model import Columns, ExtendedSession, ExtendedUser, Json, Session, SignedIn, User
from server.protocol import wire
from server.store.extended import read as read_more


@dataclass(frozen=True, slots=True)
class Kept:
    """A value as it is in Redis, `raw`, and what it says; `members` has what we do not know, too."""

    raw: bytes
    members: Json
    who: SignedIn


def read(raw: bytes, declared: Columns) -> Kept | None:
    """None for whatever is no session: broken, without a member that it needs, or of a kind that none has."""
    try:
        members = orjson.loads(raw)
        return Kept(
            raw,
            members,
            SignedIn(_session(members["session"], declared), _user(members["user"], declared)),
        )
    except (ValueError, TypeError, KeyError, OverflowError, InvalidValue):
        return None


def _session(given: Json, declared: Columns) -> Session:
    core = Session(
        id=_text(given["id"]),
        expires_at=_moment(given["expiresAt"]),
        token=_text(given["token"]),
        created_at=_moment(given["createdAt"]),
        updated_at=_moment(given["updatedAt"]),
        ip_address=_text_or_null(given.get("ipAddress")),
        user_agent=_text_or_null(given.get("userAgent")),
        user_id=_text(given["userId"]),
    )
    if not declared.session:
        return core
    fields = {name: getattr(core, name) for name in Session.__slots__}
    return ExtendedSession(**fields, more=read_more(declared.session, given))


def _user(given: Json, declared: Columns) -> User:
    core = User(
        id=_text(given["id"]),
        name=_text(given["name"]),
        email=_text(given["email"]),
        email_verified=_flag(given["emailVerified"]),
        image=_text_or_null(given.get("image")),
        created_at=_moment(given["createdAt"]),
        updated_at=_moment(given["updatedAt"]),
    )
    if not declared.user:
        return core
    fields = {name: getattr(core, name) for name in User.__slots__}
    return ExtendedUser(**fields, more=read_more(declared.user, given))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_null(value: object) -> str | None:
    return None if value is None else _text(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _moment(value: object) -> datetime:
    """To the millisecond, as all moments are."""
    found = datetime.fromisoformat(_text(value))
    if found.tzinfo is None:
        raise ValueError
    found = found.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def write(session: Session, more: Mapping[str, object], user: Json) -> bytes:
    """The value of a new session; `more` is what declared columns hold, or the whole row; `user` is that of the user."""
    members = {
        "id": session.id,
        "ipAddress": session.ip_address,
        "userAgent": session.user_agent,
        "expiresAt": wire.date(session.expires_at),
        "userId": session.user_id,
        "token": session.token,
        "createdAt": wire.date(session.created_at),
        "updatedAt": wire.date(session.updated_at),
    }
    return _print({"session": dict(more) | members, "user": user})


def _print(value: Json) -> bytes:
    """With moments as JavaScript prints them."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return wire.date(value)
    raise TypeError


def changed(kept: Kept, session: Mapping[str, object] | None = None, user: Json | None = None) -> bytes:
    """The value with other members of the session, or another user; all else stays."""
    members = dict(kept.members)
    if session is not None:
        members["session"] = members["session"] | dict(session)
    if user is not None:
        members["user"] = user
    return _print(members)


def says_same(value: bytes, kept: Kept) -> bool:
    """Whether a value says what is kept already, whoever printed it."""
    return bool(orjson.loads(value) == kept.members)


def is_banned(user: Json, now: datetime) -> bool:
    """Whether the admin plugin of better-auth has banned the user, and the ban has not ended."""
    if user.get("banned") is not True:
        return False
    ends = user.get("banExpires")
    try:
        return ends is None or (ends if isinstance(ends, datetime) else _moment(ends)) > now
    except (ValueError, TypeError, OverflowError):
        return True
