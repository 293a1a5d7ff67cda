"""Signatures, compared in constant time."""

from __future__ import annotations

import base64
import hashlib
import hmac


def sign(secret: str, value: str) -> str:
    """HMAC-SHA256 of `value` as padded standard base64: 44 characters (better-auth's cookie signature)."""
    digest = hmac.digest(secret.encode(), value.encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def matches(secret: str, value: str, signature: str) -> bool:
    """Whether `signature` is `sign(secret, value)`. S42."""
    return hmac.compare_digest(sign(secret, value).encode(), signature.encode("utf-8", "replace"))
