"""Cookies as better-auth writes and reads them: names, attributes, signature."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server import tokens, uri

_PART = re.compile(r"|\.(0|[1-9][0-9]{0,15})")  # the whole, or a chunk of it


def parse(header: str) -> dict[str, str]:
    """The cookies of a Cookie header: the first of a name wins, values are percent-decoded."""
    cookies: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if equals and name not in cookies:
            cookies[name] = uri.decode_component(_unquote(value.strip()))
    return cookies


def _unquote(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value


@dataclass(frozen=True)
class Cookies:
    """Writes and reads the session's cookies; `expires_in` is in seconds."""

    secret: str
    secure: bool
    expires_in: int

    @property
    def session_token(self) -> str:
        """The name of the cookie with the signed session token."""
        return self._name("session_token")

    @property
    def session_data(self) -> str:
        """The name of better-auth's cookie cache."""
        return self._name("session_data")

    @property
    def dont_remember(self) -> str:
        """The name of the cookie that marks a session which ends with the browser."""
        return self._name("dont_remember")

    def _name(self, short: str) -> str:
        return f"{'__Secure-' if self.secure else ''}better-auth.{short}"

    def _write(self, name: str, encoded_value: str, max_age: int | None) -> str:
        age = "" if max_age is None else f"; Max-Age={max_age}"
        secure = "; Secure" if self.secure else ""
        return f"{name}={encoded_value}{age}; Path=/; HttpOnly{secure}; SameSite=Lax"

    def _write_signed(self, name: str, value: str, max_age: int | None) -> str:
        signed = f"{value}.{tokens.sign(self.secret, value)}"
        return self._write(name, uri.encode_component(signed), max_age)

    def expire(self, name: str) -> str:
        """A Set-Cookie that removes a cookie: same attributes, no life. S30."""
        return self._write(name, "", 0)

    def read_signed(self, cookies: Mapping[str, str], name: str) -> str | None:
        """The value of a signed cookie, or None when it is missing, cut or forged. S42."""
        value, dot, signature = cookies.get(name, "").rpartition(".")
        if not dot or not value or len(signature) != 44 or not signature.endswith("="):
            return None
        return value if tokens.signature_matches(self.secret, value, signature) else None

    def write_session(self, token: str, remember: bool, cookies: Mapping[str, str]) -> list[str]:
        """Set-Cookie values for a new or prolonged session, given the request's `cookies`."""
        written = [self._write_signed(self.session_token, token, self.expires_in if remember else None)]
        if not remember:
            written.append(self._write_signed(self.dont_remember, "true", None))
        elif self.read_signed(cookies, self.dont_remember) is not None:
            written.append(self.expire(self.dont_remember))
        return written

    def clear_session(self, cookies: Mapping[str, str]) -> list[str]:
        """Set-Cookie values that end the session in the browser, leftovers of a cookie cache included."""
        names = [self.session_token, self.session_data, *self.cached_parts(cookies), self.dont_remember]
        return [self.expire(name) for name in names]

    def cached_parts(self, cookies: Mapping[str, str]) -> list[str]:
        """The request's cookies that hold a cookie cache, whole or in chunks."""
        whole = self.session_data
        parts = [name for name in cookies if name.startswith(whole) and _PART.fullmatch(name[len(whole) :])]
        return parts if any(cookies[name] for name in parts) else []
