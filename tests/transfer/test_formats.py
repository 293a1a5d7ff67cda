"""What other servers export: who comes in, with which accounts, and that they sign in as they did there."""

import base64
import hashlib
import json
from typing import Any

import pytest

from server.passwords.passwords import matches, normalize
from tests.cli.commands import Commands, Done
from tests.client import Client
from tests.conftest import Sql
from tests.passwords.foreign import HASHES, PASSWORD
from tests.transfer import samples
from tests.transfer.samples import LINK, SAMPLES, Sample
from tests.transfer.test_import import refused


def bring(ai_editor: Commands, sample: Sample, *options: str) -> Done:
    for name, text in (*sample.beside, (sample.name, sample.text)):
        (ai_editor.folder / name).write_text(text, newline="")
    source = () if sample.guessed else ("--from", sample.source)
    return ai_editor("user", "import", sample.name, *source, *sample.options, *options)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.gen_test
async def test_they_come_in_with_the_password_they_had(
    ai_editor: Commands, client: Client, sql: Sql, name: str
) -> None:
    """And the hash is ours after the first time. S8."""
    sample = SAMPLES[name]
    done = bring(ai_editor, sample, "--json")
    assert (done.code, done.err.count("\n")) == (0, 1), done.err
    assert (done.json["source"], done.json["imported"], done.json["existing"]) == (sample.source, 1, 0)
    [(email, called, verified)] = sql('SELECT "email", "name", "emailVerified" FROM "user"')
    assert (email, called) == ("ada@example.com", sample.called)
    assert verified is sample.verified
    links = sql(
        'SELECT "providerId", "accountId", "accessToken" FROM "account" WHERE "providerId" <> %s',
        "credential",
    )
    assert links == ([(*LINK, None)] if sample.linked else [])
    assert (await client.sign_in(password=PASSWORD + "?")).status == 401
    assert (await client.sign_in(password=PASSWORD)).status == 200
    [(stored,)] = sql('SELECT "password" FROM "account" WHERE "password" IS NOT NULL')
    assert stored.startswith("$2b$04$")
    assert matches(stored, normalize(PASSWORD))
    assert (await client.sign_in(password=PASSWORD)).status == 200


def clerk(digest: str, hasher: str) -> Sample:
    row = samples.CLERK_CSV | {"password_digest": digest, "password_hasher": hasher}
    return Sample("clerk", "clerk.csv", samples.csv(row))


def _derived(name: str, size: int) -> bytes:
    return hashlib.pbkdf2_hmac(name, PASSWORD.encode(), bytes(range(16)), 1000, size)


_SALT64, _SALTHEX = base64.b64encode(bytes(range(16))).decode(), bytes(range(16)).hex()
_FIREBASE = HASHES["Firebase, as Supabase has it"].rpartition("$")[2]
DIGESTS = {
    "bcrypt": HASHES["bcrypt 2b"],
    "argon2i": HASHES["argon2-cffi I"],
    "bcrypt_sha256_django": HASHES["Django bcrypt_sha256"],
    "pbkdf2_sha256_django": HASHES["Django pbkdf2_sha256"],
    "pbkdf2_sha256": f"pbkdf2_sha256$1000${_SALT64}${base64.b64encode(_derived('sha256', 32)).decode()}",
    "pbkdf2_sha512": f"pbkdf2_sha512$1000${_SALT64}${base64.b64encode(_derived('sha512', 64)).decode()}",
    "pbkdf2_sha1": f"pbkdf2_sha1$1000${_SALTHEX}${_derived('sha1', 32).hex()}$32",
    "scrypt_firebase": f"{_FIREBASE}$42xEC+ixf3L2lw==${samples.FIREBASE_KEY}$Bw==$8$10",
    "phpass": HASHES["phpass"],
    "md5": HASHES["bare md5"],
    "sha256": HASHES["bare sha256"],
}


@pytest.mark.parametrize("hasher", DIGESTS)
@pytest.mark.gen_test
async def test_the_digests_of_clerk(ai_editor: Commands, client: Client, sql: Sql, hasher: str) -> None:
    assert bring(ai_editor, clerk(DIGESTS[hasher], hasher)).code == 0
    assert (await client.sign_in(password=PASSWORD + "?")).status == 401
    assert (await client.sign_in(password=PASSWORD)).status == 200


@pytest.mark.parametrize(
    ("digest", "hasher"),
    [
        ("awscognito#pool#client#ada", "awscognito"),
        (HASHES["bcrypt 2b"] + "$pepper", "bcrypt_peppered"),
        (HASHES["bare md5"], "md5_salted"),
        ("pbkdf2_sha256$1000$!$!", "pbkdf2_sha256"),
        ("pbkdf2_sha1$1000$salt$zz", "pbkdf2_sha1"),
        ("x$y$z", "scrypt_firebase"),
    ],
)
def test_a_digest_that_cannot_be_checked_is_refused(
    ai_editor: Commands, sql: Sql, digest: str, hasher: str
) -> None:
    assert bring(ai_editor, clerk(digest, hasher)).code == 1
    assert refused(ai_editor, "clerk.csv")[0]["reason"] == "unknown-hash"
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


