"""Hashes: better-auth's own, the published ones, and that nothing of a password is lost. S2 S3 S7 S8 S9."""

from collections.abc import Callable
from typing import Literal

import bcrypt
import pytest

from server.config.passwords import PasswordSettings
from server.passwords import passwords
from server.passwords.passwords import (
    Passwords,
    cost_of,
    hash_bcrypt,
    hash_scrypt,
    matches,
    normalize,
    utf16_length,
)


def hashing(algorithm: Literal["bcrypt", "scrypt"], cost: int, shortest: int) -> Passwords:
    return Passwords(PasswordSettings(algorithm, cost, shortest, 128, "off"))


# Made by better-auth 1.7.25's hashPassword.
BETTER_AUTH = {
    "correct horse battery staple": "a0d9a61623ebddfef313f44ab70e1169:694ac86bbf314f017239db9f0937afab859e9408720afde7f1"
    "83ab12cf7f946f07bfd0dc752247d6240b150222374052b0baac48a1847cdbe14a2129646afa90",
    "Ångström №1 😀": "28fc2607a34639613ba76e5996059ffa:d6acc1809a5445a585be55994d75ccad60af645e02d4cc7222c42718e9a26282"
    "5998ffe8d58f41f17951c559dd7a6c5f2cca55fc70d8b0a1b6a6bda6adee7bf4",
    "x"
    * 128: "d6072b472083572cd4c30d4bcaee75bb:ec1abe3e4fc8236409cd562d66706c69d036312173eb8605130e23b5655b98650902ce2a9"
    "95b3e8b3933ab258dc053aab1325793c74a59d15bfe6bf0a7e7bfc1",
    "nul\0byte": "cc7d16458e058f47feccb1072386f899:d969972610274e52c3bde44b321aa2f939160b6e239bb2ba38213cda6ac8176605a7c3"
    "149e1966d9f146cdbf5be8fd0b6ada3d5e34f5b34a2be8d9b79bf1bf91",
}

# Published with passlib, which defined the format.
BCRYPT_SHA256 = {
    "": "$bcrypt-sha256$v=2,t=2b,r=5$E/e/2AOhqM5W/KJTFQzLce$WFPIZKtDDTriqWwlmRFfHiOTeheAZWe",
    "password": "$bcrypt-sha256$v=2,t=2b,r=5$5Hg1DKFqPE8C2aflZ5vVoe$wOK1VFFtS8IGTrGa7.h5fs0u84qyPbS",
    "abc123" * 12: "$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe$zu1cloESVFIOsUIo7fCEgkdHaI9SSue",
    "abc123" * 12
    + "qwr": "$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe$CBF9csfEdW68xv3DwE6xSULXMtqEFP.",
    "abc123" * 12
    + "xyz": "$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe$zC/1UDUG2ofEXB6Onr2vvyFzfhEOS3S",
}


@pytest.mark.parametrize("password", BETTER_AUTH, ids=lambda text: repr(text[:20]))
def test_better_auths_hashes_are_verified(password: str) -> None:
    assert matches(BETTER_AUTH[password], normalize(password))
    assert not matches(BETTER_AUTH[password], normalize(password + " "))


@pytest.mark.parametrize("password", BCRYPT_SHA256, ids=lambda text: repr(text[:20]) + str(len(text)))
def test_the_published_long_hashes_are_verified(password: str) -> None:
    assert matches(BCRYPT_SHA256[password], password.encode())
    assert not matches(BCRYPT_SHA256[password], (password + "?").encode())


@pytest.mark.parametrize("variant", ["2a", "2b", "2y"])
def test_other_names_of_bcrypt_are_verified(variant: str) -> None:
    made = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
    assert matches(made.replace("$2b$", f"${variant}$"), b"correct horse")


@pytest.mark.parametrize("length", [1, 71, 72, 73, 74, 100, 128, 512])
def test_every_byte_counts(length: int) -> None:
    """bcrypt alone looks at 72 bytes, and refuses more."""
    password = b"x" * length
    stored = hash_bcrypt(password, 4)
    assert stored.startswith("$2b$04$" if length <= 72 else "$bcrypt-sha256$v=2,t=2b,r=4$")
    assert matches(stored, password)
    for other in (password[:-1], password + b"x", password[:-1] + b"y"):
        assert not matches(stored, other)


@pytest.mark.parametrize("hashed", [lambda text: hash_bcrypt(text, 4), hash_scrypt], ids=["bcrypt", "scrypt"])
@pytest.mark.parametrize(
    ("password", "other"), [(b"ab\0cd", b"ab\0ce"), (b"ab\0cd", b"ab"), (b"\0" * 80, b"\0" * 81)]
)
def test_a_nul_ends_nothing(hashed: Callable[[bytes], str], password: bytes, other: bytes) -> None:
    stored = hashed(password)
    assert matches(stored, password)
    assert not matches(stored, other)


