"""A small file of each source as its documentation shows it, always with Ada, whose password is PASSWORD of foreign.py.

None was taken from a running product.
"""

import json
from dataclasses import dataclass

from tests.passwords.foreign import HASHES

LINK = ("google", "110248495921238986420")


@dataclass(frozen=True)
class Sample:
    """A file, what it is called, and how it is read."""

    source: str
    name: str
    text: str
    options: tuple[str, ...] = ()
    beside: tuple[tuple[str, str], ...] = ()
    linked: bool = True
    verified: bool = True
    called: str = "Ada Lovelace"
    guessed: bool = True


def ndjson(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def csv(*rows: dict[str, str]) -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row.values()] for row in rows]
    return "".join(",".join(cells) + "\r\n" for cells in ([*rows[0]], *quoted))


AUTH0_USER = {
    "user_id": "auth0|5dea9f9c82dd7c0e76e4ec93", "email": "ada@example.com", "email_verified": True,
    "name": "Ada Lovelace", "nickname": "ada", "picture": "https://s.gravatar.com/avatar/1.png",
    "created_at": "2019-12-06T18:36:12.412Z", "updated_at": "2020-12-06T18:36:12.412Z",
    "identities": [
        {"user_id": "5dea9f9c82dd7c0e76e4ec93", "provider": "auth0",
         "connection": "Username-Password-Authentication", "isSocial": False},
        {"user_id": LINK[1], "provider": "google-oauth2", "connection": "google-oauth2", "isSocial": True},
    ],
}  # fmt: skip
AUTH0_HASH = {
    "_id": {"$oid": "5dea9f9c82dd7c0e76e4ec93"}, "email_verified": True, "email": "ada@example.com",
    "passwordHash": HASHES["bcrypt 2b"], "password_set_date": {"$date": "2019-12-06T18:36:12.412Z"},
    "tenant": "example", "connection": "Username-Password-Authentication", "_tmp_is_unique": True,
}  # fmt: skip

CLERK_CSV = {
    "id": "user_2abc", "first_name": "Ada", "last_name": "Lovelace", "username": "",
    "primary_email_address": "ada@example.com", "primary_phone_number": "",
    "verified_email_addresses": "ada@example.com", "unverified_email_addresses": "",
    "verified_phone_numbers": "", "unverified_phone_numbers": "", "totp_secret": "",
    "password_digest": HASHES["argon2-cffi ID"], "password_hasher": "argon2id",
}  # fmt: skip
CLERK_JSON = {
    "id": "user_2abc", "object": "user", "username": None, "first_name": "Ada", "last_name": "Lovelace",
    "image_url": "https://img.clerk.com/x", "primary_email_address_id": "idn_2", "banned": False,
    "email_addresses": [
        {"id": "idn_1", "email_address": "old@example.com", "verification": {"status": "unverified"}},
        {"id": "idn_2", "email_address": "ada@example.com", "verification": {"status": "verified"}},
    ],
    "external_accounts": [{"object": "external_account", "provider": "oauth_google", "provider_user_id": LINK[1]}],
    "created_at": 1575657372412, "updated_at": 1575657372412, "two_factor_enabled": False,
}  # fmt: skip

SUPABASE_USER: dict[str, object] = {
    "id": "5b1f8a52-2f0e-4a7e-9c43-2a1b0c9d8e7f", "aud": "authenticated", "role": "authenticated",
    "email": "ada@example.com", "encrypted_password": HASHES["passlib bcrypt 2a"],
    "email_confirmed_at": "2019-12-06 18:36:12.412345+00", "banned_until": None, "deleted_at": None,
    "raw_app_meta_data": {"provider": "email", "providers": ["email", "google"]},
    "raw_user_meta_data": {"full_name": "Ada Lovelace", "avatar_url": "https://example.com/a.png"},
    "created_at": "2019-12-06 18:36:12.412345+00", "updated_at": "2019-12-06 18:36:12.412345+00",
    "identities": [
        {"provider": "email", "provider_id": "5b1f8a52-2f0e-4a7e-9c43-2a1b0c9d8e7f"},
        {"provider": "google", "provider_id": LINK[1], "identity_data": {"sub": LINK[1]}},
    ],
}  # fmt: skip
SUPABASE_CSV = {
    name: json.dumps(value) if isinstance(value, (dict, list)) else str(value or "")
    for name, value in SUPABASE_USER.items()
}

