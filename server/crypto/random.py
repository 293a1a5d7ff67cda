"""Random values."""

from __future__ import annotations

import secrets
import string

ALPHANUMERIC = string.ascii_letters + string.digits


def random_id(length: int = 32) -> str:
    """A random [a-zA-Z0-9] string; 32 characters carry 190 bits (better-auth's ids and session tokens). S21."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))
