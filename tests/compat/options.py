"""The option sets: the same wish, once in better-auth's words and once as our settings."""

from __future__ import annotations

from typing import Any

from tests.compat import third_parties
from tests.compat.fields import FIELDS, NEEDED_FIELDS, SESSION_FIELDS, USER_FIELDS
from tests.compat.other_keys import OTHER_KEYS
from tests.compat.riddles import RIDDLES
from tests.compat.stand_ins import ADDRESS_OF_NUMBER, SENT
from tests.compat.wish import ALL_MAILS, BASE_URL, PLAIN, SECRET, Options

__all__ = ["ADDRESS_OF_NUMBER", "ALL_MAILS", "BASE_URL", "OPTION_SETS", "PLAIN", "SECRET", "SENT", "Options"]


def _cache(strategy: str, name: str = "cache", **fields: Any) -> Options:
    cache = {"enabled": True, "strategy": strategy, "maxAge": 300}
    return Options(
        f"{name}-{strategy}",
        {"session": {"cookieCache": cache}},
        {"SESSION_COOKIE_CACHE": strategy},
        **fields,
    )


APP: dict[str, Any] = {"appName": "AI-Editor"}


# Ours is called so in authenticators, and mails are always sent.
TWO_FACTOR: dict[str, Any] = {
    "changes": {"appName": "AI-Editor"},
    "settings": {"PLUGINS": "two-factor"},
    "plugins": {"twoFactor": {"otpOptions": {"sendOTP": SENT}}},
    "tables": "two-factor",
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
        Options("two-factor", **TWO_FACTOR),
        Options(
            "two-factor-limits",
            {"appName": "AI-Editor", "rateLimit": {"enabled": True}},
            {"PLUGINS": "two-factor", "RATE_LIMIT_ENABLED": "yes"},
            plugins=TWO_FACTOR["plugins"],
            tables="two-factor",
        ),
        Options(
            "two-factor-columns",
            {"appName": "AI-Editor"},
            {"PLUGINS": "two-factor"},
            plugins=TWO_FACTOR["plugins"],
            session_fields={name: kept for name, kept in SESSION_FIELDS.items() if name != "hidden"},
        ),
        Options(
            "two-factor-username",
            {"appName": "AI-Editor"},
            {"PLUGINS": "two-factor,username"},
            plugins={"twoFactor": {"otpOptions": {"sendOTP": SENT}}, "username": {}},
        ),
        *(
            Options(
                f"two-factor-{strategy}",
                {
                    "appName": "AI-Editor",
                    "session": {"cookieCache": {"enabled": True, "strategy": strategy, "maxAge": 300}},
                },
                {"PLUGINS": "two-factor", "SESSION_COOKIE_CACHE": strategy},
                plugins=TWO_FACTOR["plugins"],
                tables="two-factor",
            )
            for strategy in ("compact", "jwe")
        ),
        Options("jwt", plugins={"jwt": {}}),
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
        *(Options(**each) for each in RIDDLES),
        *(Options(**each) for each in OTHER_KEYS),
        Options("restricted", plugins={"admin": {}, "twoFactor": {}}),
        *(Options(**each) for each in third_parties.option_sets(PLAIN["trustedOrigins"])),
    )
}
