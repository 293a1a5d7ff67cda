"""What either server is told of third parties: better-auth's socialProviders and generic OAuth, and our settings."""

from __future__ import annotations

from typing import Any

from tests.compat.stand_ins import SENT

IDS = (
    "apple", "atlassian", "cloudflare", "cognito", "discord", "dropbox", "facebook", "figma",
    "github", "gitlab", "google", "huggingface", "kakao", "kick", "line", "linear",
    "linkedin", "microsoft", "naver", "notion", "paybin", "paypal", "polar", "railway",
    "reddit", "roblox", "salesforce", "slack", "spotify", "tiktok", "twitch", "twitter",
    "vercel", "vk", "wechat", "zoom",
)  # fmt: skip
POOL = "eu-central-1_Compat"
# What some need besides an id and a secret, by better-auth's options and by our settings.
MORE: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "apple": ({"appBundleIdentifier": "com.example.app"}, {"APPLE_APP_BUNDLE_IDENTIFIER": "com.example.app"}),
    "cognito": (
        {"domain": "compat.auth.example.com", "region": "eu-central-1", "userPoolId": POOL},
        {
            "COGNITO_DOMAIN": "compat.auth.example.com",
            "COGNITO_REGION": "eu-central-1",
            "COGNITO_USERPOOL_ID": POOL,
        },
    ),
}
# What some can be told besides, in the option set of that name; None takes a member away.
TUNED: dict[str, tuple[dict[str, Any], dict[str, str | None]]] = {
    "google": (
        {
            "clientId": ["google-id", "google-app"],
            "hd": "example.com",
            "prompt": "consent",
            "accessType": "offline",
            "scope": ["a", "profile"],
        },
        {
            "CLIENT_ID": "google-id,google-app",
            "HD": "example.com",
            "PROMPT": "consent",
            "ACCESS_TYPE": "offline",
            "SCOPE": "a profile",
        },
    ),
    "microsoft": (
        {"tenantId": "contoso", "prompt": "login", "clientSecret": None, "scope": ["openid", "email"]}
        | {"disableDefaultScope": True},
        {"TENANT_ID": "contoso", "PROMPT": "login", "CLIENT_SECRET": None, "SCOPE": "openid,email"}
        | {"DISABLE_DEFAULT_SCOPE": "yes"},
    ),
    "apple": ({"appBundleIdentifier": None}, {"APP_BUNDLE_IDENTIFIER": None}),
    "facebook": ({"configId": "cfg"}, {"CONFIG_ID": "cfg"}),
    "cognito": (
        {"identityProvider": "Google", "domain": "https://compat.auth.example.com", "clientSecret": None},
        {"IDENTITY_PROVIDER": "Google", "DOMAIN": "https://compat.auth.example.com", "CLIENT_SECRET": None},
    ),
    "paybin": ({"issuer": "https://paybin.example"}, {"ISSUER": "https://paybin.example"}),
    "gitlab": ({"issuer": "https://gitlab.example/sub/"}, {"ISSUER": "https://gitlab.example/sub/"}),
    "discord": (
        {"prompt": "consent", "disableDefaultScope": True},
        {"PROMPT": "consent", "DISABLE_DEFAULT_SCOPE": "yes"},
    ),
    "github": (
        {"prompt": "select_account", "scope": ["repo"]},
        {"PROMPT": "select_account", "SCOPE": "repo"},
    ),
    "roblox": ({"prompt": "login"}, {"PROMPT": "login"}),
    "twitch": ({"scope": ["a", "b"]}, {"SCOPE": "a b"}),
    "vercel": ({"scope": ["openid", "email"]}, {"SCOPE": "openid email"}),
    "linear": ({"disableDefaultScope": True}, {"DISABLE_DEFAULT_SCOPE": "yes"}),
    "tiktok": (
        {"scope": ["a"], "disableDefaultScope": True},
        {"SCOPE": "a", "DISABLE_DEFAULT_SCOPE": "yes"},
    ),
    "polar": ({"prompt": "consent"}, {"PROMPT": "consent"}),
    "atlassian": ({"prompt": "none"}, {"PROMPT": "none"}),
    "dropbox": ({"accessType": "offline"}, {"ACCESS_TYPE": "offline"}),
    "reddit": ({"duration": "permanent"}, {"DURATION": "permanent"}),
    "salesforce": ({"environment": "sandbox"}, {"ENVIRONMENT": "sandbox"}),
    "paypal": ({"environment": "live", "prompt": "login"}, {"ENVIRONMENT": "live", "PROMPT": "login"}),
    "wechat": ({"lang": "en", "scope": ["b"]}, {"LANG": "en", "SCOPE": "b"}),
    "cloudflare": ({"clientSecret": None}, {"CLIENT_SECRET": None}),
}
_COMPACT: dict[str, Any] = {
    "session": {"cookieCache": {"enabled": True, "strategy": "compact", "maxAge": 300}}
}
TRUSTED = ("github", "discord", "spotify", "google")
APPLE = "https://appleid.apple.com"