def test_one_password_however_it_is_typed() -> None:
    typed = [
        "Ångström №1",
        "A\u030angstro\u0308m №1",
        "\u212bngstro\u0308m No1",
        "\uff21\u030angström No\uff11",
    ]
    assert len({normalize(text) for text in typed}) == 1


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("a", 1), ("ä", 1), ("a\u0308", 2), ("😀", 2), ("\ud83d", 1)]
)
def test_lengths_are_javascripts(text: str, length: int) -> None:
    assert utf16_length(text) == length


BROKEN = ["", "x", ":", "a:", ":b", "salt:\u043a\u043b", "$2b$", "$2b$04$", "$argon2id$v=19$m=65536"]
BROKEN += [prefix + "a" * 53 for prefix in ("$2b$99$", "$2x$04$", "$2b$04$\u043a\u043b", "$2b$x$")]
BROKEN += [BCRYPT_SHA256["password"][:-1], BCRYPT_SHA256["password"] + "\u043a"]
BROKEN += [
    "$bcrypt-sha256$" + end for end in ("", "2a,5$x$y", "v=2,t=2b,r=x$a$b", f"v=2,t=2b,r=5${'!' * 22}$x")
]


@pytest.mark.parametrize("stored", BROKEN)
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert matches(stored, b"password") is False
    assert cost_of(stored) is None or stored.startswith("$")


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slow steps that were taken."""
    done: list[str] = []

    def noting(slow: Callable[[bytes, bytes], object]) -> Callable[[bytes, bytes], object]:
        def noted(password: bytes, salt: bytes) -> object:
            done.append(f"bcrypt at {int(salt.split(b'$')[2])}")
            return slow(password, salt)

        return noted

    def scrypt(password: bytes, salt: str) -> str:
        done.append("scrypt")
        return ""

    monkeypatch.setattr(bcrypt, "hashpw", noting(bcrypt.hashpw))
    monkeypatch.setattr(bcrypt, "checkpw", noting(bcrypt.checkpw))
    monkeypatch.setattr(passwords, "_scrypt", scrypt)
    return done


KINDS = {
    "nobody": None,
    "short": hash_bcrypt(b"right", 5),
    "long": hash_bcrypt(b"right" * 20, 5),
    "broken": "$2b$05$" + "a" * 53,
}


@pytest.mark.parametrize("password", ["wrong", "w" * 72, "w" * 73, "ü" * 128, "right"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.gen_test
async def test_a_refusal_costs_the_same_whoever_is_asked_for(
    work: list[str], kind: str, password: str
) -> None:  # S9
    hasher = hashing("bcrypt", 5, 8)
    check = await hasher.check(KINDS[kind], password)
    hasher.close()
    assert check.right is (kind == "short" and password == "right")
    assert work == ["bcrypt at 5"]


@pytest.mark.gen_test
async def test_a_refusal_with_scrypt_costs_the_same(work: list[str]) -> None:  # S9
    hasher = hashing("scrypt", 5, 8)
    for stored in (None, BETTER_AUTH["x" * 128]):
        assert not (await hasher.check(stored, "wrong")).right
    hasher.close()
    assert work == ["scrypt", "scrypt"]


@pytest.mark.parametrize(
    ("algorithm", "cost", "stored", "outdated"),
    [
        ("bcrypt", 4, lambda: hash_bcrypt(b"right", 4), False),
        ("bcrypt", 5, lambda: hash_bcrypt(b"right", 4), True),
        ("bcrypt", 4, lambda: hash_bcrypt(b"right", 5), False),
        ("bcrypt", 4, lambda: hash_scrypt(b"right"), True),
        ("scrypt", 4, lambda: hash_scrypt(b"right"), False),
        ("scrypt", 4, lambda: hash_bcrypt(b"right", 4), True),
        ("bcrypt", 5, lambda: hash_bcrypt(b"right", 4).replace("$2b$", "$2a$"), True),
    ],
    ids=("same", "cheaper", "dearer", "scrypt", "same scrypt", "bcrypt", "cheaper 2a"),
)
@pytest.mark.gen_test
async def test_weaker_and_other_hashes_are_outdated(
    algorithm: Literal["bcrypt", "scrypt"], cost: int, stored: Callable[[], str], outdated: bool
) -> None:  # S8
    hasher, made = hashing(algorithm, cost, 1), stored()
    assert (await hasher.check(made, "right")).outdated is outdated
    assert (await hasher.check(made, "wrong")).outdated is False
    hasher.close()


@pytest.mark.gen_test
async def test_no_two_hashes_are_the_same() -> None:
    for hasher in (hashing("bcrypt", 4, 1), hashing("scrypt", 4, 1)):
        made = {await hasher.hash("the same") for _ in range(3)}
        hasher.close()
        assert len(made) == 3
