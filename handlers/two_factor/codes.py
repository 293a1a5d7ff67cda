"""What codes are made of: those of authenticators (RFC 6238), the mailed ones, and backup codes."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
import string

from server.crypto.random import ALPHANUMERIC
from server.protocol import uri

PERIOD, DIGITS = 30, 6
# A code is taken one step early and one late, for clocks that are not right. S19
WINDOW = 1
BACKUP_CODES, _BACKUP_LETTERS = 10, 10
# Of secrets that were brought from elsewhere, as better-auth keeps them.
_BASE32 = "base32:"


def new_secret() -> str:
    """32 characters of base64url, which are the key as they are: 192 bits."""
    return secrets.token_urlsafe(24)


def key_of(secret: str) -> bytes:
    """The key: the text itself, or what it spells. Raises ValueError for what spells nothing."""
    if not secret.startswith(_BASE32):
        return secret.encode()
    spelt = secret.removeprefix(_BASE32).upper().rstrip("=")
    try:
        return base64.b32decode(spelt + "=" * (-len(spelt) % 8))
    except binascii.Error as error:
        raise ValueError("no base32") from error


def totp(key: bytes, step: int) -> str:
    """The code of a step of half a minute."""
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(key: bytes, code: str, now: float) -> int | None:
    """The step that a code is of, the latest of those that count now; all are looked at, whatever it is. S42."""
    middle = int(now // PERIOD)
    steps = range(middle - WINDOW, middle + WINDOW + 1)
    return max((step for step in steps if same(totp(key, step), code)), default=None)


def same(one: str, other: str) -> bool:
    """Whether two texts are the same, in constant time. S42."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def totp_uri(key: bytes, issuer: str, account: str) -> str:
    """What an authenticator reads from a QR code."""
    spelt = base64.b32encode(key).decode().rstrip("=")
    query = uri.form_encode({"secret": spelt, "issuer": issuer, "digits": str(DIGITS), "period": str(PERIOD)})
    return f"otpauth://totp/{uri.encode_component(issuer)}:{uri.encode_component(account)}?{query}"


def new_otp() -> str:
    """Six digits for a mail."""
    return "".join(secrets.choice(string.digits) for _ in range(DIGITS))


def new_backup_codes() -> list[str]:
    """Ten of them, as in `aB3dE-fG7hI`: 59 bits each."""
    found = (
        "".join(secrets.choice(ALPHANUMERIC) for _ in range(_BACKUP_LETTERS)) for _ in range(BACKUP_CODES)
    )
    return [f"{code[:5]}-{code[5:]}" for code in found]