def client_id(provider: str) -> str:
    """What a provider knows us by."""
    return f"{provider}-id"


def providers(**changes: Any) -> dict[str, dict[str, Any]]:
    """better-auth's socialProviders, each with the same changes."""
    return {name: _client(name) | MORE.get(name, ({}, {}))[0] | changes for name in IDS}


def social_settings(**more: str) -> dict[str, str]:
    """The same as our settings."""
    found: dict[str, str] = {}
    for name in IDS:
        upper, kind = name.upper(), "KEY" if name == "tiktok" else "ID"
        found |= {f"{upper}_CLIENT_{kind}": client_id(name), f"{upper}_CLIENT_SECRET": f"{name}-secret"}
        found |= MORE.get(name, ({}, {}))[1]
    return found | more


def tuned() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """All of them with what is in TUNED: better-auth's socialProviders, and our settings."""
    options, named = providers(), dict[str, str | None](social_settings())
    for name, (more, own) in TUNED.items():
        options[name] |= more
        named |= {f"{name.upper()}_{key}": value for key, value in own.items()}
    kept = {name: {key: v for key, v in each.items() if v is not None} for name, each in options.items()}
    return kept, {key: value for key, value in named.items() if value is not None}


def _client(name: str) -> dict[str, str]:
    kind = "clientKey" if name == "tiktok" else "clientId"
    return {kind: client_id(name), "clientSecret": f"{name}-secret"}


# Of generic OAuth, by host of *.example; see tests/providers/discovery.py for what is special about each.
GENERIC: dict[str, dict[str, Any]] = {
    "acme": {"scopes": ["profile", "email"]},
    "plain": {"scopes": ["read"]},
    "no-jwks": {},
    "no-algorithms": {},
    "no-userinfo": {},
    "no-issuer": {},
    "other-issuer": {},
    "slash": {},
    "basic": {},
    "symmetric": {},
    "broken-keys": {},
    "empty-keys": {},
    "broken": {},
    "html": {},
    "array": {},
    "moved": {},
    "no-token": {},
    "public": {"clientSecret": None},
    "github": {},
}


def generic() -> dict[str, Any]:
    """The options of the plugin."""
    return {"config": [_config(name, changes) for name, changes in GENERIC.items()]}


def _config(name: str, changes: dict[str, Any]) -> dict[str, Any]:
    found = {
        "providerId": name,
        "discoveryUrl": discovery_url(name),
        "clientId": client_id(name),
        "clientSecret": f"{name}-secret",
    } | changes
    return {key: value for key, value in found.items() if value is not None}


def discovery_url(name: str) -> str:
    """Where a provider's document is."""
    return f"https://{name}.example/.well-known/openid-configuration"


def generic_settings(**more: str) -> dict[str, str]:
    """The same as our settings."""
    found = {"PLUGINS": "generic-oauth", "OIDC_PROVIDERS": ",".join(GENERIC)}
    for name, changes in GENERIC.items():
        prefix, config = f"OIDC_{name.upper().replace('-', '_')}", _config(name, changes)
        found |= {
            f"{prefix}_DISCOVERY_URL": config["discoveryUrl"],
            f"{prefix}_CLIENT_ID": config["clientId"],
        }
        if "clientSecret" in config:
            found[f"{prefix}_CLIENT_SECRET"] = config["clientSecret"]
        if "scopes" in config:
            found[f"{prefix}_SCOPES"] = ",".join(config["scopes"])
    return found | more


