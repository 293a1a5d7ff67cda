"""Encrypted texts and tokens: what better-auth made can be read, what was changed cannot."""

import base64
import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import OctKey

from server import clock
from server.config import settings
from server.crypto.claims import SealedTokens, SignedTokens
from server.crypto.encryption import DecryptionError, decrypt, encrypt, for_purpose
from server.crypto.keyring import Keyring
from server.errors import SettingsError

BARE = "a secret that is long enough for everybody"
NEW, OLD = "the new secret, long enough for everybody", "the old secret, long enough for everybody"
ONE = Keyring(BARE)
ROTATED = Keyring(BARE, ((2, NEW), (1, OLD)))
TEXT = "Zoë 😀 token"

# Made by better-auth 1.7.25: TEXT under BARE, and under each version of ROTATED.
MADE_BARE = "3069e6311cc06c075bae3eaf11e77326316589d5755a41749fbd410728be97368acabb9ef08505031eb408ad55243d0390bfc87ec83b04"
MADE_NEW = (
    "$ba$2$4a64b54b20ce0424e67f0031d97ffedef12b2b9f47cc0e724999367dd892db325133e288a8113d18c960bf4837541bef5822"
    "82d33b9219"
)
MADE_OLD = (
    "$ba$1$2c5880e8c8cf48f25aa09796c50b2102e9df4299e00f1a5789968b83875d83edee8bdad44c6e078cd07dabf19da9aa435ea5"
    "e587e84000"
)
MADE_FOR_STATE = (
    "$ba$2$58cd73a07793c206a01152579a670de907490aeae19032dd359873c3cb7ef1a7954b0b7500b9f2bae7160b3f258afb7d2268"
    "04e3df5a11"
)
# {userId: "u1", name: "Zoë 😀"} for better-auth-account under BARE, and {session: {a: 1}} signed with it.
MADE_SEALED = (
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2Q0JDLUhTNTEyIiwia2lkIjoid3ZOSkI4RW1tS0d3VnA1X0dGZ1lISl9rNFJsd2staS12Q0FrVG9l"
    "Zk1yayJ9..jzpG3mZByiHn8cqk0TfkKQ.SIcr5vmC0anhoECaBRFcQbAYIlYekVflKeeLNbFECY9708WBrTcYcu4G8US3MwrBHV2IKUhqLcy"
    "VwLWuau26f3YPCC8_qT-6NpbFdw2heY2qKQJp1ArWF2-pOC6jPtkGR7wM7OkhhF1I6ar2LgiPCqH0FnsE326T6u1Pc_iisMU.4cF1WK_ynY"
    "kEd5xL-j9VzHMSmoVEHlq7Vjn1YmqLtUM"
)
MADE_SIGNED = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzZXNzaW9uIjp7ImEiOjF9LCJpYXQiOjE3OTUzNTMxNjEsImV4cCI6NDc5NTM1MzE2MX0.cCdY-82Hpw314S"
    "CNTfrv-WflqcL1MGM3F018SQbsvak"
)


@pytest.mark.parametrize(
    ("keyring", "made"),
    [(ONE, MADE_BARE), (ROTATED, MADE_BARE), (ROTATED, MADE_NEW), (ROTATED, MADE_OLD)],
)
def test_what_better_auth_encrypted_is_read(keyring: Keyring, made: str) -> None:
    assert decrypt(keyring, made) == TEXT


def test_keys_for_a_purpose_are_better_auths() -> None:
    derived = for_purpose(ROTATED, "oauth-state-cookie")
    assert decrypt(derived, MADE_FOR_STATE) == TEXT
    assert derived.find(1) == "bfb20650b28c41aec4a9ffeb20cb2288e9f3ba50140fcff251673b0e8969207d"
    link = for_purpose(ONE, "oauth-link-session-token")
    assert link.current == "4c443f1b0e75fa7097e5a2a6c8622d951aed4e214f427e1fcbcdfab9a52e76c0"
    with pytest.raises(DecryptionError):
        decrypt(ROTATED, MADE_FOR_STATE)


def test_the_form() -> None:
    assert re.fullmatch(r"[0-9a-f]{80}", encrypt(ONE, ""))
    assert re.fullmatch(r"\$ba\$2\$[0-9a-f]{80}", encrypt(ROTATED, ""))
    assert encrypt(ONE, "x") != encrypt(ONE, "x")


