"""Cookies as better-auth writes and reads them: names, attributes, signature."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.crypto import signatures
from server.protocol import uri

log = logging.getLogger(__name__)

MAX_SIZE = 4050  # of a whole Set-Cookie value: the strictest browser takes 4093
MAX_CHUNKS = 100
_SAFE_INTEGER = 2**53 - 1
_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_NAME = re.compile(r"[!#-'*+\-.0-9A-Z^_`a-z|~]+")
_VALUE = re.compile(r"[ !#-:<-\[\]-~]*")


class RequestCookies(dict[str, str]):
    """The cookies of a request by name: the first of each counts, values are percent-decoded.

    better-auth has a second reader, for cookies that may be split; what that one finds is `chunks`:
    the last of each name counts, and what breaks the grammar of cookies is not there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chunks: dict[str, str] = {}


def parse(header: str) -> RequestCookies:
    """The cookies of a Cookie header."""
    cookies = RequestCookies()
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if not equals:
            continue
        cookies.setdefault(name.strip(), uri.decode_component(_unquote(value.strip())))
        name, value = name.strip(" \t"), _unquote_whole(value.strip(" \t"))
        if _NAME.fullmatch(name) and _VALUE.fullmatch(value):
            cookies.chunks[name] = uri.decode_component(value)
    return cookies


def _unquote(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value


def _unquote_whole(value: str) -> str:
    quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return value[1:-1] if quoted else value


@dataclass(frozen=True)
class Cookies:
    """Writes and reads the session's cookies; `expires_in` is in seconds."""

    secret: str
    secure: bool
    expires_in: int

    @property
    def session_token(self) -> str:
        """The name of the cookie with the signed session token."""
        return self.name("session_token")

    @property
    def session_data(self) -> str:
        """The name of better-auth's cookie cache."""
        return self.name("session_data")

    @property
    def dont_remember(self) -> str:
        """The name of the cookie that marks a session which ends with the browser."""
        return self.name("dont_remember")

    def name(self, short: str) -> str:
        """A cookie's name in the browser, with better-auth's prefixes."""
        return f"{'__Secure-' if self.secure else ''}better-auth.{short}"

    def _write(self, name: str, encoded_value: str, max_age: int | None) -> str:
        age = "" if max_age is None else f"; Max-Age={max_age}"
        secure = "; Secure" if self.secure else ""
        return f"{name}={encoded_value}{age}; Path=/; HttpOnly{secure}; SameSite=Lax"

    def write_signed(self, name: str, value: str, max_age: int | None) -> str:
        """A Set-Cookie value whose signature `read_signed` looks for; without `max_age` it ends with the browser."""
        signed = f"{value}.{signatures.sign(self.secret, value)}"
        return self._write(name, uri.encode_component(signed), max_age)

    def expire(self, name: str) -> str:
        """A Set-Cookie that removes a cookie: same attributes, no life. S30."""
        return self._write(name, "", 0)

    def read_signed(self, cookies: Mapping[str, str], name: str) -> str | None:
        """The value of a signed cookie, or None when it is missing, cut or forged. S42."""
        value, dot, signature = cookies.get(name, "").rpartition(".")
        if not dot or not value or len(signature) != 44 or not signature.endswith("="):
            return None
        return value if signatures.matches(self.secret, value, signature) else None

    def write_session(self, token: str, remember: bool, cookies: Mapping[str, str]) -> list[str]:
        """Set-Cookie values for a new or prolonged session, given the request's `cookies`."""
        written = [self.write_signed(self.session_token, token, self.expires_in if remember else None)]
        if not remember:
            written.append(self.write_signed(self.dont_remember, "true", None))
        elif self.read_signed(cookies, self.dont_remember) is not None:
            written.append(self.expire(self.dont_remember))
        return written

    def clear_session(self, cookies: RequestCookies) -> list[str]:
        """Set-Cookie values that end the session in the browser, a cookie cache and its chunks included."""
        names = [self.session_token, self.session_data, *self.stored_names(cookies, self.session_data)]
        return [self.expire(name) for name in (*names, self.dont_remember)]

    def is_session(self, line: str) -> bool:
        """Whether a Set-Cookie value is one that `clear_session` makes void."""
        name = line.partition("=")[0]
        names = (self.session_token, self.session_data, self.dont_remember)
        return name in names or name.startswith(f"{self.session_data}.")

    # Cookies that may be too long for one

    def stored_names(self, cookies: RequestCookies, name: str) -> list[str]:
        """The names under which the request has this cookie: whole, or in chunks, or both."""
        return [each for each in cookies.chunks if each == name or _index(name, each) is not None]

    def read_stored(self, cookies: RequestCookies, name: str) -> str:
        """The cookie's value, joined where it is in chunks; empty where there is none."""
        found = {_index(name, each): value for each, value in cookies.chunks.items()}
        chunks = sorted((index, value) for index, value in found.items() if index is not None)
        return cookies.get(name) or "".join(value for _, value in chunks)

    def write_stored(self, cookies: RequestCookies, name: str, value: str, max_age: int | None) -> list[str]:
        """Set-Cookie values for base64url text of any length; chunks of the request that are not needed expire."""
        lines = {each: self.expire(each) for each in self.stored_names(cookies, name)}
        size = MAX_SIZE - len(self._write(f"{name}.99", "", max_age))
        count = math.ceil(len(value) / size)
        if count > MAX_CHUNKS:
            log.warning("a session is too large to be kept in cookies; its cookie cache was skipped")
        elif count <= 1:
            lines[name] = self._write(name, value, max_age)
        else:
            chunks = {f"{name}.{n}": value[n * size : (n + 1) * size] for n in range(count)}
            lines |= {each: self._write(each, chunk, max_age) for each, chunk in chunks.items()}
        return list(lines.values())


def _index(name: str, chunk: str) -> int | None:
    """Which chunk of the cookie `name` this is; None for another cookie."""
    suffix = chunk.removeprefix(f"{name}.")
    if suffix == chunk or not _INDEX.fullmatch(suffix):
        return None
    return int(suffix) if int(suffix) <= _SAFE_INTEGER else None
