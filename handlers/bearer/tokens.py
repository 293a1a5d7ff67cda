"""The token in the header: read as better-auth reads it, and told where a session's cookie is written."""

from __future__ import annotations

from collections.abc import Iterator

from server.authentication.credentials import Beside, Credential, Written
from server.protocol import uri
from server.services import Services
from server.sessions.cookies import Cookies

_SCHEME = "bearer "
_TOLD = "set-auth-token"
_EXPOSE = "Access-Control-Expose-Headers"


def credential(services: Services) -> Credential:
    """The header and how it is read."""
    cookies = services.cookies
    return Credential("Authorization", lambda given: find_token(cookies, given))


def find_token(cookies: Cookies, given: str) -> str | None:
    """The session's token, by itself or with the signature that its cookie has; None for what is neither. S42.

    A good signature in what could not be such a cookie stands for nobody, as with better-auth.
    """
    if not given.lower().startswith(_SCHEME):
        return None
    text = given[len(_SCHEME) :].strip()
    return _read_signed(cookies, uri.decode_component(text)) if "." in text else text or None


def _read_signed(cookies: Cookies, signed: str) -> str | None:
    token, signature = signed.split(".")[:2]
    whole = f"{token}.{signature}{'=' * (-len(signature) % 4)}"
    if cookies.read_signed({_SCHEME: whole}, _SCHEME) is None:
        return None
    return token if signed == whole else ""


def say(_: Services) -> Beside:
    """Tells whoever keeps no cookies what to send; a page from elsewhere may read it."""

    def told(written: Written) -> Iterator[tuple[str, str]]:
        if written.value:
            yield _TOLD, written.value
            yield _EXPOSE, _TOLD

    return told
