"""What people come in by goes along: second factors, passkeys, providers' tokens, names and numbers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from server.crypto.encryption import decrypt, encrypt
from server.crypto.keyring import Keyring
from tests.cli.commands import Commands, Done
from tests.conftest import execute
from tests.transfer.samples import BETTER_AUTH_ACCOUNTS, BETTER_AUTH_USER
from tests.transfer.test_import import ADA, HASH, bring, refused

THERE, HERE = "there-0123456789-0123456789-0123456789", "here-0123456789-0123456789-0123456789-"
SECRET, CODES = "JBSWY3DPEHPK3PXP-and-some_more-32", ["aaaaa-bbbbb", "ccccc-ddddd"]
PASSKEY = {
    "name": "Phone", "public_key": "pQECAyYgASFY", "credential_id": "Y3JlZGVudGlhbA", "counter": 7,
    "device_type": "multiDevice", "backed_up": True, "transports": "internal,hybrid",
    "created_at": "2026-01-02T03:04:05+00:00", "aaguid": "00000000-0000-0000-0000-000000000000",
}  # fmt: skip
FACTOR = {"secret": SECRET, "backup_codes": CODES, "verified": True}
FIELDS = {"username": "ada", "displayUsername": "Ada"}
GOOGLE = {
    "provider_id": "google", "account_id": "1", "access_token": "ya29.access", "refresh_token": "1//refresh",
    "id_token": "a.b.c", "access_token_expires_at": "2026-01-02T03:04:05+00:00", "scope": "openid,email",
}  # fmt: skip
WHOLE = ADA | {
    "id": "a1", "second_factor": True, "two_factor": FACTOR, "passkeys": [PASSKEY], "fields": FIELDS,
    "accounts": [GOOGLE],
}  # fmt: skip
PASSKEYS = 'SELECT "name", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp", "transports", "createdAt", "aaguid" FROM "passkey"'
FACTORS = 'SELECT "userId", "secret", "backupCodes", "verified" FROM "twoFactor"'
TOKENS = 'SELECT "accessToken", "refreshToken", "idToken", "accessTokenExpiresAt", "scope" FROM "account" WHERE "providerId" = \'google\''


class Place:
    """A server of its own, with what is on there."""

    def __init__(self, url: str, folder: Path, **settings: str) -> None:
        folder.mkdir()
        self.url, self.secret = url, settings["BETTER_AUTH_SECRET"]
        self.ai_editor = Commands(folder, {"DATABASE_URL": url, "APP_ENV": "development", **settings})
        assert self.ai_editor("db", "migrate").code == 0

    def sql(self, statement: str) -> Any:
        return execute(self.url, statement)

    def opened(self, text: str) -> str:
        return decrypt(Keyring(self.secret), text)

    def factor(self) -> tuple[str, str, list[str], bool]:
        [(owner, secret, codes, verified)] = self.sql(FACTORS)
        return owner, self.opened(secret), json.loads(self.opened(codes)), verified


@pytest.fixture
def place(new_database: Callable[[], str], tmp_path: Path) -> Callable[..., Place]:
    """A server; with `PLUGINS` and the secret that it is given."""

    def make(name: str, secret: str, plugins: str = "two-factor,passkey,username", **more: str) -> Place:
        return Place(new_database(), tmp_path / name, BETTER_AUTH_SECRET=secret, PLUGINS=plugins, **more)

    return make


def moved(there: Place, here: Place, *options: str, form: str = "jsonl") -> Done:
    """From one to the other."""
    path = here.ai_editor.folder / f"users.{form}"
    done = there.ai_editor("user", "export", str(path), "--format", form, *options)
    assert done.code == 0, done.err
    return here.ai_editor("user", "import", str(path))


def words(commands: Commands, name: str = "users.jsonl") -> list[tuple[str, str]]:
    return [(each["reason"], each["message"]) for each in refused(commands, name)]


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_all_of_it_is_there_afterwards_under_another_secret(place: Callable[..., Place], form: str) -> None:
    there, here = place("there", THERE), place("here", HERE, ENCRYPT_OAUTH_TOKENS="yes")
    assert bring(there.ai_editor, [WHOLE]).code == 0
    assert there.factor() == ("a1", SECRET, CODES, True)
    done = moved(there, here, "--with-secrets", form=form)
    assert (done.code, done.err.count("Not in it")) == (0, 0), done.err
    assert here.factor() == ("a1", SECRET, CODES, True)
    assert here.sql(PASSKEYS) == there.sql(PASSKEYS) != []
    user = 'SELECT "twoFactorEnabled", "username", "displayUsername" FROM "user"'
    assert here.sql(user) == [(True, "ada", "Ada")]
    [(access, refresh, *rest)] = here.sql(TOKENS)
    [before] = there.sql(TOKENS)
    assert (here.opened(access), here.opened(refresh), *rest) == before
    assert before[:2] == ("ya29.access", "1//refresh")


def test_nothing_secret_goes_out_unasked(place: Callable[..., Place]) -> None:
    """And who comes without their second factor is told to be refused. S17."""
    there, here = place("there", THERE), place("here", HERE)
    assert bring(there.ai_editor, [WHOLE]).code == 0
    done = there.ai_editor("user", "export", "--with-password-hashes")
    row = json.loads(done.out)
    assert not any(each in done.out for each in (SECRET, CODES[0], "ya29", "1//refresh", "a.b.c"))
    assert (row["second_factor"], row["fields"], row["passkeys"]) == (True, FIELDS, [PASSKEY])
    assert "second factors of 1 user, without which they are refused; see --with-secrets" in done.err
    assert moved(there, here).code == 1
    [(reason, message)] = words(here.ai_editor)
    assert (reason, "the file does not hold" in message) == ("second-factor", True)
    assert here.sql('SELECT 1 FROM "user"') == []


def test_what_is_off_here_is_refused_with_what_to_set(place: Callable[..., Place]) -> None:  # S17
    here = place("here", HERE, plugins="none")
    rows = [
        WHOLE | {"id": "b", "email": "b@example.com", "passkeys": [], "fields": {}, "accounts": []},
        WHOLE
        | {"id": "c", "email": "c@example.com", "second_factor": False, "two_factor": None, "fields": {}},
        ADA | {"email": "d@example.com", "fields": {"username": "d", "isAnonymous": False}},
        ADA | {"email": "e@example.com", "fields": {"isAnonymous": False, "phoneNumber": None}},
    ]
    assert bring(here.ai_editor, rows).code == 1
    told = dict(words(here.ai_editor))
    assert set(told) == {"second-factor", "passkey", "field"}
    assert "two-factor is not in PLUGINS" in told["second-factor"]
    assert "passkey is not in PLUGINS" in told["passkey"]
    assert "'username'" in told["field"]
    accepted = [word for each in told for word in ("--accept", each)]
    assert bring(here.ai_editor, rows, *accepted).code == 0
    assert here.sql('SELECT count(*) FROM "user"') == [(4,)]
    assert here.sql(FACTORS) == here.sql(PASSKEYS) == []


def test_who_has_codes_by_mail_alone_is_asked_for_them(place: Callable[..., Place]) -> None:  # S17
    there, here = place("there", THERE), place("here", HERE)
    assert bring(there.ai_editor, [ADA]).code == 0
    there.sql('UPDATE "user" SET "twoFactorEnabled" = true')
    assert moved(there, here, "--with-secrets", form="csv").code == 0
    assert here.sql('SELECT "twoFactorEnabled" FROM "user"') == [(True,)]
    assert here.sql(FACTORS) == []


def test_what_no_secret_opens_lets_nobody_in(place: Callable[..., Place]) -> None:  # S17
    there, here = place("there", THERE, ENCRYPT_OAUTH_TOKENS="yes"), place("here", HERE)
    assert bring(there.ai_editor, [WHOLE, ADA | {"email": "b@example.com", "accounts": [GOOGLE | {"account_id": "2"}]}]).code == 0  # fmt: skip
    lost = encrypt(Keyring("another-0123456789-0123456789-0123456789"), "x")
    there.sql(f"""UPDATE "twoFactor" SET "secret" = '{lost}'""")
    there.sql(f"""UPDATE "account" SET "refreshToken" = '{lost}' WHERE "accountId" = '2'""")
    path = here.ai_editor.folder / "users.jsonl"
    done = there.ai_editor("user", "export", str(path), "--with-secrets")
    assert "second factors of 1 user, which BETTER_AUTH_SECRET" in done.err
    assert "Not in it: 1 token of providers" in done.err
    assert here.ai_editor("user", "import", str(path)).code == 1
    assert [reason for reason, _ in words(here.ai_editor)] == ["second-factor"]
    assert [row[:2] for row in here.sql(TOKENS)] == [("ya29.access", None)]


def test_columns_that_nobody_here_has_are_told(place: Callable[..., Place]) -> None:
    there = place("there", THERE)
    assert bring(there.ai_editor, [WHOLE]).code == 0
    done = there.ai_editor.but(PLUGINS="two-factor,passkey")("user", "export")
    assert done.err.splitlines()[-1].endswith("field here has: username, displayUsername.")
    assert json.loads(done.out)["fields"] == {}


# What cannot be a key, by the reason that the report has.
UNFIT: list[tuple[str, dict[str, object]]] = [
    ("passkey", {"passkeys": [PASSKEY | {"credential_id": ""}]}),
    ("passkey", {"passkeys": [PASSKEY | {"public_key": None}]}),
    ("passkey", {"passkeys": [PASSKEY | {"credential_id": " "}]}),
    ("passkey", {"passkeys": [PASSKEY | {"counter": -1}]}),
    ("passkey", {"passkeys": [PASSKEY | {"counter": 2**31}]}),
    ("passkey", {"passkeys": [PASSKEY | {"device_type": "stone"}]}),
    ("passkey", {"passkeys": [PASSKEY | {"name": "a\0b"}]}),
    ("passkey", {"passkeys": [PASSKEY] * 101}),
    ("second-factor", {"two_factor": FACTOR | {"secret": "x" * 2000}}),
    ("second-factor", {"two_factor": FACTOR | {"backup_codes": ["x"] * 101}}),
    ("second-factor", {"two_factor": None}),
    ("account", {"accounts": [GOOGLE | {"access_token": "x" * 70000}]}),
    ("account", {"accounts": [GOOGLE | {"id_token": "a\0b"}]}),
    ("date", {"accounts": [GOOGLE | {"access_token_expires_at": "soon"}]}),
    ("field", {"fields": {"username": ["ada"]}}),
    ("field", {"fields": {"username": "a\0b"}}),
    ("taken", {"passkeys": [PASSKEY]}),
    ("taken", {"fields": {"username": "ada"}}),
]


def test_what_cannot_be_or_is_somebody_elses_is_refused(place: Callable[..., Place]) -> None:
    """Secrets are not in the report. S35."""
    here = place("here", HERE)
    assert bring(here.ai_editor, [WHOLE]).code == 0
    plain = ADA | {"second_factor": True, "two_factor": FACTOR}
    rows = [plain | {"email": f"{number}@example.com"} | change for number, (_, change) in enumerate(UNFIT)]
    dry = bring(here.ai_editor, rows, "--dry-run")
    report = here.ai_editor.folder / "users.jsonl.refused.jsonl"
    told = report.read_text()
    done = bring(here.ai_editor, rows)
    assert (dry.code, done.code, done.err.count(SECRET)) == (1, 1, 0)
    assert report.read_text() == told
    found = [(each["line"] - 1, each["reason"]) for each in refused(here.ai_editor)]
    assert found == [(number, reason) for number, (reason, _) in enumerate(UNFIT)]
    assert not any(each in told for each in (SECRET, CODES[0], "ya29", HASH))


def test_roles_are_given_to_nobody(place: Callable[..., Place]) -> None:
    fields = '{"role": {"type": "string"}, "plan": {"type": "string"}}'
    here = place("here", HERE, USER_ADDITIONAL_FIELDS=fields)
    row = ADA | {"fields": {"role": "admin", "plan": "gold"}}
    assert bring(here.ai_editor, [row], "--accept", "field").code == 0
    assert here.sql('SELECT "role", "plan" FROM "user"') == [(None, "gold")]


BETTER_AUTH_PASSKEY = {
    "id": "p", "name": "Phone", "publicKey": "pQECAyYgASFY", "userId": "kJ7", "credentialID": "Y3JlZGVudGlhbA", "counter": 7,
    "deviceType": "multiDevice", "backedUp": True, "transports": "internal", "createdAt": "2026-01-02T03:04:05+00:00",
}  # fmt: skip


@pytest.mark.parametrize("whole", [True, False], ids=["a document", "a user a line"])
def test_better_auths_keys_come_in_where_a_secret_opens_them(
    place: Callable[..., Place], whole: bool
) -> None:
    here = place("here", HERE)
    sealed = {
        "secret": encrypt(Keyring(THERE), SECRET),
        "backupCodes": encrypt(Keyring(THERE), json.dumps(CODES)),
    }
    factor = {"id": "f", "userId": "kJ7", "verified": True, **sealed}
    user = BETTER_AUTH_USER | {"twoFactorEnabled": True, "username": "ada", "displayUsername": None}
    tables = {
        "user": [user],
        "account": BETTER_AUTH_ACCOUNTS,
        "passkey": [BETTER_AUTH_PASSKEY],
        "twoFactor": [factor],
    }
    content = json.dumps(tables if whole else tables | {"user": user}) + "\n"
    assert bring(here.ai_editor, content, name="users.json").code == 1
    [(reason, message)] = words(here.ai_editor, "users.json")
    assert (reason, "--secret-file" in message) == ("second-factor", True)
    dry = bring(here.ai_editor, content, "--accept", "second-factor", "--dry-run", name="users.json")
    assert dry.code == 0
    (here.ai_editor.folder / "secret").write_text(THERE + "\n")
    assert bring(here.ai_editor, content, "--secret-file", "secret", name="users.json").code == 0
    assert here.factor() == ("kJ7", SECRET, CODES, True)
    assert [row[3] for row in here.sql(PASSKEYS)] == ["Y3JlZGVudGlhbA"]
    assert here.sql('SELECT "username" FROM "user"') == [("ada",)]
