"""The signed links of e-mail verification: better-auth's stateless HS256 tokens, bound to one user."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from server import clock, rules

SECONDS = 3600


class TokenExpired(Exception):
    """The signature is right, the time is over."""


class TokenInvalid(Exception):
    """Not signed by us, or not a token of this kind. S41."""


@dataclass(frozen=True, slots=True)
class EmailToken:
    """Who it is for and what it does: `update_to` changes the address, `request_type` says at which step."""

    email: str
    user_id: str | None
    update_to: str | None = None
    request_type: str | None = None


def write(secret: str, token: EmailToken, seconds: int = SECONDS) -> str:
    """The compact JWS, with better-auth's header and order of claims."""
    issued_at = clock.milliseconds(clock.now()) // 1000
    claims: dict[str, object] = {"email": token.email.lower()}
    if token.update_to is not None:
        claims["updateTo"] = token.update_to.lower()
    if token.request_type is not None:
        claims["requestType"] = token.request_type
    claims |= {"userId": token.user_id, "iat": issued_at, "exp": issued_at + seconds}
    return jws.serialize_compact({"alg": "HS256"}, orjson.dumps(claims), _key(secret), algorithms=["HS256"])


def read(secret: str, text: str) -> EmailToken:
    """Raises TokenExpired or TokenInvalid."""
    try:
        payload = jws.deserialize_compact(text, _key(secret), algorithms=["HS256"]).payload
        claims = orjson.loads(payload)
    except (JoseError, ValueError) as error:
        raise TokenInvalid from error
    if not isinstance(claims, dict):
        raise TokenInvalid
    _check_time(claims)
    return _from_claims(claims)


def _key(secret: str) -> OctKey:
    return OctKey.import_key(secret)


def _check_time(claims: dict[str, object]) -> None:
    expires_at = claims.get("exp")
    if not isinstance(expires_at, (int, float)) or isinstance(expires_at, bool):
        raise TokenInvalid
    if expires_at <= clock.milliseconds(clock.now()) // 1000:
        raise TokenExpired


def _from_claims(claims: dict[str, object]) -> EmailToken:
    email = claims.get("email")
    others = [claims.get(name) for name in ("userId", "updateTo", "requestType")]
    if not isinstance(email, str) or not rules.is_email(email):
        raise TokenInvalid
    if not all(value is None or isinstance(value, str) for value in others):
        raise TokenInvalid
    user_id, update_to, request_type = (value if isinstance(value, str) else None for value in others)
    return EmailToken(email, user_id, update_to, request_type)