REFUSED = [
    (ONE, MADE_NEW),
    (Keyring("", ((2, NEW),)), MADE_BARE),
    (Keyring(BARE, ((2, NEW),)), MADE_OLD),
    (Keyring(BARE, ((2, OLD), (1, NEW))), MADE_NEW),
    (ONE, MADE_BARE[:-2]),
    (ONE, MADE_BARE + "00"),
    (ONE, MADE_BARE[:-1]),
    (ONE, "f" + MADE_BARE[1:]),
    (ONE, " ".join(MADE_BARE)),
    (ONE, ""),
    (ROTATED, "$ba$$"),
    (ROTATED, "$ba$x$00"),
    (ROTATED, f"$ba${'9' * 5000}$00"),
]


@pytest.mark.parametrize(("keyring", "text"), REFUSED)
def test_what_is_refused(keyring: Keyring, text: str) -> None:
    with pytest.raises(DecryptionError):
        decrypt(keyring, text)


def test_upper_case_hex_and_a_byte_order_mark_as_better_auth_takes_them() -> None:
    assert decrypt(ONE, MADE_BARE.upper()) == TEXT
    assert decrypt(ONE, encrypt(ONE, "\ufeffx")) == "x"


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    for keyring in (ONE, ROTATED, for_purpose(ROTATED, "oauth-proxy-profile")):
        assert decrypt(keyring, encrypt(keyring, "x" + text)) == "x" + text


@given(st.text() | st.from_regex(r"\$ba\$[0-9]{0,3}\$[0-9a-f]*"))
def test_hostile_texts_are_refused(text: str) -> None:
    for keyring in (ONE, ROTATED):
        with pytest.raises(DecryptionError):
            decrypt(keyring, text)


# Tokens


def test_what_better_auth_sealed_and_signed_is_read() -> None:
    sealed = SealedTokens(ONE, "better-auth-account").read(MADE_SEALED)
    assert sealed is not None
    assert {name: sealed[name] for name in ("userId", "name")} == {"userId": "u1", "name": "Zoë 😀"}
    signed = SignedTokens(BARE).read(MADE_SIGNED)
    assert signed == {"session": {"a": 1}, "iat": 1795353161, "exp": 4795353161}


def test_a_token_is_for_its_purpose_and_its_secret() -> None:
    assert SealedTokens(ONE, "better-auth-session").read(MADE_SEALED) is None
    assert SealedTokens(ROTATED, "better-auth-account").read(MADE_SEALED) is not None
    assert SealedTokens(Keyring("", ((2, NEW),)), "better-auth-account").read(MADE_SEALED) is None
    assert SignedTokens(NEW).read(MADE_SIGNED) is None


def test_an_older_secret_opens_and_the_current_one_seals() -> None:
    before = SealedTokens(Keyring("", ((1, OLD),)), "s").write({"a": 1}, 60)
    after = SealedTokens(ROTATED, "s")
    assert (after.read(before) or {})["a"] == 1
    assert SealedTokens(Keyring("", ((2, NEW),)), "s").read(after.write({"a": 2}, 60)) is not None


@dataclass
class Shift:
    """How far the server's clock is ahead, in seconds."""

    seconds: float = 0


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Shift:
    found, real = Shift(), clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=found.seconds))
    return found


@pytest.mark.parametrize(
    ("seconds", "sealed_lives", "signed_lives"),
    [(0, True, True), (58, True, True), (62, True, False), (74, True, False), (77, False, False)],
)
def test_the_time_of_a_token(
    shift: Shift, seconds: float, sealed_lives: bool, signed_lives: bool
) -> None:  # S41
    sealed, signed = SealedTokens(ONE, "s"), SignedTokens(BARE)
    tokens = sealed.write({}, 60), signed.write({}, 60)
    shift.seconds = seconds
    assert (sealed.read(tokens[0]) is not None) is sealed_lives
    assert (signed.read(tokens[1]) is not None) is signed_lives


TIMES = [{}, {"exp": None}, {"exp": "4795353161"}, {"exp": True}, {"exp": 4795353161, "nbf": 4795353161}]
TIMES += [{"exp": 4795353161, "iat": "now"}, {"exp": 4795353161, "nbf": []}]


@pytest.mark.parametrize("claims", TIMES)
def test_a_token_without_an_end_or_with_odd_times_is_refused(claims: dict[str, object]) -> None:  # S41
    header = {"alg": "HS256"}
    token = jws.serialize_compact(header, json.dumps(claims).encode(), OctKey.import_key(BARE))
    assert SignedTokens(BARE).read(token) is None


