"""Password hashes: made and checked in threads, never on the event loop; hashing has the line before them."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
import re
import unicodedata
from collections.abc import Awaitable, Callable

import bcrypt
from msgspec import Struct

from server import errors
from server.config.passwords import PasswordSettings
from server.passwords import common_passwords, foreign_hashes
from server.passwords.hashing import Hashing

# better-auth's parameters; 32 MiB a hash, which is why the pool is bounded.
_SCRYPT = {"n": 16384, "r": 16, "p": 1, "dklen": 64, "maxmem": 64 * 1024 * 1024}
_BETTER_AUTHS = re.compile(r"[^:$]+:[0-9a-f]{128}")
# … as checked: whatever its digits, and what others wrote behind it.
_SCRYPT_HASH = re.compile(r"[^:$]+:[0-9A-Fa-f]{128}(:.*)?")
_LONG = "$bcrypt-sha256$"
_OURS_LONG = re.compile(r"\$bcrypt-sha256\$v=2,t=2b,r=(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})")
_BCRYPT_BYTES = 72
# Written by others, who cut at 72 bytes; ours are $2b$, and of longer passwords $bcrypt-sha256$.
_CUT = ("$2a$", "$2x$", "$2y$")


# Raises an APIError for a new password that it knows.
Judge = Callable[[str], Awaitable[None]]


class Check(Struct, frozen=True):
    """Whether a password is right, and whether its hash should be replaced by a better one."""

    right: bool
    outdated: bool


def normalize(password: str) -> bytes:
    """NFKC in UTF-8, so that one password typed on two keyboards is one password. S3."""
    return unicodedata.normalize("NFKC", password).encode()


def utf16_length(password: str) -> int:
    """The length as JavaScript counts it, which better-auth's limits are in."""
    return len(password.encode("utf-16-le", "surrogatepass")) // 2


def hash_bcrypt(password: bytes, cost: int) -> str:
    """`$2b$…`; over 72 bytes `$bcrypt-sha256$…` (passlib's version 2), so that no byte is cut off. S2."""
    salt = bcrypt.gensalt(cost)
    if len(password) <= _BCRYPT_BYTES:
        return bcrypt.hashpw(password, salt).decode()
    text = salt.decode()
    digest = bcrypt.hashpw(_digest(password, text[7:29]), salt).decode()[29:]
    return f"{_LONG}v=2,t=2b,r={cost}${text[7:29]}${digest}"


def hash_scrypt(password: bytes) -> str:
    """better-auth's own format: hex(salt):hex(key), where scrypt is given the hex text as its salt."""
    salt = os.urandom(16).hex()
    return f"{salt}:{_scrypt(password, salt)}"


def _scrypt(password: bytes, salt: str) -> str:
    return hashlib.scrypt(password, salt=salt.encode(), **_SCRYPT).hex()


def _digest(password: bytes, salt: str) -> bytes:
    """HMAC-SHA256 under the salt: a plain digest could be replayed from another site's leaked digests."""
    return base64.b64encode(hmac.digest(salt.encode(), password, hashlib.sha256))


def matches(stored: str, password: bytes) -> bool:
    """Whether the password made this hash; a hash in no known format matches nothing."""
    try:
        if stored.startswith(f"{_LONG}v="):
            return _matches_long(stored, password)
        if stored.startswith("$2"):
            # As much work for one that is too long to be right: it would tell that there is such a user. S9
            right = bcrypt.checkpw(password[:_BCRYPT_BYTES], stored.encode())
            return right and (len(password) <= _BCRYPT_BYTES or stored.startswith(_CUT))
        foreign = foreign_hashes.parse(stored)
        if foreign:
            return foreign_hashes.matches(foreign, password)
        salt, colon, key = stored.partition(":")
        key = key.partition(":")[0].lower()
        return bool(colon) and hmac.compare_digest(_scrypt(password, salt).encode(), key.encode())
    except ValueError:
        return False


def _matches_long(stored: str, password: bytes) -> bool:
    parameters, salt, digest = stored.removeprefix(_LONG).split("$")
    cost = int(parameters.rpartition("r=")[2])
    full = f"$2b${cost:02d}${salt}"
    made = bcrypt.hashpw(_digest(password, salt), full.encode()).decode()
    return hmac.compare_digest(made[29:].encode(), digest.encode())


