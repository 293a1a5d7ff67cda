"""Random values."""

from __future__ import annotations

import secrets
import string

ALPHANUMERIC = string.ascii_letters + string.digits
_STATE = ALPHANUMERIC + "-_"
# Each letter for as many bytes as each other one; the bytes that are left over are thrown away.
_FAIR = 256 // len(ALPHANUMERIC) * len(ALPHANUMERIC)
_LETTERS = bytes(ord(ALPHANUMERIC[byte % len(ALPHANUMERIC)]) for byte in range(256))
_LEFT_OVER = bytes(range(_FAIR, 256))


def random_letters(length: int) -> str:
    """A random [a-zA-Z] string; 32 characters carry 182 bits. S21."""
    return "".join(secrets.choice(string.ascii_letters) for _ in range(length))


def random_id(length: int = 32) -> str:
    """A random [a-zA-Z0-9] string; 32 characters carry 190 bits (better-auth's ids and session tokens). S21."""
    found = b""
    while len(found) < length:
        found += secrets.token_bytes(length + 8).translate(_LETTERS, _LEFT_OVER)
    return found[:length].decode()


def random_state(length: int) -> str:
    """A random text of 64 characters, as better-auth makes states, nonces and PKCE's verifiers. S21."""
    return "".join(secrets.choice(_STATE) for _ in range(length))