FIREBASE_KEY = "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
FIREBASE_CONFIG = f"""hash_config {{
  algorithm: SCRYPT,
  base64_signer_key: {FIREBASE_KEY},
  base64_salt_separator: Bw==,
  rounds: 8,
  mem_cost: 10,
}}
"""
_FIREBASE_HASH = HASHES["Firebase, as Supabase has it"].rpartition("$")[2].replace("+", "-").replace("/", "_")
FIREBASE_USER = {
    "localId": "uAda", "email": "ada@example.com", "emailVerified": True, "passwordHash": _FIREBASE_HASH,
    "salt": "42xEC-ixf3L2lw==", "displayName": "Ada Lovelace", "photoUrl": "https://example.com/a.png",
    "lastSignedInAt": "1575657372412", "createdAt": "1575657372412", "disabled": False,
    "providerUserInfo": [
        {"providerId": "password", "email": "ada@example.com", "rawId": "ada@example.com"},
        {"providerId": "google.com", "rawId": LINK[1], "email": "ada@example.com", "displayName": "Ada"},
    ],
}  # fmt: skip
FIREBASE_CSV = ",".join(
    ["uAda", "ada@example.com", "true", _FIREBASE_HASH, "42xEC-ixf3L2lw==", "Ada Lovelace", "", LINK[1], "ada@example.com",
     "Ada", "", *[""] * 12, "1575657372412", "1575657372412", ""]
) + "\n"  # fmt: skip

DJANGO_ROWS = [
    {"model": "contenttypes.contenttype", "pk": 1, "fields": {"app_label": "auth", "model": "user"}},
    {"model": "auth.user", "pk": 7, "fields": {
        "password": HASHES["Django pbkdf2_sha256"], "last_login": None, "is_superuser": True, "username": "ada",
        "first_name": "Ada", "last_name": "Lovelace", "email": "ada@example.com", "is_staff": True, "is_active": True,
        "date_joined": "2019-12-06T18:36:12.412Z", "groups": [], "user_permissions": []}},
    {"model": "account.emailaddress", "pk": 3, "fields": {
        "user": 7, "email": "Ada@example.com", "verified": True, "primary": True}},
    {"model": "socialaccount.socialaccount", "pk": 4, "fields": {
        "user": 7, "provider": "google", "uid": LINK[1], "extra_data": {}}},
]  # fmt: skip

_KEYCLOAK = json.loads(HASHES["Keycloak argon2"])
KEYCLOAK_REALM = {
    "id": "r1", "realm": "example", "enabled": True, "roles": {"realm": [{"name": "admin"}]},
    "users": [
        {"id": "0e5d6a7b-1c2d-4e3f-8a9b-0c1d2e3f4a5b", "username": "ada", "email": "ada@example.com",
         "firstName": "Ada", "lastName": "Lovelace", "emailVerified": True, "enabled": True, "totp": False,
         "createdTimestamp": 1575657372412,
         "credentials": [{"id": "c1", "type": "password", "createdDate": 1575657372412, **_KEYCLOAK}],
         "federatedIdentities": [{"identityProvider": "google", "userId": LINK[1], "userName": "ada"}],
         "realmRoles": ["admin"]},
        {"id": "s1", "username": "service-account-x", "enabled": True, "serviceAccountClientId": "x", "createdTimestamp": 1},
    ],
    "clients": [{"clientId": "x"}],
}  # fmt: skip

