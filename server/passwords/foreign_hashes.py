"""Password hashes that other servers wrote, so that people who come from there come in: a small parser for each format.

A parser says how the hash was made, with bounds on what it may cost, and what came out. A hash beyond a bound is none:
a row of the table is no way to keep the server busy. All of them are replaced at the first right password.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from typing import Any

import bcrypt
from msgspec import Struct

from server.passwords import firebase, phpass

MOST_LETTERS = 4096
MOST_BCRYPT_COST = 16
_MOST_ITERATIONS = 4_000_000
_MOST_MEMORY = 256 * 1024 * 1024
_MOST_SCRYPT_WORK = 8 * 1024 * 1024  # N × r × p
_MOST_ARGON2_WORK = 4 * 1024 * 1024  # KiB × passes
_MOST_BYTES = 256
_CHEAP = 0.25
_BCRYPT_BYTES = 72

Derive = Callable[[bytes], bytes]


class Foreign(Struct, frozen=True):
    """How a hash was made, what came out, and how much it costs of what a hash may cost."""

    derive: Derive
    digest: bytes
    share: float = 0.0


def parse(stored: str) -> Foreign | None:
    """The hash, or None for what is in no format of the table or beyond a bound."""
    if len(stored) > MOST_LETTERS:
        return None
    for pattern, read in _FORMATS:
        found = re.fullmatch(pattern, stored)  # compiled for the first who comes with one
        if found:
            try:
                return read(*found.groups())
            except (ValueError, KeyError, TypeError, IndexError, RecursionError):
                return None
    return None


def is_cheap(foreign: Foreign) -> bool:
    """Whether checking it takes about a second at most, as is asked of hashes that are brought in by the thousand."""
    return foreign.share <= _CHEAP


def matches(foreign: Foreign, password: bytes) -> bool:
    """Whether the password made this hash."""
    try:
        return hmac.compare_digest(foreign.derive(password), foreign.digest)
    except (ValueError, MemoryError):
        return False


def _bytes(text: str) -> bytes:
    """Base64 in any of its alphabets, with padding or without."""
    plain = text.translate(str.maketrans("-_.", "+/+")).rstrip("=")
    return _bounded(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))


def _hex(text: str) -> bytes:
    return _bounded(bytes.fromhex(text))


def _bounded(raw: bytes) -> bytes:
    if not 0 < len(raw) <= _MOST_BYTES:
        raise ValueError("no digest, or a very long one")
    return raw


# The functions, each bounded


def _pbkdf2(name: str, iterations: int, salt: bytes, digest: bytes) -> Foreign:
    if not 1 <= iterations <= _MOST_ITERATIONS or len(digest) > 64:
        raise ValueError("too dear")
    work, blocks = (
        functools.partial(hashlib.pbkdf2_hmac, name),
        -(-len(digest) // hashlib.new(name).digest_size),
    )
    # SHA-512 is twice the work.
    share = iterations * blocks * (1 if name == "sha512" else 0.5) / _MOST_ITERATIONS
    return Foreign(lambda password: work(password, salt, iterations, len(digest)), digest, share)


def _scrypt(n: int, r: int, p: int, salt: bytes, digest: bytes) -> Foreign:
    dear = 128 * n * r > _MOST_MEMORY or n * r * p > _MOST_SCRYPT_WORK
    if dear or min(n, r, p) < 1 or n < 2 or n & (n - 1):
        raise ValueError("too dear")
    limit = 128 * r * (n + p + 2) + (1 << 20)

    def derive(password: bytes) -> bytes:
        return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, maxmem=limit, dklen=len(digest))

    return Foreign(derive, digest, n * r * p / _MOST_SCRYPT_WORK)


def _firebase(n: str, r: str, separator: str, key: str, salt: str, digest: str) -> Foreign:
    """Firebase's: what scrypt makes of the password encrypts the project's key."""
    power, signer, made = int(n), _bytes(key), _bytes(digest)
    if not 1 <= power < 32 or len(signer) != len(made):
        raise ValueError("too dear, or of another key")
    salted = _bytes(salt) + (_bytes(separator) if separator else b"")
    inner = _scrypt(1 << power, int(r), 1, salted, bytes(firebase.KEY_BYTES))
    return Foreign(lambda password: firebase.encrypt(inner.derive(password), signer), made, inner.share)


def _argon2(kind: str, version: str | None, m: str, t: str, p: str, salt: str, digest: str) -> Foreign:
    memory, passes, lanes, made = int(m), int(t), int(p), _bytes(digest)
    if memory * 1024 > _MOST_MEMORY or memory * passes > _MOST_ARGON2_WORK or not 1 <= lanes <= 32:
        raise ValueError("too dear")
    if int(version or 16) not in (16, 19) or passes < 1 or memory < 8 * lanes or len(_bytes(salt)) < 8:
        raise ValueError("of no use to the library")
    work = functools.partial(
        _argon2_raw, kind=kind, salt=_bytes(salt), time_cost=passes, memory_cost=memory, parallelism=lanes,
        hash_len=len(made), version=int(version or 16),
    )  # fmt: skip
    return Foreign(work, made, memory * passes / _MOST_ARGON2_WORK)


def _argon2_raw(password: bytes, kind: str, **how: Any) -> bytes:
    """The library's, loaded for the first who comes with such a hash; raises ValueError for what it cannot do."""
    from argon2 import Type, low_level
    from argon2.exceptions import HashingError

    try:
        return low_level.hash_secret_raw(password, type=Type[kind.upper()], **how)
    except HashingError as error:
        raise ValueError(str(error)) from error


