"""better-auth's rules: how many requests one address may make of a path, and in what time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

LONGEST_KEY = 300


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` requests; the count starts again after `seconds` without an allowed one."""

    most: int
    seconds: int

    @property
    def milliseconds(self) -> int:
        """The window as the stores count it."""
        return self.seconds * 1000


DEFAULT = Limit(100, 10)
_CREDENTIALS = Limit(3, 10)
_MAILS = Limit(3, 60)
_MAIL_PATHS = (
    "/request-password-reset",
    "/send-verification-email",
    "/email-otp/send-verification-otp",
    "/email-otp/request-password-reset",
)


def limit_for(path: str) -> Limit:
    """The limit of a path below the API's base, as better-auth sets it."""
    if path.startswith(("/sign-in", "/sign-up", "/change-password", "/change-email")):
        return _CREDENTIALS
    if path in _MAIL_PATHS or path.startswith("/forget-password"):
        return _MAILS
    return DEFAULT


def path_below(base: str, path: str) -> str:
    """The path without the API's base and trailing slashes, as better-auth names it in its keys."""
    path = path.rstrip("/") or "/"
    if path == base:
        return "/"
    return path.removeprefix(base) if path.startswith(base + "/") else path


def key(address: str, path: str) -> str:
    """better-auth's key; a long one by its digest, as a client chooses the path and memory and index are finite."""
    whole = f"{address}|{path}"
    if len(whole) <= LONGEST_KEY:
        return whole
    return f"{address}|{hashlib.sha256(whole.encode('utf-8', 'surrogatepass')).hexdigest()}"
