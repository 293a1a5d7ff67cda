"""The portable hashes of PHP applications, and Drupal 7's: MD5 or SHA-512, again and again. Their authors' base64 too."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MOST_ROUNDS = 18  # as the power of two
_DRUPAL_LETTERS = 43


def rounds(letter: str) -> int:
    """How often, as the letter behind the prefix says it; raises ValueError for more than is sensible."""
    power = _ALPHABET.index(letter)
    if not 7 <= power <= _MOST_ROUNDS:
        raise ValueError("too dear")
    return 1 << power


def portable(password: bytes, salt: bytes, times: int) -> str:
    """What `$P$` and `$H$` end with."""
    return _encode(_stretch(hashlib.md5, password, salt, times))


def drupal(password: bytes, salt: bytes, times: int) -> str:
    """What `$S$` ends with, which is cut."""
    return _encode(_stretch(hashlib.sha512, password, salt, times))[:_DRUPAL_LETTERS]


def _stretch(function: Callable[..., hashlib._Hash], password: bytes, salt: bytes, times: int) -> bytes:
    made = function(salt + password, usedforsecurity=False).digest()
    for _ in range(times):
        made = function(made + password, usedforsecurity=False).digest()
    return made


def _encode(raw: bytes) -> str:
    """Six bits a letter, the lowest first."""
    bits, letters = int.from_bytes(raw, "little"), -(-len(raw) * 8 // 6)
    return "".join(_ALPHABET[bits >> 6 * at & 63] for at in range(letters))