def _bcrypt(full: str, prepare: Derive | None = None) -> Foreign:
    """bcrypt of something made of the password; without that of its first 72 bytes, as other servers cut it."""
    cost = int(full[4:6])
    if not 4 <= cost <= MOST_BCRYPT_COST:
        raise ValueError("too dear")
    made, share = prepare or (lambda password: password[:_BCRYPT_BYTES]), 2.0 ** (cost - MOST_BCRYPT_COST)
    return Foreign(lambda password: bcrypt.hashpw(made(password), full[:29].encode()), full.encode(), share)


# The formats


def _sha256_hex(password: bytes) -> bytes:
    return hashlib.sha256(password).hexdigest().encode()


def _sha256_base64(password: bytes) -> bytes:
    return base64.b64encode(hashlib.sha256(password).digest())


def _wordpress(password: bytes) -> bytes:
    return base64.b64encode(hmac.digest(b"wp-sha384", password.strip(b" \t\n\r\0\x0b"), "sha384"))


def _passlib_v1(variant: str, cost: str, salt: str, digest: str) -> Foreign:
    return _bcrypt(f"${variant}${int(cost):02d}${salt}{digest}", _sha256_base64)


def _aspnet(text: str) -> Foreign:
    """ASP.NET Identity: version 3 says its parameters, version 2 has one set."""
    raw = base64.b64decode(text, validate=True)
    if raw[0] == 0 and len(raw) == 49:
        return _pbkdf2("sha1", 1000, raw[1:17], raw[17:])
    function, iterations, salt = (int.from_bytes(raw[at : at + 4], "big") for at in (1, 5, 9))
    if raw[0] != 1 or not 8 <= salt <= 64 or len(raw) < 13 + salt + 16:
        raise ValueError("of no known version")
    name = ("sha1", "sha256", "sha512")[function]
    return _pbkdf2(name, iterations, raw[13 : 13 + salt], raw[13 + salt :])


def _keycloak(text: str) -> Foreign:
    """A credential as Keycloak exports it: two members that are JSON themselves."""
    whole = json.loads(text)
    how, what = (
        json.loads(part) if isinstance(part, str) else part
        for part in (whole["credentialData"], whole["secretData"])
    )
    salt, digest = _bytes(what["salt"]), _bytes(what["value"])
    name, parameters = str(how["algorithm"]).lower(), how.get("additionalParameters") or {}
    if name == "argon2":
        read = {key: str(values[0]) for key, values in parameters.items()}
        kind, version = read.get("type", "id"), "16" if read.get("version") == "1.0" else "19"
        cost = (read["memory"], str(how["hashIterations"]), read["parallelism"])
        return _argon2(kind, version, *cost, what["salt"], what["value"])
    names = {"pbkdf2": "sha1", "pbkdf2-sha256": "sha256", "pbkdf2-sha512": "sha512"}
    return _pbkdf2(names[name], int(how["hashIterations"]), salt, digest)


