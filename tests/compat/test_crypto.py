"""Encrypted texts, tokens and JSON: what better-auth makes we read, and what we make it reads."""

from __future__ import annotations

import json
import random
import struct
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from server.crypto.claims import SealedTokens, SignedTokens
from server.crypto.encryption import DecryptionError, decrypt, encrypt, for_purpose
from server.crypto.keyring import Keyring
from server.protocol import javascript
from tests.compat.servers import HERE, node

BARE, NEW, OLD = (f"the {word} secret of the comparison, long enough" for word in ("bare", "new", "old"))
KEYRINGS = [Keyring(BARE), Keyring("", ((2, NEW), (1, OLD))), Keyring(BARE, ((7, NEW), (1, OLD)))]
PURPOSES = ["", "oauth-state-cookie", "oauth-link-session-token"]
TEXTS = ["", "x", "ya29.a0Af_token-with.dots", "Zoë 😀 \u2028\x00", "long " * 2000]

Ask = Callable[..., Any]


@dataclass
class Refused(Exception):
    """better-auth threw."""

    said: str


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Questions to better-auth's own code."""
    with subprocess.Popen(
        [node(), "--no-warnings", "crypto.mjs"], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:

        def question(do: str, keyring: Keyring = KEYRINGS[0], **more: Any) -> Any:
            assert process.stdin is not None
            assert process.stdout is not None
            asked = {"do": do, "unversioned": keyring.unversioned, "versions": keyring.versions} | more
            process.stdin.write(json.dumps(asked).encode() + b"\n")
            process.stdin.flush()
            found = json.loads(process.stdout.readline())
            if "error" in found:
                raise Refused(found["error"])
            return found["answer"]

        yield question


def ours(keyring: Keyring, purpose: str) -> Keyring:
    return for_purpose(keyring, purpose) if purpose else keyring


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("keyring", KEYRINGS, ids=("one", "versions", "both"))
def test_encrypted_texts_both_ways(ask: Ask, keyring: Keyring, purpose: str) -> None:
    for text in TEXTS:
        assert decrypt(ours(keyring, purpose), ask("encrypt", keyring, purpose=purpose, text=text)) == text
        assert ask("decrypt", keyring, purpose=purpose, text=encrypt(ours(keyring, purpose), text)) == text


@pytest.mark.parametrize("made_by", KEYRINGS, ids=("one", "versions", "both"))
@pytest.mark.parametrize("read_by", [*KEYRINGS, Keyring("", ((1, OLD),)), Keyring(NEW)])
def test_a_rotation_has_the_same_reach(ask: Ask, made_by: Keyring, read_by: Keyring) -> None:
    for made in (encrypt(made_by, "text"), ask("encrypt", made_by, text="text")):
        try:
            found: str | None = decrypt(read_by, made)
        except DecryptionError:
            found = None
        try:
            assert ask("decrypt", read_by, text=made) == found
        except Refused:
            assert found is None


@pytest.mark.parametrize("salt", ["better-auth-session", "better-auth-account"])
@pytest.mark.parametrize("made_by", KEYRINGS, ids=("one", "versions", "both"))
@pytest.mark.parametrize("read_by", [*KEYRINGS, Keyring("", ((9, OLD),)), Keyring(NEW)])
def test_sealed_tokens_both_ways(ask: Ask, made_by: Keyring, read_by: Keyring, salt: str) -> None:
    claims = {"userId": "u", "name": "Zoë 😀", "list": [1, 2.5, None, True]}
    theirs, mine = (
        ask("seal", made_by, claims=claims, salt=salt),
        SealedTokens(made_by, salt).write(claims, 60),
    )
    for token in (theirs, mine):
        found = SealedTokens(read_by, salt).read(token)
        assert found == ask("open", read_by, text=token, salt=salt)
        assert found is None or found.items() >= claims.items()
    assert [len(part) for part in theirs.split(".")] == [len(part) for part in mine.split(".")]


def test_signed_tokens_both_ways(ask: Ask) -> None:
    claims = {"userId": "u", "name": "Zoë 😀"}
    tokens = SignedTokens(BARE)
    theirs, mine = ask("sign", claims=claims), tokens.write(claims, 60)
    assert tokens.read(theirs) == ask("verify", text=theirs)
    assert tokens.read(mine) == ask("verify", text=mine)
    assert ask("verify", text=SignedTokens(NEW).write(claims, 60)) is None
    assert theirs.split(".")[0] == mine.split(".")[0]


def numbers(random_: random.Random) -> Iterator[float]:
    for _ in range(3000):
        yield struct.unpack("d", random_.randbytes(8))[0]
        yield random_.uniform(-1000, 1000)
        yield random_.randint(-100, 100) * 10.0 ** random_.randint(-12, 24)
        yield float(random_.randint(-(2**60), 2**60))


def test_numbers_are_printed_as_javascript_prints_them(ask: Ask) -> None:
    chosen = [number for number in numbers(random.Random(1)) if abs(number) < float("inf")]
    text = json.dumps(chosen)
    assert javascript.stringify(javascript.parse(text)) == ask("json", text=text)


TEXTS_OF_JSON = [
    '{"b":1,"10":2,"2":3,"01":4,"4294967294":5,"4294967295":6,"a":{"1":1,"0":2}}',
    '{"a":1,"b":2,"a":3,"":0}',
    '"\\ud800 \\ud83d\\ude00 \\udc00\\ud800 \\u2028\\u0000\\u001f\\u007f\\/\\b\\f"',
    "[1.0,1e400,-0,-0.0,1E5,1e-400,12345678901234567890,0.1e1]",
]


@pytest.mark.parametrize("text", TEXTS_OF_JSON)
def test_json_is_printed_as_javascript_prints_it(ask: Ask, text: str) -> None:
    assert javascript.stringify(javascript.parse(text)) == ask("json", text=text)


def test_dates_mean_what_they_mean_to_javascript(ask: Ask) -> None:
    random_ = random.Random(2)
    for _ in range(1500):
        year, month, day = random_.randint(0, 9999), random_.randint(0, 13), random_.randint(0, 32)
        hour, minute, second = (
            random_.randint(0, 25),
            random_.choice((0, 59, 60)),
            random_.choice((0, 59, 60)),
        )
        rest = random_.choice(("", ".0", ".5", ".0004", ".9996", f".{random_.randint(0, 10**9)}"))
        text = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{rest}Z"
        assert javascript.date(text) == ask("date", text=text), text
