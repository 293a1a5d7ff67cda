"""Random values, signatures and comparisons in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import string

ALPHANUMERIC = string.ascii_letters + string.digits


def random_id(length: int = 32) -> str:
    """A random [a-zA-Z0-9] string; 32 characters carry 190 bits (better-auth's ids and session tokens). S21."""
    return "".join(secrets.choice(ALPHANUMERIC) for _ in range(length))


def sign(secret: str, value: str) -> str:
    """HMAC-SHA256 of `value` as padded standard base64: 44 characters (better-auth's cookie signature)."""
    digest = hmac.digest(secret.encode(), value.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def signature_matches(secret: str, value: str, signature: str) -> bool:
    """Whether `signature` is `sign(secret, value)`, compared in constant time. S42."""
    return hmac.compare_digest(sign(secret, value).encode(), signature.encode("utf-8", "replace"))
