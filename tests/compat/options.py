"""The option sets: the same wish, once in better-auth's words and once as our settings."""

from __future__ import annotations

import copy
import functools
from dataclasses import dataclass, field
from typing import Any

SECRET = "c0mpat-secret-of-thirty-two-bytes-and-more-1f9a"
BASE_URL = "http://localhost:8080"

ALL_MAILS = ("reset", "verification", "changeEmail")

# These stand for functions among a plugin's options; plugins.mjs puts them in. What SENT is called with is caught as
# a mail (its url, its code) to the address or number that it names, its kind "magicLink.sendMagicLink".
SENT = {"stand-in": "sent"}
ADDRESS_OF_NUMBER = {"stand-in": "address of a number"}

PLAIN: dict[str, Any] = {
    "baseURL": BASE_URL,
    "secret": SECRET,
    "trustedOrigins": [
        BASE_URL,
        "https://app.example.com",
        "https://*.wild.example",
        "*.bare.example",
        "myapp://",
        "http://[::1]:3000",
        "https://*.ports.example:*",
    ],
    "rateLimit": {"enabled": False},
    "emailAndPassword": {"enabled": True, "revokeSessionsOnPasswordReset": True},
    "emailVerification": {"autoSignInAfterVerification": True},
    "user": {"changeEmail": {"enabled": True}, "deleteUser": {"enabled": True}},
}