@pytest.mark.parametrize("payload", [b"", b"[]", b"null", b"{", b"\xff{}", b"[" * 5000])
def test_a_token_that_carries_no_claims_is_refused(payload: bytes) -> None:
    assert (
        SignedTokens(BARE).read(jws.serialize_compact({"alg": "HS256"}, payload, OctKey.import_key(BARE)))
        is None
    )


def test_only_our_algorithms(recwarn: pytest.WarningsRecorder) -> None:  # S41
    key, claims = OctKey.import_key(BARE), b'{"exp":4795353161}'
    longer = jws.serialize_compact({"alg": "HS512"}, claims, key, algorithms=["HS512"])
    none = "eyJhbGciOiJub25lIn0." + longer.split(".")[1] + "."
    wrapped = jwe.encrypt_compact({"alg": "A256KW", "enc": "A256GCM"}, claims, OctKey.import_key(BARE[:32]))
    assert SignedTokens(BARE).read(longer) is None
    assert SignedTokens(BARE).read(none) is None
    assert SealedTokens(ONE, "better-auth-session").read(wrapped) is None


tokens = st.text() | st.from_regex(r"[A-Za-z0-9_-]*(\.[A-Za-z0-9_-]*){0,5}", fullmatch=True)
parts = st.lists(
    st.sampled_from(MADE_SEALED.split(".") + MADE_SIGNED.split(".") + ["", "e30", "bnVsbA"]), max_size=6
)


@given(tokens | parts.map(".".join))
def test_hostile_tokens_are_refused(token: str) -> None:
    if token not in (MADE_SEALED, MADE_SIGNED):
        assert SealedTokens(ONE, "better-auth-account").read(token) is None
        assert SignedTokens(BARE).read(token) is None


@given(st.binary(max_size=60))
def test_hostile_headers_are_refused(header: bytes) -> None:
    first = base64.urlsafe_b64encode(header).rstrip(b"=").decode()
    assert SealedTokens(ONE, "s").read(f"{first}.{MADE_SEALED.partition('.')[2]}") is None
    assert SignedTokens(BARE).read(f"{first}.{MADE_SIGNED.partition('.')[2]}") is None


# The variables

TWO, ONCE = "the-second-of-all-secrets-in-this-test", "the-first-of-all-secrets-in-this-test"


def load(tmp_path: Path, **environ: str) -> settings.Settings:
    return settings.load(environ, tmp_path)


def test_the_first_version_signs_and_all_decrypt(tmp_path: Path) -> None:  # S45
    found = load(tmp_path, BETTER_AUTH_SECRETS=f"2:{TWO}, 1: {ONCE} ", BETTER_AUTH_SECRET=BARE)
    assert found.secret == TWO
    assert found.keyring == Keyring(BARE, ((2, TWO), (1, ONCE)))
    assert found.keyring.every() == (TWO, ONCE, BARE)


def test_one_secret_is_the_whole_keyring(tmp_path: Path) -> None:
    assert load(tmp_path, BETTER_AUTH_SECRET=BARE).keyring == ONE
    assert (
        replace(load(tmp_path), keyring=Keyring(BARE)).secret == BARE
    )  # the generated one of a development folder


def test_a_keyring_keeps_its_secrets_to_itself() -> None:
    assert BARE not in repr(ROTATED)
    assert NEW not in repr(ROTATED)


@pytest.mark.parametrize(
    "value", ["x", "2", "2:", ":secret", "x:secret", "-1:s", "1.5:s", "1:a,1:b", "1:a,2", "01:a,1:b"]
)
def test_versions_that_are_none(tmp_path: Path, value: str) -> None:
    with pytest.raises(SettingsError, match=r"^BETTER_AUTH_SECRETS takes version:secret pairs") as raised:
        load(tmp_path, BETTER_AUTH_SECRETS=value)
    assert "secret," not in str(raised.value)


def test_the_current_secret_is_long_enough_in_production(tmp_path: Path) -> None:  # S45
    with pytest.raises(SettingsError, match="the first of BETTER_AUTH_SECRETS is shorter than 32 bytes"):
        load(tmp_path, APP_ENV="production", BETTER_AUTH_SECRETS=f"2:short,1:{ONCE}")
    assert load(tmp_path, APP_ENV="production", BETTER_AUTH_SECRETS=f"2:{TWO},1:short").secret == TWO
