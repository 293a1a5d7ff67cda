"""What is kept of a mailed link until it is followed, and the link itself."""

from __future__ import annotations

from msgspec import Struct

from server.mail import Email
from server.protocol import javascript, rules, uri, wire

SECONDS = 300
MAGIC_LINK = Email("magic-link", SECONDS, link=True)
_TYPE = "magic-link"


class MagicLink(Struct, frozen=True):
    """Whose address was given, as it was typed, and what they are called should they be new."""

    email: str
    name: str | None


def identifier(token: str) -> str:
    """Where a link is kept."""
    return f"magic-link:{token}"


def write(link: MagicLink) -> str:
    """As better-auth keeps it."""
    name = {} if link.name is None else {"name": link.name}
    return wire.dumps({"type": _TYPE, "email": link.email, **name}).decode()


def read(text: str | None) -> MagicLink | None:
    """What was kept; None for what is no link."""
    try:
        found = javascript.parse(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found.keys() <= {"type", "email", "name"}:
        return None
    email, name = found.get("email"), found.get("name", "")
    if found.get("type") != _TYPE or not isinstance(name, str):
        return None
    return MagicLink(email, name) if isinstance(email, str) and rules.is_email(email) else None


def url(api_url: str, token: str, callback_url: str | None, new_user: str | None, failed: str | None) -> str:
    """The address in the mail: below the API's, with where it ends."""
    ends = {"newUserCallbackURL": new_user, "errorCallbackURL": failed}
    given = {name: value for name, value in ends.items() if value}
    query = uri.form_encode({"token": token, "callbackURL": callback_url or "/", **given})
    return f"{api_url}/magic-link/verify?{query}"
