"""What a way to sign in is called, and the cookie that remembers it."""

from __future__ import annotations

from collections.abc import Iterator

from server.authentication.credentials import Beside, Written
from server.services import Services

# As better-auth writes it, whatever the other cookies begin with.
COOKIE = "better-auth.last_used_login_method"
SECONDS = 30 * 86400
_EXACT = {
    "/one-tap/callback": "google",
    "/sign-in/email": "email",
    "/sign-up/email": "email",
    "/sign-in/email-otp": "email-otp",
}


def method_of(path: str) -> str | None:
    """What better-auth calls the way that a path is; of some it says nothing."""
    if path.startswith("/callback/"):
        return path.rpartition("/")[2]
    if path in _EXACT:
        return _EXACT[path]
    if "siwe" in path:
        return "siwe"
    if "/passkey/verify-authentication" in path:
        return "passkey"
    return "magic-link" if path.startswith("/magic-link/verify") else None


def say(services: Services) -> Beside:
    """Beside the session's cookie, and where that is taken back as more has to be proved."""

    def told(written: Written) -> Iterator[tuple[str, str]]:
        method = method_of(written.path)
        if method:
            yield "Set-Cookie", services.cookies.write_shown(COOKIE, method, SECONDS)

    return told