def cost_of(stored: str) -> int | None:
    """The bcrypt cost of a hash, or None for another format."""
    try:
        if stored.startswith(f"{_LONG}v="):
            return int(stored.split("$")[2].rpartition("r=")[2])
        return int(stored.split("$")[2]) if stored.startswith("$2") else None
    except (ValueError, IndexError):
        return None


def is_known(stored: str) -> bool:
    """Whether a hash that is brought in can be checked, and for a price that a sign-in may have."""
    text = stored.strip()
    if text.startswith(f"{_LONG}v="):
        found = _OURS_LONG.fullmatch(text)
        text = f"$2b${int(found[1]):02d}${found[2]}{found[3]}" if found else ""
    foreign = foreign_hashes.parse_bcrypt(text) or foreign_hashes.parse(text)
    if foreign:
        return foreign_hashes.is_cheap(foreign)
    return len(text) <= foreign_hashes.MOST_LETTERS and _SCRYPT_HASH.fullmatch(text) is not None


class Passwords:
    """Hashes new passwords as the settings say; verifies every known format. S7 S8."""

    def __init__(self, settings: PasswordSettings, app: str = "") -> None:
        self._app = app
        self._algorithm, self._cost = settings.algorithm, settings.bcrypt_cost
        self._low, self._high = settings.min_length, settings.max_length
        self._refuse_common = settings.check == "common"
        self.judges: list[Judge] = []
        self.hashing = Hashing(_guess(settings))
        if self._refuse_common:
            self.hashing.begin(common_passwords.most_used)

    def check_length(self, password: str) -> None:
        """Refuses a new password that is too short or too long. S1 S2."""
        if utf16_length(password) < self._low:
            raise errors.password_too_short()
        self.check_not_too_long(password)

    def check_new(self, password: str, *context: str) -> None:
        """Refuses a new password for its length or, with PASSWORD_CHECK=common, because it is guessed first.

        `context` is what others know of the person: the name, the e-mail address. S1 S2 S4.
        """
        self.check_length(password)
        if self._refuse_common and common_passwords.is_common(password):
            raise errors.password_compromised()
        if self._refuse_common and common_passwords.is_made_of(password, (self._app, *context)):
            raise errors.password_compromised(
                "The password is made of a name that others know. Choose another one."
            )

    def check_not_too_long(self, password: str) -> None:
        """Refuses a password beyond the limit before any work is spent on it."""
        if utf16_length(password) > self._high:
            raise errors.password_too_long()

    async def hash_new(self, password: str) -> str:
        """The hash to store for a password that somebody chooses, unless a judge refuses it. S4."""
        for judge in self.judges:
            await judge(password)
        return await self.hash(password)

    async def hash(self, password: str) -> str:
        """The hash to store for a password that is there."""
        return await self.hashing.run(functools.partial(self._make, normalize(password)))

    def _make(self, password: bytes) -> str:
        return hash_scrypt(password) if self._algorithm == "scrypt" else hash_bcrypt(password, self._cost)

    async def check(self, stored: str | None, password: str) -> Check:
        """Compares; without a stored hash it takes as long and says no. S9.

        What others hashed as it was typed is right too, and outdated.
        """
        return await self.hashing.run(functools.partial(self._check, stored, password))

    def _check(self, stored: str | None, password: str) -> Check:
        normalized, typed = normalize(password), password.encode()
        written, stored = stored, stored and stored.strip()  # as a column of fixed width or an import left it
        if stored is not None and (cost_of(stored) or 0) > max(self._cost, foreign_hashes.MOST_BCRYPT_COST):
            return Check(False, False)
        for text in dict.fromkeys((normalized, typed)):
            if stored is None:
                self._make(text)
            elif matches(stored, text):
                return Check(True, text != normalized or stored != written or self._outdated(stored, text))
        return Check(False, False)

    def _outdated(self, stored: str, password: bytes) -> bool:
        if stored.startswith("$2x$") or (stored.startswith(_CUT) and len(password) > _BCRYPT_BYTES):
            return True
        if self._algorithm == "scrypt":
            return not _BETTER_AUTHS.fullmatch(stored)
        cost = cost_of(stored)
        return cost is None or cost < self._cost

    def close(self) -> None:
        """Lets the threads go."""
        self.hashing.close()


def _guess(settings: PasswordSettings) -> float:
    """The seconds that a hash takes, until one has been made."""
    return 0.06 if settings.algorithm == "scrypt" else 0.2 * 2.0 ** (settings.bcrypt_cost - 12)
