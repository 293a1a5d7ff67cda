"""The signed token of a mail: its claims, and how it may be spelled."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.compat.caller import ALPHABET, Caller
from tests.compat.case import Group

group = Group()
VERIFY = "GET /verify-email"


def _claims(caller: Caller, **changes: Any) -> dict[str, Any]:
    return {"email": caller.email} | changes


def _verify(caller: Caller, token: str, query: str = "") -> None:
    caller.get(f"/verify-email?token={token}{query}")


TOKENS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("no userId", {}, {}),
    ("another userId", {"userId": "x" * 32}, {}),
    ("unknown address", {"email": "never-seen@example.com"}, {}),
    ("upper-case address", {"email": "UPPER"}, {}),
    ("no address at all", {"email": "x"}, {}),
    ("address missing", {"email": None}, {}),
    ("expired", {}, {"exp": -10}),
    ("without exp", {}, {"exp": None}),
    ("not yet valid", {"nbf": 4_000_000_000}, {}),
    ("issued in the future", {}, {"iat": 1000}),
    ("exp text", {"exp": "4000000000"}, {"exp": None}),
    ("exp true", {"exp": True}, {"exp": None}),
    ("nbf text", {"nbf": "1"}, {}),
    ("nbf true", {"nbf": True}, {}),
    ("iat text", {"iat": "1"}, {"iat": None}),
    ("iat true", {"iat": True}, {"iat": None}),
    ("iat object", {"iat": {}}, {"iat": None}),
    ("iat fraction", {"iat": 1.5}, {"iat": None}),
    ("iat text, over", {"iat": "1"}, {"iat": None, "exp": -10}),
    ("without iat", {}, {"iat": None}),
    ("updateTo empty", {"updateTo": ""}, {}),
    ("updateTo and requestType empty", {"updateTo": "", "requestType": "", "userId": ""}, {}),
    ("foreign secret", {}, {"secret": "another secret, long enough for anyone"}),
    ("alg none", {}, {"alg": "none"}),
    ("alg HS512 in the header", {}, {"alg": "HS512"}),
    ("typ in the header", {}, {"typ": "JWT"}),
    ("updateTo without userId", {"updateTo": "new-address@example.com"}, {}),
    ("updateTo number", {"updateTo": 5}, {}),
    ("requestType alone", {"requestType": "change-email-verification"}, {}),
]


def _token(caller: Caller, pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    claims, how = pair
    caller.person()
    claims = {key: caller.email.upper() if value == "UPPER" else value for key, value in claims.items()}
    token = caller.email_token(_claims(caller, **claims), **how)
    _verify(caller, token, "&callbackURL=/x")
    _verify(caller, token)
    caller.tables()


group.each(VERIFY, "token", [(label, (claims, how)) for label, claims, how in TOKENS], _token)
ENDS = [
    "=",
    "==",
    "===",
    "%3D",
    "%20",
    "%0A",
    "%09",
    "%0C",
    "%0D",
    "%0B",
    "%C2%A0",
    "%00",
    ".",
    "A",
    "%2B",
    "%20%3D%20",
]


def _around(start: str, end: str, signature: str) -> str:
    return start + signature + end


SIGNATURES: list[tuple[str, Callable[[str], str]]] = [
    *((f"then {end}", functools.partial(_around, "", end)) for end in ENDS),
    *((f"{start} first", functools.partial(_around, start, "")) for start in ("%20", "=", "A")),
    ("a space inside", lambda signature: f"{signature[:9]}%20{signature[9:]}"),
    ("padding inside", lambda signature: f"{signature[:9]}={signature[9:]}"),
    ("standard alphabet", lambda signature: signature.replace("-", "%2B").replace("_", "%2F")),
    ("spare bits", lambda signature: signature[:-1] + _next(signature[-1])),
    ("cut", lambda signature: signature[:-1]),
    ("none", lambda signature: ""),
]


def _next(letter: str) -> str:
    """The letter that says the same four bits in another way."""
    letters = f"{ALPHABET}-_"
    return letters[letters.index(letter) ^ 1]


def _signature(caller: Caller, spell: Callable[[str], str]) -> None:
    """A token that has letters of both alphabets, its signature spelled in another way."""
    user, now = caller.person(), int(time.time())
    for seconds in range(3600, 7200):
        token = caller.email_token(_claims(caller, userId=user, exp=now + seconds), exp=None)
        head, _, signature = token.rpartition(".")
        if "-" in signature and "_" in signature:
            break
    _verify(caller, f"{head}.{spell(signature)}")


group.each(VERIFY, "signature", SIGNATURES, _signature)
PARTS = [
    "%20{0}.{1}.{2}",
    "{0}=.{1}.{2}",
    "{0}%20.{1}.{2}",
    "{0}.%20{1}.{2}",
    "{0}.{1}=.{2}",
    "{0}.{1}%20.{2}",
    "{0}.{1}.{2}.",
]


def _parts(caller: Caller, form: str) -> None:
    token = caller.email_token(_claims(caller, userId=caller.person()))
    _verify(caller, form.format(*token.split(".")))


group.each(VERIFY, "parts", [(form, form) for form in PARTS], _parts)
RAW = ["", "x", "a.b", "a.b.c", "..", "%00", "x" * 5000, "eyJhbGciOiJIUzI1NiJ9.e30.", "é"]
group.each(
    VERIFY,
    "raw token",
    [(repr(t[:30]), t) for t in RAW],
    lambda caller, t: _verify(caller, quote(t, safe="%")),
)
