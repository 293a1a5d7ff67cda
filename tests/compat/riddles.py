"""Option sets with a captcha, of each provider."""

from __future__ import annotations

from typing import Any

KEYS = {"siteKey": "site-key", "secretKey": "captcha-secret"}
OURS = {"CAPTCHA_SITE_KEY": "site-key", "CAPTCHA_SECRET_KEY": "captcha-secret"}


def _riddle(provider: str, name: str = "", **more: Any) -> dict[str, Any]:
    settings = {"PLUGINS": "captcha", "CAPTCHA_PROVIDER": provider} | OURS | more.pop("settings", {})
    return {
        "name": f"captcha-{name or provider}",
        "settings": settings,
        "plugins": {"captcha": {"provider": provider} | KEYS},
        "tables": "captcha",
        "third_parties": True,
    } | more


_PROXIES = {"advanced": {"ipAddress": {"trustedProxies": ["127.0.0.1/32"]}}}
_TRUSTED = {"TRUSTED_PROXIES": "127.0.0.1/32"}
RIDDLES: list[dict[str, Any]] = [
    *(
        _riddle(provider, changes=_PROXIES, settings=_TRUSTED)
        for provider in ("cloudflare-turnstile", "google-recaptcha", "hcaptcha")
    ),
    _riddle(
        "hcaptcha",
        "limits",
        changes={"rateLimit": {"enabled": True}} | _PROXIES,
        settings={"RATE_LIMIT_ENABLED": "yes"} | _TRUSTED,
    ),
]