def option_sets(trusted_origins: list[str]) -> list[dict[str, Any]]:
    """What options.py makes sets of."""
    names, (options, named) = ",".join(TRUSTED), tuned()
    found = [
        _social(),
        _social("trusted", _trusting(*TRUSTED), settings={"ACCOUNT_LINKING_TRUSTED_PROVIDERS": names}),
        _social("closed", {}, {"disableSignUp": True}, {"DISABLE_SIGN_UP": "yes"}),
        _social("by-request", {}, {"disableImplicitSignUp": True}, {"DISABLE_IMPLICIT_SIGN_UP": "yes"}),
        _social(
            "sealed", {"account": {"encryptOAuthTokens": True}}, settings={"ENCRYPT_OAUTH_TOKENS": "yes"}
        ),
        _social(
            "mail",
            {"emailVerification": {"sendOnSignUp": True}, "account": {"storeStateStrategy": "cookie"}},
            settings={"SEND_VERIFICATION_ON_SIGN_UP": "yes", "OAUTH_STATE_STRATEGY": "cookie"},
        ),
        _with_factors(),
        {
            "name": "social-tuned",
            "changes": {"socialProviders": options},
            "settings": named | {"PLUGINS": "one-tap,last-login-method"},
            "plugins": {"oneTap": {}, "lastLoginMethod": {}},
        },
        {
            "name": "oauth-popup",
            "changes": {"socialProviders": providers(disableImplicitSignUp=True)},
            "settings": social_settings(
                **generic_settings(PLUGINS="generic-oauth,oauth-popup,bearer"), DISABLE_IMPLICIT_SIGN_UP="yes"
            ),
            "plugins": {"genericOAuth": generic(), "oauthPopup": {}, "bearer": {}},
        },
        _expo(),
        _expo(
            "-cookie",
            {"account": {"storeStateStrategy": "cookie"}} | _COMPACT,
            {"OAUTH_STATE_STRATEGY": "cookie", "SESSION_COOKIE_CACHE": "compact"},
        ),
        {
            "name": "generic-oauth",
            "changes": _trusting("plain"),
            "settings": generic_settings(
                ACCOUNT_LINKING_TRUSTED_PROVIDERS="plain", PLUGINS="generic-oauth,one-tap"
            ),
            "plugins": {"genericOAuth": generic(), "oneTap": {}},
        },
    ]
    for each in found:
        each["changes"] = {"trustedOrigins": [*trusted_origins, APPLE]} | each["changes"]
    return [each | {"third_parties": True} for each in found]


def _social(
    name: str = "",
    changes: dict[str, Any] | None = None,
    every: dict[str, Any] | None = None,
    settings: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Every provider, with what is special, also of every one of them."""
    return {
        "name": f"social-{name}" if name else "social",
        "changes": {"socialProviders": providers(**every or {})} | (changes or {}),
        "settings": social_settings(PLUGINS="one-tap", **settings or {}),
        "plugins": {"oneTap": {"disableSignup": True} if (every or {}).get("disableSignUp") else {}},
    }


def _expo(
    ending: str = "", changes: dict[str, Any] | None = None, settings: dict[str, str] | None = None
) -> dict[str, Any]:
    """Apps on phones, with what may end in one."""
    return {
        "name": f"expo{ending}",
        "changes": {"socialProviders": providers()} | (changes or {}),
        "settings": social_settings(
            **generic_settings(PLUGINS="magic-link,generic-oauth,expo"), **settings or {}
        ),
        "plugins": {"magicLink": {"sendMagicLink": SENT}, "genericOAuth": generic(), "expo": {}},
        "tables": "expo",
    }


def _with_factors() -> dict[str, Any]:
    """A second factor after whatever way in, where ours is told to ask for it."""
    ways = {"magicLink": {"sendMagicLink": SENT}, "emailOTP": {"sendVerificationOTP": SENT}}
    return {
        "name": "social-two-factor",
        "changes": {"appName": "AI-Editor", "socialProviders": {"github": _client("github")}},
        "settings": {
            "GITHUB_CLIENT_ID": client_id("github"),
            "GITHUB_CLIENT_SECRET": "github-secret",
            "PLUGINS": "two-factor,magic-link,email-otp",
            "TWO_FACTOR_SCOPE": "all",
        },
        "plugins": {"twoFactor": {"otpOptions": {"sendOTP": SENT}}} | ways,
    }


def _trusting(*names: str) -> dict[str, Any]:
    return {"account": {"accountLinking": {"trustedProviders": list(names)}}}