def _salted(name: str, salt: bytes, digest: bytes, salt_first: bool) -> Foreign:
    """A fast hash of old: weak, and gone at the first right password."""
    work = functools.partial(hashlib.new, name, usedforsecurity=False)
    if len(digest) != work().digest_size:
        raise ValueError("of no such function")
    return Foreign(
        lambda password: work(salt + password if salt_first else password + salt).digest(), _bounded(digest)
    )


def _keyed_or_salted(name: str, salt: str, text: str) -> Foreign:
    """Werkzeug made an HMAC under the salt, and Django the hash of both; they are written the same way."""
    salted, digest = _salted(name, salt.encode(), _hex(text), salt_first=True), _hex(text)

    def derive(password: bytes) -> bytes:
        keyed = hmac.digest(salt.encode(), password, name)
        return keyed if hmac.compare_digest(keyed, digest) else salted.derive(password)

    return Foreign(derive, digest)


_BY_LENGTH = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def _bare(text: str) -> Foreign:
    """The hexadecimal digits of a hash without a name or a salt, as old PHP has it."""
    return _salted(_BY_LENGTH[len(text)], b"", _hex(text), salt_first=True)


def _node_scrypt(salt: str, digest: str) -> Foreign:
    """Node's scrypt with its defaults, given the digits of the salt as text, as many tutorials have it."""
    return _scrypt(16384, 8, 1, salt.encode(), _hex(digest))


def _ldap(kind: str, text: str) -> Foreign:
    _, _, plain = kind.upper().rpartition("SHA")
    name = {"": "sha1", "256": "sha256", "512": "sha512", "MD5": "md5", "SMD5": "md5"}[plain]
    raw, size = _bytes(text), hashlib.new(name, usedforsecurity=False).digest_size
    return _salted(name, raw[size:], raw[:size], salt_first=False)


def _phpass(prefix: str, cost: str, salt: str, digest: str) -> Foreign:
    rounds = phpass.rounds(cost)
    made = phpass.drupal if prefix == "S" else phpass.portable
    return Foreign(lambda password: made(password, salt.encode(), rounds).encode(), digest.encode())


def _inner(name: str, stored: str) -> Foreign:
    """What Dovecot, LDAP and Spring Security write before another format."""
    found = None if stored.startswith("{") else parse(stored) or _plain_bcrypt(stored)
    if found is None:
        raise ValueError(f"no {name}")
    return found


def parse_bcrypt(stored: str) -> Foreign | None:
    """bcrypt with nothing before it, which passwords.py checks itself; None for what is none, or beyond the bound."""
    try:
        return _plain_bcrypt(stored)
    except ValueError:
        return None


def _plain_bcrypt(stored: str) -> Foreign | None:
    return _bcrypt(stored) if re.fullmatch(_BCRYPT, stored) else None


_BCRYPT = r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"
_B64 = r"[A-Za-z0-9+/=._-]+"
_INT = r"(\d{1,10})"
_ARGON2 = rf"\$argon2(id|i|d)\$(?:v=(\d\d)\$)?m={_INT},t={_INT},p=(\d{{1,3}})\$({_B64})\$({_B64})"
_PHP64 = "[./0-9A-Za-z]"
_HEX = "[0-9A-Fa-f]"

