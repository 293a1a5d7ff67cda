"""Domain values → the camelCase JSON of better-auth: key order, dates, bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from server.model import Account, CachedSession, CachedUser, Session, User
from server.protocol import javascript

Json = dict[str, Any]


def date(moment: datetime) -> str:
    """ISO 8601 with three digits of milliseconds and `Z`, as JavaScript's `Date.toJSON()` prints it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def user(value: User) -> Json:
    """The user as better-auth orders it: schema fields, what features add, then `id`."""
    found: Json = {
        "name": value.name,
        "email": value.email,
        "emailVerified": value.email_verified,
        "image": value.image,
        "createdAt": date(value.created_at),
        "updatedAt": date(value.updated_at),
    }
    if value.more:
        found |= _more(value.more)
    found["id"] = value.id
    return _as_cached(found, value.members) if isinstance(value, CachedUser) else found


def session(value: Session) -> Json:
    """The session as better-auth orders it; the token is part of it."""
    found: Json = {
        "expiresAt": date(value.expires_at),
        "token": value.token,
        "createdAt": date(value.created_at),
        "updatedAt": date(value.updated_at),
        "ipAddress": value.ip_address,
        "userAgent": value.user_agent,
        "userId": value.user_id,
    }
    if value.more:
        found |= _more(value.more)
    found["id"] = value.id
    return _as_cached(found, value.members) if isinstance(value, CachedSession) else found


def _more(columns: Mapping[str, object]) -> Json:
    return {name: date(item) if isinstance(item, datetime) else item for name, item in columns.items()}


def _as_cached(found: Json, members: Json) -> Json:
    """better-auth prints what came out of the cookie cache in another order, with all that was in it."""
    return {key: found.get(key, item) for key, item in members.items()}


def account(value: Account) -> Json:
    """An account as better-auth lists it: no token and no hash, scopes as an array."""
    return {
        "accountId": value.account_id,
        "providerId": value.provider_id,
        "userId": value.user_id,
        "createdAt": date(value.created_at),
        "updatedAt": date(value.updated_at),
        "id": value.id,
        "scopes": [scope for part in (value.scope or "").split(",") if (scope := part.strip())],
    }


def dumps(value: object) -> bytes:
    """JSON as `JSON.stringify` writes it: no spaces, non-ASCII raw, keys in order."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:  # half a surrogate pair, in the name of a member that a refusal names
        return javascript.stringify(value).encode()
