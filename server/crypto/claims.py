"""Claims that go through the browser and come back: signed (JWS), or sealed so that only we can read them (JWE)."""

from __future__ import annotations

import uuid
from typing import Any, Protocol

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from server import clock
from server.crypto.encryption import hkdf
from server.crypto.keyring import Keyring
from server.protocol import javascript

Claims = dict[str, Any]

LEEWAY_SECONDS = 15
MAX_LENGTH = 512 * 1024  # joserfc's own limits are below what 100 cookies can carry
_INFO = b"BetterAuth.js Generated Encryption Key"
_REFUSED = (JoseError, ValueError, TypeError)


class _SignedRegistry(jws.JWSRegistry):
    max_payload_length = MAX_LENGTH


class _SealedRegistry(jwe.JWERegistry):
    max_ciphertext_length = MAX_LENGTH


_SIGNED = _SignedRegistry(algorithms=["HS256"])
_SEALED = _SealedRegistry(algorithms=["dir", "A256CBC-HS512"])


class Tokens(Protocol):
    """Claims to text and back."""

    def write(self, claims: Claims, seconds: int) -> str:
        """The token, which lives for `seconds`."""

    def read(self, token: str) -> Claims | None:
        """The claims, or None for what is forged, over, or from a secret that was retired."""


class SignedTokens:
    """HS256 with one secret: anybody can read what they carry."""

    def __init__(self, secret: str) -> None:
        self._key = OctKey.import_key(secret)

    def write(self, claims: Claims, seconds: int) -> str:
        """The token, which lives for `seconds`."""
        text = javascript.stringify(_timed(claims, seconds))
        return jws.serialize_compact({"alg": "HS256"}, text.encode(), self._key, registry=_SIGNED)

    def read(self, token: str) -> Claims | None:
        """The claims, or None for what is forged or over."""
        try:
            found = jws.deserialize_compact(token, self._key, registry=_SIGNED)
        except _REFUSED:
            return None
        return _parse(found.payload, 0)


class SealedTokens:
    """dir and A256CBC-HS512 under keys derived for `salt`; what any secret of the keyring sealed can be read."""

    def __init__(self, keyring: Keyring, salt: str) -> None:
        derived = [hkdf(secret, salt.encode(), _INFO, 64) for secret in keyring.every()]
        self._keys = {key.thumbprint(): key for key in map(OctKey.import_key, derived)}

    def write(self, claims: Claims, seconds: int) -> str:
        """The token, which lives for `seconds`."""
        kid, key = next(iter(self._keys.items()))
        header = {"alg": "dir", "enc": "A256CBC-HS512", "kid": kid}
        text = javascript.stringify(_timed(claims, seconds) | {"jti": str(uuid.uuid4())})
        return jwe.encrypt_compact(header, text.encode(), key, registry=_SEALED)

    def read(self, token: str) -> Claims | None:
        """The claims, or None for what is forged, over, or from a secret that was retired."""
        for kid, key in self._keys.items():
            try:
                found = jwe.decrypt_compact(token, key, registry=_SEALED)
            except _REFUSED:
                continue
            named = found.headers().get("kid", kid)
            return _parse(found.plaintext or b"", LEEWAY_SECONDS) if named == kid else None
        return None


def _timed(claims: Claims, seconds: int) -> Claims:
    issued_at = clock.milliseconds(clock.now()) // 1000
    return claims | {"iat": issued_at, "exp": issued_at + seconds}


def _parse(text: bytes, leeway: int) -> Claims | None:
    try:
        claims = javascript.parse(text.decode())
    except ValueError:
        return None
    return claims if isinstance(claims, dict) and _in_time(claims, leeway) else None


def _in_time(claims: Claims, leeway: int) -> bool:
    """An `exp` has to be there and ahead; `iat` and `nbf` are numbers where they are there. S41."""
    now = clock.milliseconds(clock.now()) // 1000
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(isinstance(time, (int, float)) and not isinstance(time, bool) for time in times.values()):
        return False
    return bool(times.get("exp", 0) > now - leeway and times.get("nbf", 0) <= now + leeway)