# Who writes it is said at the right.
_FORMATS: tuple[tuple[str, Callable[..., Foreign]], ...] = (
    (_ARGON2, _argon2),  # argon2-cffi, PHP, Laravel, Node, Go, libsodium
    (rf"argon2{_ARGON2}", _argon2),  # Django
    (
        rf"pbkdf2_(sha1|sha256|sha512)\${_INT}\$([^$]+)\$({_B64})",  # Django
        lambda name, n, salt, digest: _pbkdf2(name, int(n), salt.encode(), _bytes(digest)),
    ),
    (
        rf"\$pbkdf2(?:-(sha1|sha256|sha512))?\${_INT}\$({_B64})\$({_B64})",  # passlib, Elixir
        lambda name, n, salt, digest: _pbkdf2(name or "sha1", int(n), _bytes(salt), _bytes(digest)),
    ),
    (
        rf"\$pbkdf2-(sha1|sha256|sha512)\$i={_INT}(?:,l=\d+)?\$({_B64})\$({_B64})",  # PHC: Auth0, Ory
        lambda name, n, salt, digest: _pbkdf2(name, int(n), _bytes(salt), _bytes(digest)),
    ),
    (
        rf"pbkdf2:(sha1|sha256|sha512)(?::{_INT})?\$([^$]+)\$({_HEX}+)",  # Werkzeug (Flask)
        lambda name, n, salt, digest: _pbkdf2(name, int(n or 1000), salt.encode(), _hex(digest)),
    ),
    (
        rf"scrypt:{_INT}:{_INT}:{_INT}\$([^$]+)\$({_HEX}+)",  # Werkzeug
        lambda n, r, p, salt, digest: _scrypt(int(n), int(r), int(p), salt.encode(), _hex(digest)),
    ),
    (
        rf"scrypt\${_INT}\$([^$]+)\${_INT}\${_INT}\$({_B64})",  # Django
        lambda n, salt, r, p, digest: _scrypt(int(n), int(r), int(p), salt.encode(), _bytes(digest)),
    ),
    (
        rf"\$scrypt\$ln={_INT},r={_INT},p={_INT}\$({_B64})\$({_B64})",  # passlib; Ory says N itself
        lambda n, r, p, salt, digest: _scrypt(
            1 << int(n) if int(n) < 32 else int(n), int(r), int(p), _bytes(salt), _bytes(digest)
        ),
    ),
    (
        rf"\$fbscrypt\$v=1,n={_INT},r={_INT},p=1(?:,ss=({_B64}))?,sk=({_B64})\$({_B64})\$({_B64})",  # Supabase
        _firebase,
    ),
    (
        rf"\$firescrypt\$ln={_INT},r={_INT},p=1\$({_B64})\$({_B64})\$({_B64}|)\$({_B64})",  # Ory
        lambda n, r, salt, digest, separator, key: _firebase(n, r, separator, key, salt, digest),
    ),
    (
        rf"s2:([0-9A-Za-z]+):({_HEX}{{128}})",  # Lucia
        lambda salt, digest: _scrypt(16384, 16, 1, salt.encode(), _hex(digest)),
    ),
    (rf"bcrypt_sha256\$({_BCRYPT})", lambda full: _bcrypt(full, _sha256_hex)),  # Django
    (rf"bcrypt\$({_BCRYPT})", _bcrypt),  # Django
    (rf"\$wp({_BCRYPT})", lambda full: _bcrypt(full, _wordpress)),  # WordPress from 6.8
    (rf"\$bcrypt-sha256\$(2[aby]),(\d\d?)\$({_PHP64}{{22}})\$({_PHP64}{{31}})", _passlib_v1),
    (rf"\$([PHS])\$({_PHP64})(.{{8}})({_PHP64}+)", _phpass),  # WordPress, phpBB, Drupal 7
    (rf"({_HEX}{{32}}|{_HEX}{{40}}|{_HEX}{{64}}|{_HEX}{{128}})", _bare),
    (rf"({_HEX}{{16,64}})\.({_HEX}{{64}}|{_HEX}{{128}})", _node_scrypt),
    (rf"({_HEX}{{128}})\.({_HEX}{{16,64}})", lambda digest, salt: _node_scrypt(salt, digest)),
    (r"(A[A-Za-z0-9+/]+={0,2})", _aspnet),  # ASP.NET Identity
    (r"(\{\s*\".*\})", _keycloak),
    (rf"(md5|sha1|sha256|sha512)\$([^$]*)\$({_HEX}+)", _keyed_or_salted),  # Django and Werkzeug, long ago
    (rf"\{{((?i:s?sha(?:256|512)?|s?md5))\}}({_B64})", _ldap),
    (r"\{(?i:(crypt|bcrypt|blf-crypt|argon2|argon2id|argon2i))\}(.+)", _inner),
)
