"""The signed links of e-mail verification: better-auth's stateless HS256 tokens, bound to one user."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import orjson
from joserfc.errors import JoseError
from msgspec import Struct

from server import clock
from server.protocol import rules

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

SECONDS = 3600
_WHITE_SPACE = re.compile(r"[\t\n\f\r ]")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class TokenExpired(Exception):
    """The signature is right, the time is over."""


class TokenInvalid(Exception):
    """Not signed by us, or not valid yet. S41."""


class TokenOfAnotherKind(Exception):
    """Signed by us for something else: no e-mail token. S41."""


class EmailToken(Struct, frozen=True):
    """Who it is for and what it does: `update_to` changes the address, `request_type` says at which step.

    `issued_at` is what was read, in seconds.

    `sign_up` is which further sign-up of the address the link proves; without it, the first.
    """

    email: str
    user_id: str | None
    update_to: str | None = None
    request_type: str | None = None
    sign_up: str | None = None
    issued_at: float | None = None


def write(secret: str, token: EmailToken, seconds: int = SECONDS) -> str:
    """The compact JWS, with better-auth's header and order of claims."""
    issued_at = clock.milliseconds(clock.now()) // 1000
    claims: dict[str, object] = {"email": token.email.lower()}
    if token.update_to is not None:
        claims["updateTo"] = token.update_to.lower()
    if token.request_type is not None:
        claims["requestType"] = token.request_type
    if token.sign_up is not None:
        claims["signUp"] = token.sign_up
    claims |= {"userId": token.user_id, "iat": issued_at, "exp": issued_at + seconds}
    from joserfc import jws

    return jws.serialize_compact({"alg": "HS256"}, orjson.dumps(claims), _key(secret), algorithms=["HS256"])


def read(secrets: tuple[str, ...], text: str) -> EmailToken:
    """What any of the secrets has signed. Raises TokenExpired, TokenInvalid or TokenOfAnotherKind."""
    token = _canonical(text)
    payloads = (_payload(secret, token) for secret in secrets)
    payload = next((found for found in payloads if found is not None), None)
    try:
        claims = orjson.loads(payload or b"")
    except ValueError as error:
        raise TokenInvalid from error
    if not isinstance(claims, dict):
        raise TokenInvalid
    _check_time(claims)
    return _from_claims(claims)


def _payload(secret: str, token: str) -> bytes | None:
    from joserfc import jws

    try:
        return jws.deserialize_compact(token, _key(secret), algorithms=["HS256"]).payload
    except (JoseError, ValueError):
        return None


def _canonical(token: str) -> str:
    """The signature as we write it; jose reads it as `atob` does: white space, padding and spare bits say nothing."""
    signed, _, signature = token.rpartition(".")
    letters = _WHITE_SPACE.sub("", signature)
    if len(letters) % 4 == 0:
        letters = re.sub("={1,2}$", "", letters)
    if len(letters) % 4 == 1 or not _BASE64URL.fullmatch(letters):
        raise TokenInvalid
    raw = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    return f"{signed}.{base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}"


def _key(secret: str) -> OctKey:
    from joserfc.jwk import OctKey

    return OctKey.import_key(secret)


def _check_time(claims: dict[str, object]) -> None:
    now = clock.milliseconds(clock.now()) // 1000
    _seconds(claims, "iat", now)  # of no consequence, but it has to be a number
    if _seconds(claims, "nbf", now) > now:
        raise TokenInvalid
    if _seconds(claims, "exp", now + 1) <= now:
        raise TokenExpired


def _seconds(claims: dict[str, object], name: str, default: int) -> float:
    """A time in a claim; a signed token without one has no such limit (jose's reading of RFC 7519)."""
    value = claims.get(name, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TokenInvalid
    return value


def _from_claims(claims: dict[str, object]) -> EmailToken:
    email = claims.get("email")
    others = [claims.get(name) for name in ("userId", "updateTo", "requestType", "signUp")]
    if not isinstance(email, str) or not rules.is_email(email):
        raise TokenOfAnotherKind
    if not all(value is None or isinstance(value, str) for value in others):
        raise TokenOfAnotherKind
    issued_at = claims.get("iat")
    seconds = issued_at if isinstance(issued_at, (int, float)) else None
    user_id, update_to, kind, sign_up = (value if isinstance(value, str) else None for value in others)
    return EmailToken(email, user_id, update_to, kind, sign_up, seconds)
