"""Texts that are stored encrypted: better-auth's XChaCha20-Poly1305 format, with its keys per purpose."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from server.crypto.keyring import Keyring

if TYPE_CHECKING:
    from nacl.secret import Aead

_ENVELOPE = re.compile(r"\$ba\$([0-9]{1,15})\$(.*)", re.DOTALL)
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})*")
_BOM = b"\xef\xbb\xbf"
_PURPOSE_SALT = b"better-auth:oauth-encryption:v1"


class DecryptionError(Exception):
    """Not encrypted by us, changed since, or with a secret that was retired."""


def encrypt(keyring: Keyring, text: str) -> str:
    """`$ba$<version>$<hex>` with the current secret; bare hex where secrets have no versions."""
    sealed = _box(keyring.current).encrypt(text.encode()).hex()
    return f"$ba${keyring.versions[0][0]}${sealed}" if keyring.versions else sealed


def decrypt(keyring: Keyring, text: str) -> str:
    """The text again; bare hex is read with the unversioned secret. Raises DecryptionError."""
    secret, sealed = _split(keyring, text)
    if not secret or not _HEX.fullmatch(sealed):
        raise DecryptionError
    from nacl.exceptions import CryptoError

    try:
        opened = _box(secret).decrypt(bytes.fromhex(sealed))
    except (CryptoError, ValueError) as error:
        raise DecryptionError from error
    return opened.removeprefix(_BOM).decode("utf-8", "replace")


def is_current(keyring: Keyring, text: str) -> bool:
    """Whether it is encrypted with the secret that `encrypt` takes."""
    return not keyring.versions or text.startswith(f"$ba${keyring.versions[0][0]}$")


def _split(keyring: Keyring, text: str) -> tuple[str | None, str]:
    found = _ENVELOPE.fullmatch(text) if keyring.versions else None
    return (keyring.find(int(found[1])), found[2]) if found else (keyring.unversioned, text)


def _box(secret: str) -> Aead:
    from nacl.secret import Aead

    return Aead(hashlib.sha256(secret.encode()).digest())


def for_purpose(keyring: Keyring, purpose: str) -> Keyring:
    """Keys of their own for one kind of text, so that none can be passed off as another. S41."""
    info = f"better-auth:{purpose}:v1".encode()
    return keyring.derive(lambda secret: hkdf(secret, _PURPOSE_SALT, info, 32).hex())


def hkdf(secret: str, salt: bytes, info: bytes, length: int) -> bytes:
    """A key of `length` bytes out of a secret (RFC 5869, SHA-256)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret.encode())