BETTER_AUTH_USER: dict[str, object] = {
    "id": "kJ7", "name": "Ada Lovelace", "email": "ada@example.com", "emailVerified": True, "image": None,
    "createdAt": "2019-12-06T18:36:12.412Z", "updatedAt": "2019-12-06T18:36:12.412Z", "role": "admin",
}  # fmt: skip
BETTER_AUTH_ACCOUNTS = [
    {"id": "a1", "accountId": "kJ7", "providerId": "credential", "userId": "kJ7",
     "password": HASHES["better-auth in capitals"].lower()},
    {"id": "a2", "accountId": LINK[1], "providerId": "google", "userId": "kJ7", "accessToken": "ya29.secret",
     "refreshToken": "1//secret", "password": None},
]  # fmt: skip

_CONFIG = ("--hash-config", "parameters.txt")
_PARAMETERS = (("parameters.txt", FIREBASE_CONFIG),)
_OURS = {
    "id": "x1", "email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace",
    "created_at": "2019-12-06T18:36:12.412Z", "password_hash": HASHES["Lucia"],
    "accounts": [{"provider_id": "google", "account_id": LINK[1]}],
}  # fmt: skip

SAMPLES = {
    "jsonl": Sample("jsonl", "users.jsonl", ndjson(_OURS)),
    "csv": Sample(
        "csv", "users.csv",
        csv({key: value if isinstance(value, str) else json.dumps(value) for key, value in _OURS.items()}),
        guessed=False,
    ),
    "auth0": Sample(
        "auth0", "users.ndjson", ndjson(AUTH0_USER), ("--hashes", "hashes.ndjson"),
        (("hashes.ndjson", ndjson(AUTH0_HASH)),),
    ),
    "auth0's hashes alone": Sample("auth0", "hashes.ndjson", ndjson(AUTH0_HASH), linked=False, called="ada"),
    "clerk's CSV": Sample("clerk", "clerk.csv", csv(CLERK_CSV), linked=False),
    "clerk's API": Sample(
        "clerk", "clerk.json",
        json.dumps([CLERK_JSON | {"password_digest": HASHES["Werkzeug scrypt"], "password_hasher": "scrypt_werkzeug"}]),
    ),
    "supabase's JSON": Sample("supabase", "users.json", json.dumps([SUPABASE_USER])),
    "supabase's CSV": Sample("supabase", "users.csv", csv(SUPABASE_CSV)),
    "supabase, once from Firebase": Sample(
        "supabase", "users.json",
        json.dumps([SUPABASE_USER | {"encrypted_password": HASHES["Firebase, as Supabase has it"]}]),
    ),
    "firebase": Sample(
        "firebase", "users.json", json.dumps({"users": [FIREBASE_USER]}, indent=2), _CONFIG, _PARAMETERS
    ),
    "firebase in one line": Sample(
        "firebase", "users.json", json.dumps({"users": [FIREBASE_USER]}), _CONFIG, _PARAMETERS
    ),
    "firebase's CSV": Sample("firebase", "users.csv", FIREBASE_CSV, _CONFIG, _PARAMETERS, guessed=False),
    "django": Sample("django", "dump.json", json.dumps(DJANGO_ROWS)),
    "django's JSON lines": Sample("django", "dump.jsonl", ndjson(*DJANGO_ROWS)),
    "keycloak": Sample("keycloak", "realm.json", json.dumps(KEYCLOAK_REALM, indent=2)),
    "better-auth's tables": Sample(
        "better-auth", "tables.json", json.dumps({"user": [BETTER_AUTH_USER], "account": BETTER_AUTH_ACCOUNTS})
    ),
    "better-auth, a user a line": Sample(
        "better-auth", "users.jsonl", ndjson({"user": BETTER_AUTH_USER, "account": BETTER_AUTH_ACCOUNTS})
    ),
}  # fmt: skip
