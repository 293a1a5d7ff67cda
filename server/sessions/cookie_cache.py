"""better-auth's cookie cache: a session and its user in a cookie, so that most requests need no database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from server import clock
from server.config.settings import Settings
from server.crypto.keyring import Keyring
from server.model import NO_COLUMNS, Columns, SignedIn
from server.protocol import javascript, wire
from server.sessions import cached_session
from server.sessions.cookies import Cookies, RequestCookies

if TYPE_CHECKING:
    from server.crypto.claims import Tokens

Json = dict[str, Any]
VERSION = "1"
NOT_REMEMBERED_SECONDS = 60  # in the compact format; the others say 300 for a cookie without an age
_NO_AGE_SECONDS = 300
_BASE64 = re.compile(r"[A-Za-z0-9+/]*")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")
_BOM = b"\xef\xbb\xbf"
# What a value can do to those who read it: no text of theirs, too deep, a number that is none.
BROKEN = (ValueError, TypeError, KeyError, OverflowError, RecursionError)


class Format(Protocol):
    """How the cache is written down."""

    def write(self, payload: Json, max_age: int | None) -> str:
        """The cookie's value; without `max_age` the cookie ends with the browser."""

    def read(self, value: str) -> tuple[Json, float] | None:
        """The payload, its dates as Dates, and when it ends, ms; None for what is forged or over.

        May raise BROKEN for what was never written here.
        """


class Compact:
    """JSON with a signature in it, all in base64url. What is signed is what JavaScript prints again after reading."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def write(self, payload: Json, max_age: int | None) -> str:
        """The cookie's value."""
        ends = clock.milliseconds(clock.after(max_age or NOT_REMEMBERED_SECONDS))
        signature = _encode(self._sign(payload, ends))
        whole = {"session": payload, "expiresAt": ends, "signature": signature}
        return _encode(javascript.stringify(whole).encode())

    def _sign(self, payload: Json, ends: float) -> bytes:
        signed = javascript.stringify(payload | {"expiresAt": ends})
        return hmac.digest(self._secret, signed.encode(), hashlib.sha256)

    def read(self, value: str) -> tuple[Json, float] | None:
        """The payload and its end; raises ValueError where it is broken, which better-auth answers with an error."""
        text = _decode(value).removeprefix(_BOM).decode("utf-8", "replace")
        whole = javascript.revive(javascript.parse(text))
        return self._checked(whole) if isinstance(whole, dict) else None

    def _checked(self, whole: Json) -> tuple[Json, float] | None:
        payload, ends, signature = (whole.get(name) for name in ("session", "expiresAt", "signature"))
        if not isinstance(payload, dict) or not isinstance(signature, str) or not _is_number(ends):
            return None
        matches = hmac.compare_digest(_decode(signature), self._sign(payload, ends))
        return (payload, ends) if matches else None


class InToken:
    """The payload as claims of a token, signed or sealed."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def write(self, payload: Json, max_age: int | None) -> str:
        """The cookie's value."""
        return self._tokens.write(payload, max_age or _NO_AGE_SECONDS)

    def read(self, value: str) -> tuple[Json, float] | None:
        """The payload and its end."""
        claims = javascript.revive(self._tokens.read(value))
        return (claims, claims["exp"] * 1000) if isinstance(claims, dict) else None


def find_format(name: str, keyring: Keyring) -> Format:
    """`compact`, `jwt` or `jwe`; only the last hides what it carries, and only it outlives a rotation. S29."""
    if name == "compact":
        return Compact(keyring.current)
    from server.crypto.claims import SealedTokens, SignedTokens

    sealed = name == "jwe"
    return InToken(SealedTokens(keyring, "better-auth-session") if sealed else SignedTokens(keyring.current))


class CookieCache:
    """Writes the cache into the answers' cookies and believes what comes back until it ends; `max_age` in seconds."""

    def __init__(self, cookies: Cookies, form: Format, max_age: int, declared: Columns = NO_COLUMNS) -> None:
        self._cookies, self._format, self._max_age, self._declared = cookies, form, max_age, declared

    def write(self, who: SignedIn, remember: bool, cookies: RequestCookies) -> list[str]:
        """Set-Cookie values that keep a session."""
        payload = {
            "session": wire.session(who.session),
            "user": wire.user(who.user),
            "updatedAt": clock.milliseconds(clock.now()),
            "version": VERSION,
        }
        age = self._max_age if remember else None
        value = self._format.write(payload, age)
        return self._cookies.write_stored(cookies, self._cookies.session_data, value, age)

    def read(self, value: str, token: str, now: datetime) -> SignedIn | None:
        """The session with this token as the cookie's value has it; None where it may not be believed."""
        try:
            found = self._format.read(value)
            who = cached_session.parse(found[0], self._declared) if found else None
        except BROKEN:
            return None
        if found is None:
            return None
        payload, ends = found
        if who is None or who.session.token != token or (payload.get("version") or VERSION) != VERSION:
            return None
        return who if ends >= clock.milliseconds(now) and who.session.expires_at >= now else None


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value < float("inf")


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """base64 of either alphabet, up to the first `=`; bits that fill no byte do not count."""
    digits = text.partition("=")[0]
    url_safe = "-" in text or "_" in text
    if not (_BASE64URL if url_safe else _BASE64).fullmatch(digits):
        raise ValueError("no base64")
    whole = digits[: len(digits) - (len(digits) % 4 == 1)]
    return base64.b64decode(whole + "=" * (-len(whole) % 4), b"-_" if url_safe else None)


def open_cache(settings: Settings, cookies: Cookies, declared: Columns) -> CookieCache | None:
    """The cookie cache that SESSION_COOKIE_CACHE asks for."""
    if settings.sessions.cookie_cache == "off":
        return None
    form = find_format(settings.sessions.cookie_cache, settings.keyring)
    return CookieCache(cookies, form, settings.sessions.cookie_cache_max_age, declared)
