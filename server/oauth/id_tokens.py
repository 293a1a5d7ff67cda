"""Id tokens (OpenID Connect Core, 3.1.3.7): whose key, for whom, how old."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from joserfc.errors import JoseError

from server import clock
from server.model import Json
from server.oauth.key_sets import KeySets
from server.oauth.provider import IdTokenRules
from server.outgoing import OutgoingError

LEEWAY_SECONDS = 30
_NEEDED = ("iss", "sub", "aud", "exp", "iat")
ASYMMETRIC = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_REFUSED = (JoseError, ValueError, TypeError, KeyError, AttributeError)


def decode(token: str | None) -> Json | None:
    """The claims without a look at the signature: of a token that came from the provider itself, over TLS."""
    try:
        return _decoded((token or "").split(".")[1])
    except (ValueError, IndexError, RecursionError):
        return None


def _decoded(part: str) -> Json:
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


async def verify(keys: KeySets, token: str, rules: IdTokenRules, nonce: str | None = None) -> Json | None:
    """The claims, or None for what is forged, over, too old, or meant for somebody else. S43."""
    try:
        kid, algorithm = _read_header(token, rules)
        found = await keys.find(rules.keys, kid, algorithm)
    except (*_REFUSED, IndexError, RecursionError, OutgoingError):
        return None
    claims = next((claims for key in found if (claims := _opened(token, key, algorithm)) is not None), None)
    if claims is None or not _holds(claims, rules) or (nonce and not _is_nonce(claims, nonce, rules)):
        return None
    return claims if rules.claims is None or rules.claims(claims) else None


def _read_header(token: str, rules: IdTokenRules) -> tuple[str | None, str]:
    """Which key, and how it was signed: only as it may be; raises ValueError for another way."""
    header = _decoded(token.split(".", maxsplit=1)[0])
    kid, algorithm = header.get("kid"), header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in rules.algorithms or "crit" in header:
        raise ValueError("an algorithm that is not allowed")
    if rules.names_key and not isinstance(kid, str):
        raise ValueError("a key without a name")
    return kid if isinstance(kid, str) else None, algorithm


def _opened(token: str, key: Any, algorithm: str) -> Json | None:
    from joserfc import jws

    try:
        opened = jws.deserialize_compact(token, key, algorithms=[algorithm])
        claims = json.loads(opened.payload)
    except (*_REFUSED, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _holds(claims: Json, rules: IdTokenRules) -> bool:
    if not all(name in claims for name in _NEEDED):
        return False
    if rules.issuers and claims["iss"] not in rules.issuers:
        return False
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    return bool(set(rules.audience) & {each for each in audience if isinstance(each, str)}) and _in_time(
        claims, rules
    )


def _in_time(claims: Json, rules: IdTokenRules) -> bool:
    now = clock.milliseconds(clock.now()) // 1000
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if not all(isinstance(time, (int, float)) and not isinstance(time, bool) for time in times.values()):
        return False
    if times["exp"] <= now - LEEWAY_SECONDS or times.get("nbf", now) > now + LEEWAY_SECONDS:
        return False
    age = now - times["iat"]
    return rules.max_age is None or -LEEWAY_SECONDS <= age <= rules.max_age + LEEWAY_SECONDS


def _is_nonce(claims: Json, nonce: str, rules: IdTokenRules) -> bool:
    found = claims.get("nonce")
    if not isinstance(found, str):
        return False
    expected = [nonce, *([hashlib.sha256(nonce.encode()).hexdigest()] if rules.hashed_nonce else [])]
    return any(hmac.compare_digest(found.encode(), each.encode()) for each in expected)
