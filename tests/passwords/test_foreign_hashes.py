"""People who come from another server come in with the hash that it wrote. S8 S46."""

import re

import pytest

from server.passwords import foreign_hashes
from server.passwords.passwords import cost_of, hash_bcrypt, hash_scrypt, is_known, matches, normalize
from tests.client import Client
from tests.conftest import Sql
from tests.passwords.foreign import HASHES, PASSWORD

# Published with the formats.
PUBLISHED = [
    ("$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345"),  # phpass
    ("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),  # crypt_blowfish
    ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    (
        "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
        "$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
        "user1password",
    ),  # Firebase
]


@pytest.mark.parametrize("name", HASHES)
@pytest.mark.gen_test
async def test_their_owner_comes_in_and_the_hash_is_replaced(client: Client, sql: Sql, name: str) -> None:
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', HASHES[name])
    wrong = await Client(client.base_url).sign_in(password=PASSWORD + "?")
    assert (wrong.status, wrong.json["code"]) == (401, "INVALID_EMAIL_OR_PASSWORD")
    assert sql('SELECT "password" FROM "account"') == [(HASHES[name],)]
    assert (await Client(client.base_url).sign_in(password=PASSWORD)).status == 200
    [(stored,)] = sql('SELECT "password" FROM "account"')
    assert stored.startswith("$2b$04$")
    assert matches(stored, normalize(PASSWORD))
    assert (await Client(client.base_url).sign_in(password=PASSWORD)).status == 200


@pytest.mark.environ(PASSWORD_HASH="scrypt")
@pytest.mark.parametrize("name", ["Django argon2", "better-auth in capitals", "bare md5", "Lucia"])
@pytest.mark.gen_test
async def test_what_replaces_them_is_better_auths(client: Client, sql: Sql, name: str) -> None:
    """Which could read none of them, on a database that both servers use."""
    await client.sign_up()
    sql('UPDATE "account" SET "password" = %s', HASHES[name])
    assert (await client.sign_in(password=PASSWORD)).status == 200
    [(stored,)] = sql('SELECT "password" FROM "account"')
    assert re.fullmatch("[0-9a-f]{32}:[0-9a-f]{128}", stored)
    assert stored.lower() != HASHES[name].lower()
    assert (await client.sign_in(password=PASSWORD)).status == 200


@pytest.mark.parametrize(("stored", "password"), PUBLISHED)
def test_published_hashes(stored: str, password: str) -> None:
    assert matches(stored, password.encode())
    assert not matches(stored, password.encode() + b"?")


@pytest.mark.parametrize("variant", ["2a", "2y"])
@pytest.mark.gen_test
async def test_what_others_cut_is_whole_after_the_first_sign_in(
    client: Client, sql: Sql, variant: str
) -> None:  # S2
    """PHP, Ruby and Go make the hash of the first 72 bytes."""
    await client.sign_up()
    long = "a long one of more bytes than bcrypt looks at " * 2
    hashed = hash_bcrypt(long.encode()[:72], 4).replace("$2b$", f"${variant}$")
    sql('UPDATE "account" SET "password" = %s', hashed)
    assert (await client.sign_in(password=long)).status == 200
    assert (await client.sign_in(password=long[:80])).status == 401
    assert (await client.sign_in(password=long)).status == 200


TOO_DEAR = [
    "$argon2id$v=19$m=4194304,t=3,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "$argon2id$v=19$m=65536,t=100000,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
    "pbkdf2_sha256$999999999$salt$AAAA",
    "pbkdf2:sha256:4000000000$salt$00",
    "$pbkdf2-sha512$2000000000$c2FsdA$AAAA",
    "scrypt:1073741824:8:1$salt$00",
    "scrypt:32768:8:100000$salt$00",
    "scrypt:1000:8:1$salt$00",
    "$scrypt$ln=31,r=8,p=1$c2FsdA$AAAA",
    f"$fbscrypt$v=1,n=31,r=8,p=1,ss=Bw==,sk={'A' * 88}$c2FsdA==${'A' * 88}",
    f"$firescrypt$ln=14,r=80000,p=1$c2FsdA==${'A' * 88}$Bw==${'A' * 88}",
    "$P$Vabcdefgh0123456789012345678901",
    "$wp$2y$31$" + "a" * 53,
    "bcrypt$$2b$20$" + "a" * 53,
    "{bcrypt}$2b$31$" + "a" * 53,
    "{CRYPT}{CRYPT}{CRYPT}$2b$04$" + "a" * 53,
    "AQAAAAF/////AAAAEDAxMjM0NTY3ODlhYmNkZWZ6J7T+Zf+zxHT/6trydZS3sHOVYmagsju9yYF77VyaAg==",
    '{"credentialData": "{\\"hashIterations\\": 2000000000, \\"algorithm\\": \\"pbkdf2\\"}", "secretData": "{\\"salt\\":'
    ' \\"AAAA\\", \\"value\\": \\"AAAA\\"}"}',
]
BROKEN = [
    "{}",
    '{"a": 1}',
    '{"' + "[" * 3000 + "}",
    "A",
    "AAAA",
    "AQAAAAkAAAPoAAAAEDAxMjM0NTY3ODlhYmNkZWZ6J7T+Zf+zxHT/6trydZS3sHOVYmagsju9yYF77VyaAg==",
    "{SSHA}AAAA",
    "{SHA}!",
    "{bcrypt}",
    "{crypt}x",
    "md5$$zz",
    "$argon2id$v=99$m=64,t=1,p=1$AAAA$AAAA",
    "$argon2id$v=19$m=0,t=0,p=0$AAAA$AAAA",
    "pbkdf2_sha256$0$salt$AAAA",
    "$fbscrypt$v=1,n=14,r=8,p=1,sk=AAAA$c2FsdA==$AAAAAAAA",
    "$fbscrypt$v=1,n=0,r=8,p=1,sk=AAAA$c2FsdA==$AAAA",
    "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA",
    "sha1$salt$00",
    "$P$!",
    "x" * 5000,
]


@pytest.mark.parametrize("stored", [*TOO_DEAR, *BROKEN], ids=lambda text: text[:40])
def test_what_is_no_hash_or_beyond_the_bounds_costs_nothing(stored: str) -> None:
    foreign = foreign_hashes.parse(stored)
    assert foreign is None or not foreign_hashes.matches(foreign, b"password")
    assert stored in BROKEN or foreign is None
    assert not matches(stored, b"password")


@pytest.mark.parametrize("name", HASHES)
def test_what_can_be_checked_is_known(name: str) -> None:
    assert is_known(HASHES[name])


def test_our_own_hashes_are_known() -> None:
    assert all(
        is_known(each) for each in (hash_bcrypt(b"x", 4), hash_bcrypt(b"x" * 100, 4), hash_scrypt(b"x"))
    )


# A server checks them where they are in its table; nobody brings them in by the thousand.
TAKES_SECONDS = [
    "$2b$15$" + "a" * 53,
    f"$bcrypt-sha256$v=2,t=2b,r=15${'a' * 22}${'a' * 31}",
    "pbkdf2_sha256$3000000$salt$" + "A" * 43,
    "$pbkdf2-sha512$2000000$c2FsdA$" + "A" * 86,
    "$pbkdf2-sha1$1500000$c2FsdA$" + "A" * 86,
    "scrypt:262144:8:2$salt$00",
    "$argon2id$v=19$m=262144,t=5,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
]


@pytest.mark.parametrize(
    "stored", [*TAKES_SECONDS, *TOO_DEAR, *BROKEN, "", "a:b", "plain"], ids=lambda text: text[:40]
)
def test_what_cannot_be_checked_or_takes_seconds_is_not(stored: str) -> None:
    assert not is_known(stored)


@pytest.mark.gen_test
async def test_a_cost_that_nobody_can_pay_is_refused(client: Client, sql: Sql) -> None:
    await client.sign_up()
    stored = HASHES["bcrypt 2b"].replace("$04$", "$31$")
    assert cost_of(stored) == 31
    sql('UPDATE "account" SET "password" = %s', stored)
    assert (await client.sign_in(password=PASSWORD)).status == 401
