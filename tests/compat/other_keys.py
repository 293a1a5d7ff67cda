"""The option sets of plugins for other keys than a password; see options.py for what the members are."""

from __future__ import annotations

from typing import Any

from tests.compat.stand_ins import A_NUMBER, ADDRESS_OF_NUMBER, SENT

_COMPACT: dict[str, Any] = {
    "session": {"cookieCache": {"enabled": True, "strategy": "compact", "maxAge": 300}}
}
_ELSEWHERE: dict[str, Any] = {
    "baseURL": "https://auth.example.com",
    "advanced": {
        "cookiePrefix": "shop",
        "defaultCookieAttributes": {"sameSite": "none"},
        "crossSubDomainCookies": {"enabled": True, "domain": "example.com"},
    },
}
_QUIET: dict[str, Any] = {"emailVerification": {"autoSignInAfterVerification": False}}
# What the name ends with, better-auth's options, our settings, and the plugin's options.
_EMAIL_OTP: list[tuple[str, dict[str, Any], dict[str, str], dict[str, Any]]] = [
    ("", {}, {}, {}),
    ("-no-sign-up", {}, {"DISABLE_SIGN_UP": "yes"}, {"disableSignUp": True}),
    ("-limits", {"rateLimit": {"enabled": True}}, {"RATE_LIMIT_ENABLED": "yes"}, {}),
    ("-no-sign-in", _QUIET, {"AUTO_SIGN_IN_AFTER_VERIFICATION": "no"}, {}),
    (
        "-no-sign-in-compact",
        _QUIET | _COMPACT,
        {"AUTO_SIGN_IN_AFTER_VERIFICATION": "no", "SESSION_COOKIE_CACHE": "compact"},
        {},
    ),
    ("-change", {}, {"EMAIL_OTP_CHANGE_EMAIL": "yes"}, {"changeEmail": {"enabled": True}}),
    (
        "-current",
        {},
        {"EMAIL_OTP_CHANGE_EMAIL": "yes", "EMAIL_OTP_VERIFY_CURRENT_EMAIL": "yes"},
        {"changeEmail": {"enabled": True, "verifyCurrentEmail": True}},
    ),
]
_PHONES: dict[str, Any] = {
    "sendOTP": SENT,
    "sendPasswordResetOTP": SENT,
    "phoneNumberValidator": A_NUMBER,
}
_SIGNS_UP: dict[str, Any] = {"signUpOnVerification": {"getTempEmail": ADDRESS_OF_NUMBER}}
_DOMAIN = {"PHONE_NUMBER_EMAIL_DOMAIN": "phone.example.com"}
_PHONE_NUMBER: list[tuple[str, dict[str, Any], dict[str, str], dict[str, Any]]] = [
    ("", {}, _DOMAIN, _SIGNS_UP),
    ("-no-sign-up", {}, {}, {}),
    ("-required", {}, {"PHONE_NUMBER_REQUIRE_VERIFICATION": "yes"}, {"requireVerification": True}),
    ("-limits", {"rateLimit": {"enabled": True}}, {"RATE_LIMIT_ENABLED": "yes"}, {}),
]
_SEVERAL: dict[str, Any] = {
    "username": {},
    "magicLink": {"sendMagicLink": SENT},
    "emailOTP": {"sendVerificationOTP": SENT},
    "anonymous": {},
}


def _set(
    name: str,
    ids: str,
    plugins: dict[str, Any],
    changes: dict[str, Any] | None = None,
    tables: str = "",
    **more: str,
) -> dict[str, Any]:
    """One set; `ids` are PLUGINS."""
    settings = {"PLUGINS": ids, **more}
    return {
        "name": name,
        "changes": changes or {},
        "settings": settings,
        "plugins": plugins,
        "tables": tables,
    }


def _both(name: str, export: str) -> list[dict[str, Any]]:
    """One plugin alone, without a cookie cache and with one."""
    cached = _set(f"{name}-compact", name, {export: {}}, _COMPACT, name, SESSION_COOKIE_CACHE="compact")
    return [_set(name, name, {export: {}}, tables=name), cached]


OTHER_KEYS: list[dict[str, Any]] = [
    *_both("bearer", "bearer"),
    *_both("anonymous", "anonymous"),
    *_both("multi-session", "multiSession"),
    *(
        _set(
            f"email-otp{end}",
            "email-otp",
            {"emailOTP": {"sendVerificationOTP": SENT, **options}},
            changes,
            "email-otp",
            **more,
        )
        for end, changes, more, options in _EMAIL_OTP
    ),
    *(
        _set(
            f"phone-number{end}",
            "phone-number",
            {"phoneNumber": _PHONES | options},
            changes,
            "phone-number",
            **more,
        )
        for end, changes, more, options in _PHONE_NUMBER
    ),
    _set(
        "email-otp-username",
        "email-otp,username",
        {"emailOTP": {"sendVerificationOTP": SENT}, "username": {}},
    ),
    _set(
        "have-i-been-pwned",
        "have-i-been-pwned,email-otp",
        {"haveIBeenPwned": {}, "emailOTP": {"sendVerificationOTP": SENT}},
    )
    | {"third_parties": True},
    _set("anonymous-several", "anonymous,username,magic-link,email-otp", _SEVERAL),
    _set("multi-session-anonymous", "multi-session,anonymous", {"multiSession": {}, "anonymous": {}}),
    _set(
        "last-login-method",
        "last-login-method,username,magic-link,email-otp,anonymous",
        _SEVERAL | {"lastLoginMethod": {}},
    ),
    _set(
        "last-login-method-other-site",
        "last-login-method",
        {"lastLoginMethod": {}},
        _ELSEWHERE,
        BETTER_AUTH_URL="https://auth.example.com",
        COOKIE_PREFIX="shop",
        COOKIE_SAME_SITE="none",
        COOKIE_DOMAIN="example.com",
    ),
]
