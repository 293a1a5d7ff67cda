"""The keys that third parties sign id tokens with, and tokens signed by them, rightly or not."""

from __future__ import annotations

import base64
import functools
import hmac
import json
import threading
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
FAMILIES = ("RS", "ES", "Ed")
# What is published unless a host was told otherwise; "next" comes after a rotation, "other" is nobody's.
GOOD = "good"
_MAKING = threading.Lock()


def private(name: str, family: str) -> Key:
    """One of the keys, made when it is first asked for; the families are RS, ES and Ed."""
    with _MAKING:  # two who ask at once must not get two of one name
        return _make(name, family)


@functools.cache
def _make(name: str, family: str) -> Key:
    if family == "ES":
        return ec.generate_private_key(ec.SECP256R1())
    if family == "Ed":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, 2048)


def kid_of(name: str, family: str) -> str:
    """The id under which a key is published."""
    return f"{name}-{family}".lower()


def id_token(
    claims: dict[str, Any], key: str = GOOD, alg: str = "RS256", kid: str | None = "", **header: Any
) -> str:
    """A signed token; `kid` is the key's own unless another is named, and left out where it is None."""
    family = _family(alg)
    head = {"alg": alg, "typ": "JWT", "kid": kid_of(key, family) if kid == "" else kid} | header
    parts = [{name: value for name, value in head.items() if value is not None}, claims]
    text = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in parts)
    return f"{text}.{encode(_signature(text.encode(), key, alg))}"


def claims_of(token: str) -> dict[str, Any] | None:
    """What a token says, whoever signed it; None for what is no token."""
    try:
        found = json.loads(decode(token.split(".")[1]))
    except (IndexError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def published(*names: str, families: tuple[str, ...] = FAMILIES) -> dict[str, Any]:
    """The key set with the keys of these names."""
    return {"keys": [_public(name, family) for name in names for family in families]}


def encode(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Its opposite; ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)


def _family(alg: str) -> str:
    return {"ES": "ES", "Ed": "Ed"}.get(alg[:2], "RS")


def _signature(text: bytes, name: str, alg: str) -> bytes:
    key = private(name, _family(alg))
    if alg == "none":
        return b""
    if alg.startswith("HS"):  # with what everybody knows, as an attacker would
        return hmac.digest(_pem(key), text, f"sha{alg[2:]}")
    if isinstance(key, rsa.RSAPrivateKey):
        digest = HASHES[alg[2:]]()
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.sign(text, pss if alg.startswith("PS") else padding.PKCS1v15(), digest)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)
    return key.sign(text)


def _pem(key: Key) -> bytes:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form)


def _public(name: str, family: str) -> dict[str, str]:
    key = private(name, family)
    found = {"kid": kid_of(name, family), "use": "sig"}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return found | {"kty": "RSA", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e)}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        return found | {"kty": "EC", "alg": "ES256", "crv": "P-256", "x": _wide(point.x), "y": _wide(point.y)}
    raw = key.public_key().public_bytes_raw()
    return found | {"kty": "OKP", "alg": "EdDSA", "crv": "Ed25519", "x": encode(raw)}


def _number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8))


def _wide(value: int) -> str:
    return encode(value.to_bytes(32))
