"""Names for e-mail addresses that tell nobody the address, the same each time: keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
import string

from server.crypto.random import ALPHANUMERIC

_LENGTH = 24


class Pseudonyms:
    """Made with the server's secret; another secret makes other names."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"ai-editor:pseudonyms:v1", hashlib.sha256)

    def of(self, email: str) -> str:
        """What a log calls an address that belongs to nobody."""
        return self._digest("name", email).hex()[:_LENGTH]

    def places(self, email: str) -> tuple[str, str]:
        """Where an address stands among ids of letters and digits, and among ids that begin with a digit."""
        number = int.from_bytes(self._digest("place", email), "big")
        return _write(number, ALPHANUMERIC), _write(number, string.digits)

    def _digest(self, purpose: str, email: str) -> bytes:
        text = f"{purpose}\n{email.lower()}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)


def _write(number: int, alphabet: str) -> str:
    return "".join(alphabet[number // len(alphabet) ** at % len(alphabet)] for at in range(_LENGTH))
