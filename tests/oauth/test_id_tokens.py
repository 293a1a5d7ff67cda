"""Id tokens: whose key, for whom, how old. The comparison with better-auth has the same over HTTP."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any, cast

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from server.oauth import id_tokens
from server.oauth.key_sets import KeySets
from server.oauth.provider import IdTokenRules
from server.outgoing import Outgoing, OutgoingError, Reply, Request

GOOD = RSAKey.generate_key(2048, parameters={"kid": "good"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "other"})
RULES = IdTokenRules(
    "https://id.example.com/keys", ("https://id.example.com",), ("us", "us too"), max_age=3600
)
CLAIMS = {"iss": "https://id.example.com", "sub": "7", "aud": "us"}


class Published:
    """Stands for whoever has the keys, and counts how often they are asked for."""

    def __init__(self, *keys: Any) -> None:
        self.keys, self.asked, self.away = list(keys), 0, False

    async def ask(self, request: Request, seconds: float = 10) -> Reply:
        self.asked += 1
        if self.away:
            raise OutgoingError("away")
        body = json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]})
        return Reply(200, {"content-type": "application/json"}, body.encode())


def sets(*keys: Any) -> tuple[KeySets, Published]:
    published = Published(*(keys or (GOOD,)))
    return KeySets(cast(Outgoing, published)), published


def token(key: Any = GOOD, alg: str = "RS256", header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {**CLAIMS, "iat": now, "exp": now + 600, **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    head = {"alg": alg, "kid": key.kid, **(header or {})}
    return jws.serialize_compact(head, json.dumps(claims), key, algorithms=[alg])


async def check(text: str, rules: IdTokenRules = RULES, nonce: str | None = None) -> bool:
    return await id_tokens.verify(sets()[0], text, rules, nonce) is not None


NOW = int(time.time())
REFUSED: dict[str, dict[str, Any]] = {
    "issuer": {"iss": "https://id.example.com/"},
    "no issuer": {"iss": ...},
    "no subject": {"sub": ...},
    "audience": {"aud": "them"},
    "audiences": {"aud": ["them", "others"]},
    "an audience that is none": {"aud": {"us": True}},
    "over": {"exp": NOW - 60},
    "no end": {"exp": ...},
    "an end in words": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "not yet": {"nbf": NOW + 3600},
    "too old": {"iat": NOW - 4000},
    "from the future": {"iat": NOW + 4000},
    "no age": {"iat": ...},
}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", REFUSED)
async def test_what_is_not_for_us(kind: str) -> None:  # S43
    assert not await check(token(**REFUSED[kind]))


@pytest.mark.gen_test
async def test_what_is() -> None:
    assert await check(token())
    assert await check(token(aud=["them", "us too"]))
    assert await check(token(exp=int(time.time()) - 10))  # clocks differ


def by_secret(text: str, secret: bytes) -> str:
    """The same claims, signed with what everybody knows as if it were a secret."""
    signed = "eyJhbGciOiJIUzI1NiIsImtpZCI6Imdvb2QifQ." + text.split(".")[1]
    mark = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mark).rstrip(b'=').decode()}"


@pytest.mark.gen_test
async def test_how_it_is_signed() -> None:  # S43
    unsigned = token().rpartition(".")[0].partition(".")[2]
    none = "eyJhbGciOiJub25lIn0." + unsigned + "."
    curve = ECKey.generate_key("P-256", parameters={"kid": "good"})
    for forged in (
        token(OTHER),
        token(OTHER, header={"kid": "good"}),
        token(GOOD, "RS512"),
        by_secret(token(), GOOD.as_pem(private=False)),
        token(curve, "ES256"),
        none,
        "",
        "a.b.c",
        "..",
        token() + "x",
        token().replace(".", ".x", 1),
    ):
        assert not await check(forged)


@pytest.mark.gen_test
async def test_the_nonce() -> None:  # S43
    hashed = IdTokenRules(RULES.keys, RULES.issuers, RULES.audience, hashed_nonce=True)
    digest = hashlib.sha256(b"once").hexdigest()
    assert await check(token(nonce="once"), nonce="once")
    assert not await check(token(nonce="twice"), nonce="once")
    assert not await check(token(), nonce="once")
    assert not await check(token(nonce=digest), nonce="once")
    assert await check(token(nonce=digest), hashed, "once")
    assert not await check(token(nonce=digest.upper()), hashed, "once")


@pytest.mark.gen_test
async def test_keys_are_kept_and_renewed() -> None:
    keys, published = sets()
    for _ in range(5):
        assert await id_tokens.verify(keys, token(), RULES)
    assert published.asked == 1
    published.keys.append(OTHER)
    assert await id_tokens.verify(keys, token(OTHER), RULES) is None  # asked a moment ago
    next(iter(keys._sets.values())).tried = float("-inf")
    assert await id_tokens.verify(keys, token(OTHER), RULES)
    assert published.asked == 2
    assert await id_tokens.verify(keys, token(), RULES)
    assert published.asked == 2


@pytest.mark.gen_test
async def test_nobody_has_the_keys() -> None:
    keys, published = sets()
    published.away = True
    assert await id_tokens.verify(keys, token(), RULES) is None