@dataclass(frozen=True)
class Options:
    """One option set; `changes` is laid over PLAIN, `settings` over our environment.

    `plugins` are better-auth's, by the names of their exports and in their order, each with its options:
    {"magicLink": {"sendMagicLink": SENT}}. `user_fields` and `session_fields` are its additionalFields:
    {"nickname": {"type": "string", "required": False}}; our server gets them as the columns of a feature, see ours.py.
    `redis` is the socket of the Redis that is better-auth's secondary storage, and which of its databases.
    Sets with the same `tables`, a name, have a database in common.
    """

    name: str
    changes: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    mails: tuple[str, ...] = ALL_MAILS
    production: bool = True
    plugins: dict[str, dict[str, Any]] = field(default_factory=dict)
    user_fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    session_fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: str = ""
    redis: tuple[str, int] | None = None

    def reference(self) -> dict[str, Any]:
        """The options for better-auth, but for its plugins."""
        found = _merge(copy.deepcopy(PLAIN), self.changes)
        return _merge(found, {name: {"additionalFields": kept} for name, kept in self.fields.items()})

    @property
    def fields(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The additional fields by table, where there are any."""
        found = {"user": self.user_fields, "session": self.session_fields}
        return {name: kept for name, kept in found.items() if kept}

    def database(self, shared: str) -> str:
        """The database to run on: the one that is shared, or one of its own where tables or columns differ."""
        own = self.plugins or self.user_fields or self.session_fields
        return f"{shared}-{self.tables or self.name}" if own else shared

    @functools.cached_property
    def trusted_origins(self) -> list[str]:
        """The origins and patterns that both are told to trust, the own one among them."""
        return [*self.reference()["trustedOrigins"], self.base_url]

    @property
    def base_url(self) -> str:
        """The public address under these options."""
        return str(self.changes.get("baseURL", BASE_URL))

    @property
    def cookie_prefix(self) -> str:
        """What the names of cookies begin with under these options."""
        return str(self.changes.get("advanced", {}).get("cookiePrefix", "better-auth"))

    @property
    def secret(self) -> str:
        """What signs cookies under these options."""
        return str(self.changes.get("secret", SECRET))


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        base[key] = _merge(base[key], value) if isinstance(value, dict) and key in base else value
    return base


def _cache(strategy: str, name: str = "cache", **fields: Any) -> Options:
    cache = {"enabled": True, "strategy": strategy, "maxAge": 300}
    return Options(
        f"{name}-{strategy}",
        {"session": {"cookieCache": cache}},
        {"SESSION_COOKIE_CACHE": strategy},
        **fields,
    )


# One column of each kind, and one for each thing that can be said of a column.
USER_FIELDS: dict[str, dict[str, Any]] = {
    "nickname": {"type": "string", "required": False},
    "level": {"type": "number", "required": False, "defaultValue": 1},
    "beta": {"type": "boolean", "required": False, "defaultValue": False},
    "birthday": {"type": "date", "required": False},
    "taste": {"type": "json", "required": False},
    "tags": {"type": "string[]", "required": False},
    "scores": {"type": "number[]", "required": False},
    "role": {"type": "string", "required": False, "defaultValue": "user", "input": False},
    "plan": {"type": "string", "required": False, "input": False},
    "note": {"type": "string", "required": False, "returned": False},
}
SESSION_FIELDS: dict[str, dict[str, Any]] = {
    "activeOrganizationId": {"type": "string", "required": False},
    "visits": {"type": "number", "required": False, "defaultValue": 0},
    "trusted": {"type": "boolean", "required": False},
    "since": {"type": "date", "required": False},
    "extra": {"type": "json", "required": False},
    "impersonatedBy": {"type": "string", "required": False, "input": False},
    "hidden": {"type": "string", "required": False, "returned": False},
}
NEEDED_FIELDS: dict[str, dict[str, Any]] = {
    "invite": {"type": "string", "required": True},
    "title": {"type": "string", "required": True, "defaultValue": "Dr"},
}
# What authenticators call the application.
APP: dict[str, Any] = {"appName": "AI-Editor"}
FIELDS: dict[str, Any] = {
    "user_fields": USER_FIELDS,
    "session_fields": SESSION_FIELDS,
    "tables": "columns",
}


OPTION_SETS: dict[str, Options] = {
    options.name: options
    for options in (
        Options("plain"),
        Options("development", production=False, settings={"APP_ENV": "development"}),
        Options(
            "https", {"baseURL": "https://auth.example.com"}, {"BETTER_AUTH_URL": "https://auth.example.com"}
        ),
        Options(
            "verified",
            {"emailAndPassword": {"requireEmailVerification": True}},
            {"REQUIRE_EMAIL_VERIFICATION": "yes"},
        ),
        Options(
            "verified-no-sign-in",
            {
                "emailAndPassword": {"requireEmailVerification": True},
                "emailVerification": {"sendOnSignUp": False, "autoSignInAfterVerification": False},
            },
            {
                "REQUIRE_EMAIL_VERIFICATION": "yes",
                "SEND_VERIFICATION_ON_SIGN_UP": "no",
                "AUTO_SIGN_IN_AFTER_VERIFICATION": "no",
            },
        ),
        Options("no-auto-sign-in", {"emailAndPassword": {"autoSignIn": False}}, {"AUTO_SIGN_IN": "no"}),
        Options("no-sign-up", {"emailAndPassword": {"disableSignUp": True}}, {"DISABLE_SIGN_UP": "yes"}),
        Options(
            "short-lived",
            {"session": {"expiresIn": 3600, "updateAge": 600, "freshAge": 60}},
            {"SESSION_EXPIRES_IN": "3600", "SESSION_UPDATE_AGE": "600", "SESSION_FRESH_AGE": "60"},
        ),
        Options(
            "keep-sessions",
            {"emailAndPassword": {"revokeSessionsOnPasswordReset": False}},
            {"REVOKE_SESSIONS_ON_PASSWORD_RESET": "no"},
        ),
        Options(
            "send-on-sign-up",
            {"emailVerification": {"sendOnSignUp": True}},
            {"SEND_VERIFICATION_ON_SIGN_UP": "yes"},
        ),
        Options("delete-verified", {}, {"DELETE_USER_VERIFICATION": "yes"}, (*ALL_MAILS, "deleteAccount")),
        Options("no-mail", {}, {}, ()),
        Options("no-confirmation", {}, {}, ("reset", "verification")),
        Options("deferred", {"session": {"deferSessionRefresh": True}}, {"SESSION_DEFER_REFRESH": "yes"}),
        Options(
            "deferred-cache",
            {"session": {"deferSessionRefresh": True, "cookieCache": {"enabled": True, "maxAge": 300}}},
            {"SESSION_DEFER_REFRESH": "yes", "SESSION_COOKIE_CACHE": "compact"},
        ),
        Options("limits", {"rateLimit": {"enabled": True}}, {"RATE_LIMIT_ENABLED": "yes"}),
        Options(
            "limits-database",
            {"rateLimit": {"enabled": True, "storage": "database"}},
            {"RATE_LIMIT_ENABLED": "yes", "RATE_LIMIT_STORAGE": "database"},
        ),
        Options(
            "proxies",
            {"advanced": {"ipAddress": {"trustedProxies": ["127.0.0.1/32", "10.0.0.0/8"]}}},
            {"TRUSTED_PROXIES": "127.0.0.1/32,10.0.0.0/8"},
        ),
        Options(
            "limits-proxies",
            {
                "rateLimit": {"enabled": True},
                "advanced": {"ipAddress": {"trustedProxies": ["127.0.0.1/32"]}},
            },
            {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.1/32"},
        ),
        _cache("compact"),
        _cache("jwt"),
        _cache("jwe"),
        Options("prefix", {"advanced": {"cookiePrefix": "my-app.v2"}}, {"COOKIE_PREFIX": "my-app.v2"}),
        Options(
            "strict",
            {"advanced": {"defaultCookieAttributes": {"sameSite": "strict"}}},
            {"COOKIE_SAME_SITE": "strict"},
        ),
        Options(
            "other-site",
            {
                "baseURL": "https://auth.example.com",
                "advanced": {
                    "cookiePrefix": "shop",
                    "defaultCookieAttributes": {"sameSite": "none"},
                    "crossSubDomainCookies": {"enabled": True, "domain": "example.com"},
                },
                "session": {"cookieCache": {"enabled": True, "maxAge": 300}},
            },
            {
                "BETTER_AUTH_URL": "https://auth.example.com",
                "COOKIE_PREFIX": "shop",
                "COOKIE_SAME_SITE": "none",
                "COOKIE_DOMAIN": "example.com",
                "SESSION_COOKIE_CACHE": "compact",
            },
        ),
        Options("columns", **FIELDS),
        _cache("compact", "columns", **FIELDS),
        _cache("jwt", "columns", **FIELDS),
        _cache("jwe", "columns", **FIELDS),
        Options(
            "columns-verified",
            {"emailAndPassword": {"requireEmailVerification": True}},
            {"REQUIRE_EMAIL_VERIFICATION": "yes"},
            user_fields=USER_FIELDS | NEEDED_FIELDS,
        ),
        Options(
            "two-factor",
            plugins={"twoFactor": {"issuer": "Compat", "otpOptions": {"sendOTP": SENT}}},
        ),
        Options("open-api", plugins={"openAPI": {}}),
        Options("one-time-token", {}, {"PLUGINS": "one-time-token"}, plugins={"oneTimeToken": {}}),
        Options("username", {}, {"PLUGINS": "username"}, plugins={"username": {}}, tables="username"),
        Options(
            "username-verified",
            {"emailAndPassword": {"requireEmailVerification": True}},
            {"PLUGINS": "username", "REQUIRE_EMAIL_VERIFICATION": "yes"},
            plugins={"username": {}},
            tables="username",
        ),
        Options(
            "magic-link",
            {},
            {"PLUGINS": "magic-link"},
            plugins={"magicLink": {"sendMagicLink": SENT}},
            tables="magic-link",
        ),
        Options(
            "magic-link-no-sign-up",
            {"emailAndPassword": {"disableSignUp": True}},
            {"PLUGINS": "magic-link", "DISABLE_SIGN_UP": "yes"},
            plugins={"magicLink": {"sendMagicLink": SENT, "disableSignUp": True}},
            tables="magic-link",
        ),
        Options(
            "magic-link-limits",
            {"rateLimit": {"enabled": True}},
            {"PLUGINS": "magic-link", "RATE_LIMIT_ENABLED": "yes"},
            plugins={"magicLink": {"sendMagicLink": SENT}},
            tables="magic-link",
        ),
        Options("passkey", APP, {"PLUGINS": "passkey"}, plugins={"passkey": {}}, tables="passkey"),
        Options(
            "passkey-https",
            APP | {"baseURL": "https://auth.example.com"},
            {"PLUGINS": "passkey", "BETTER_AUTH_URL": "https://auth.example.com"},
            plugins={"passkey": {}},
            tables="passkey",
        ),
        Options(
            "passkey-short-lived",
            APP | {"session": {"freshAge": 60}},
            {"PLUGINS": "passkey", "SESSION_FRESH_AGE": "60"},
            plugins={"passkey": {}},
            tables="passkey",
        ),
        Options(
            "passkey-magic-link",
            APP,
            {"PLUGINS": "passkey,magic-link"},
            plugins={"magicLink": {"sendMagicLink": SENT}, "passkey": {}},
            tables="passkey",
        ),
        Options(
            "passkey-restricted",
            APP,
            {"PLUGINS": "passkey"},
            plugins={"admin": {}, "twoFactor": {}, "passkey": {}},
        ),
        Options("restricted", plugins={"admin": {}, "twoFactor": {}}),
    )
}
