"""Who has opened the window: a signed cookie of better-auth's name, for as long as a provider may take."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from server.protocol import javascript
from server.sessions.cookies import Cookies, RequestCookies

SECONDS = 600


class Marker(Struct, frozen=True):
    """The origin that is told how it ended, the nonce it knows that by, and the sign-in that is meant."""

    origin: str
    nonce: str
    state: str | None


def name(cookies: Cookies) -> str:
    """What the cookie is called."""
    return cookies.name("oauth_popup")


def write(cookies: Cookies, marker: Marker) -> str:
    """The Set-Cookie value; better-auth does not read what is said of the state."""
    said = {"popupOrigin": marker.origin, "popupNonce": marker.nonce, "state": marker.state}
    return cookies.write_signed(name(cookies), javascript.stringify(said), SECONDS)


def read(cookies: Cookies, found: RequestCookies, state: str | None) -> Marker | None:
    """That of the window this sign-in was begun in; None where it was begun in none, or in another one. S42.

    One of better-auth's says nothing of its state, and stands for any.
    """
    each = (_parse(text) for text in cookies.read_each_signed(found, name(cookies)))
    return next((marker for marker in each if marker and marker.state in (None, state)), None)


def _parse(text: str) -> Marker | None:
    try:
        said = javascript.parse(text)
    except ValueError:
        return None
    if not isinstance(said, dict) or not isinstance(said.get("popupOrigin"), str):
        return None
    return Marker(said["popupOrigin"], _text(said, "popupNonce") or "", _text(said, "state"))


def _text(said: Mapping[str, object], member: str) -> str | None:
    value = said.get(member)
    return value if isinstance(value, str) else None