DJANGO: dict[str, Any] = samples.DJANGO_ROWS[1]
KEYCLOAK: dict[str, Any] = samples.KEYCLOAK_REALM["users"][0]  # type: ignore[index]


def django(**fields: object) -> list[object]:
    return [DJANGO | {"fields": DJANGO["fields"] | fields}]


# Who could not come in there, or not with a password alone. S17
SHUT_OUT: list[tuple[str, str, object]] = [
    ("auth0", "disabled", [samples.AUTH0_USER | {"blocked": True}]),
    ("auth0", "second-factor", [samples.AUTH0_USER | {"multifactor": ["guardian"]}]),
    ("clerk", "disabled", [samples.CLERK_JSON | {"banned": True}]),
    ("clerk", "second-factor", [samples.CLERK_JSON | {"two_factor_enabled": True}]),
    ("supabase", "disabled", [samples.SUPABASE_USER | {"banned_until": "2999-01-01 00:00:00+00"}]),
    ("supabase", "disabled", [samples.SUPABASE_USER | {"banned_until": "infinity"}]),
    ("supabase", "disabled", [samples.SUPABASE_USER | {"deleted_at": "2020-01-01 00:00:00+00"}]),
    ("firebase", "disabled", [samples.FIREBASE_USER | {"disabled": True, "passwordHash": ""}]),
    (
        "firebase",
        "second-factor",
        [samples.FIREBASE_USER | {"mfaInfo": [{"phoneInfo": "1"}], "passwordHash": ""}],
    ),
    ("firebase", "hash-config", [samples.FIREBASE_USER]),
    ("django", "disabled", django(is_active=False)),
    ("django", "second-factor", [*django(), {"model": "mfa.authenticator", "pk": 1, "fields": {"user": 7}}]),
    ("keycloak", "disabled", [KEYCLOAK | {"enabled": False}]),
    ("keycloak", "second-factor", [KEYCLOAK | {"credentials": [{"type": "otp"}]}]),
    ("better-auth", "disabled", [samples.BETTER_AUTH_USER | {"banned": True, "banExpires": None}]),
    ("better-auth", "second-factor", [samples.BETTER_AUTH_USER | {"twoFactorEnabled": True}]),
]


@pytest.mark.parametrize(("source", "reason", "rows"), SHUT_OUT)
def test_who_could_not_come_in_there_does_not_here(
    ai_editor: Commands, sql: Sql, source: str, reason: str, rows: object
) -> None:
    done = bring(ai_editor, Sample(source, "users.json", json.dumps(rows)), "--from", source)
    assert (done.code, refused(ai_editor, "users.json")[0]["reason"]) == (1, reason)
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


UNBOUND: list[tuple[str, object]] = [
    ("supabase", [samples.SUPABASE_USER | {"banned_until": "2020-01-01 00:00:00+00", "encrypted_password": ""}]),
    ("django", django(password="!unusable")),
    ("better-auth", [samples.BETTER_AUTH_USER | {"banned": True, "banExpires": "2020-01-01T00:00:00Z"}]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "rows"), UNBOUND)
def test_a_ban_that_is_over_and_no_password_are_no_hindrance(
    ai_editor: Commands, sql: Sql, source: str, rows: object
) -> None:
    assert bring(ai_editor, Sample(source, "users.json", json.dumps(rows)), "--from", source).code == 0
    assert sql("""SELECT count(*) FROM "account" WHERE "providerId" = 'credential'""") == [(0,)]
    assert sql('SELECT count(*) FROM "user"') == [(1,)]


def test_nobody_gets_a_role(ai_editor: Commands, sql: Sql) -> None:
    """Where the database has better-auth's column for it."""
    sql('ALTER TABLE "user" ADD COLUMN IF NOT EXISTS "role" text')
    try:
        assert bring(ai_editor, SAMPLES["better-auth's tables"]).code == 0
        assert sql('SELECT "role" FROM "user"') == [(None,)]
    finally:
        sql('ALTER TABLE "user" DROP COLUMN "role"')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", "mail,name\r\na@example.com,Ada\r\n"),
        ("x.json", '[{"username": "ada"}]'),
        ("x.csv", samples.FIREBASE_CSV),
        ("x.json", "[]"),
    ],
)
def test_what_is_not_clear_is_not_guessed(ai_editor: Commands, name: str, text: str) -> None:
    (ai_editor.folder / name).write_text(text)
    done = ai_editor("user", "import", name)
    assert done.code == 2
    assert "say --from, one of jsonl, csv, auth0" in done.refusal


def test_a_row_that_is_nested_without_end_is_refused(ai_editor: Commands, sql: Sql) -> None:
    deep = '{"a":' * 20_000 + "1" + "}" * 20_000
    row = f'{{"username": "eve", "email": "eve@example.com", "credentials": [{{"type": "password", "secretData": {deep}}}]}}'
    text = f'{{"users": [{row}, {json.dumps(KEYCLOAK)}]}}'
    assert bring(ai_editor, Sample("keycloak", "realm.json", text)).code == 1
    assert [each["row"] for each in refused(ai_editor, "realm.json")] == [1]
    assert sql('SELECT "email" FROM "user"') == [("ada@example.com",)]
