"""Have I Been Pwned's list of passwords, with what the tests take for stolen."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.providers.script import answer

HOST = "api.pwnedpasswords.com"
# What stands behind the rest of the hash; None is a server that is away.
COUNTS: dict[str, str | None] = {
    "a password that was stolen": "42",
    "a password that was stolen, in an ångström": "1",
    "a password that only pads": "0",
    "a password with no count": "",
    "a password with half a count": "1.5",
    "a password with a count and more": "1:2",
    "a password that nobody answers for": None,
    "password1": None,
}
ENDLESS = "a password that waits forever"


def digest(password: str) -> str:
    """The hash that is asked about."""
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def path(password: str) -> str:
    """Where it is asked for."""
    return f"/range/{digest(password)[:5]}"


def answered(asked: str) -> dict[str, Any]:
    """The lines of one beginning, between two that pad, the second with small letters."""
    if asked == path(ENDLESS):
        return answer(hang=True)
    lines = ["0018A45C4D1DEF81644B54AB7F969B88D65:3", "f" * 35 + ":0"]
    for password, count in COUNTS.items():
        if path(password) != asked:
            continue
        if count is None:
            return answer(status=503, text="Service Unavailable")
        lines.insert(1, f"{digest(password)[5:]}:{count}")
    return answer(text="\r\n".join(lines), headers={"Content-Type": "text/plain"})
