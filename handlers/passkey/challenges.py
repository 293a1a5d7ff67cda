"""The challenge of a ceremony: kept for five minutes under a token that the browser has in a cookie, and taken once."""

from __future__ import annotations

import secrets
from typing import Literal

from msgspec import Struct

from server.authentication import verifications
from server.database import Executor
from server.model import Json
from server.protocol import javascript, wire

SECONDS = 300
# better-auth's name for the cookie, which its prefix goes before.
COOKIE = "better-auth-passkey"
Ceremony = Literal["registration", "authentication"]


class Challenge(Struct, frozen=True):
    """What an authenticator is to sign, and for whom: `user_id` is empty where that is not known yet."""

    ceremony: Ceremony
    text: str
    user_id: str


def new_text() -> str:
    """What nobody has signed yet: 256 random bits in base64url."""
    return secrets.token_urlsafe(32)


async def keep(db: Executor, ceremony: Ceremony, text: str, user: Json, **more: object) -> str:
    """The token that the challenge is kept under, as better-auth keeps it; `user` has an id at least."""
    token = secrets.token_urlsafe(24)
    value = {"type": ceremony, "expectedChallenge": text, "userData": user, **more}
    await verifications.create(db, token, wire.dumps(value).decode(), SECONDS)
    return token


async def take(db: Executor, token: str, ceremony: Ceremony) -> Challenge | None:
    """The challenge, for one caller alone; None for one that is unknown, over, or of the other ceremony. S18."""
    found = _read(await verifications.consume(db, token))
    return found if found and found.ceremony == ceremony else None


def _read(text: str | None) -> Challenge | None:
    try:
        found = javascript.parse(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    user = found.get("userData")
    members = found.get("type"), found.get("expectedChallenge"), isinstance(user, dict) and user.get("id")
    return Challenge(*members) if all(isinstance(each, str) for each in members) else None  # type: ignore[arg-type]
