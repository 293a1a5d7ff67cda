"""CAPTCHA_PROVIDER, CAPTCHA_SITE_KEY and CAPTCHA_SECRET_KEY: all of them, or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from handlers.captcha.providers import PROVIDERS, Provider
from server.config.reader import Reader
from server.errors import SettingsError

_KEY = re.compile(r"[!-~]{1,1000}")


@dataclass(frozen=True, slots=True)
class CaptchaSettings:
    """Whose riddle it is, the key that the pages show it with, and the one that its answers are checked with."""

    provider: Provider | None
    site_key: str
    secret_key: str = field(repr=False)


def read(read: Reader) -> CaptchaSettings:
    """From the environment; raises SettingsError for half of it, which would let everybody in, or nobody."""
    name = (read.text("CAPTCHA_PROVIDER") or "").lower()
    site_key, secret_key = _key(read, "CAPTCHA_SITE_KEY"), _key(read, "CAPTCHA_SECRET_KEY")
    if name and name not in PROVIDERS:
        raise SettingsError(f"CAPTCHA_PROVIDER is {name!r}; it takes {' or '.join(PROVIDERS)}")
    given = {"CAPTCHA_PROVIDER": name, "CAPTCHA_SITE_KEY": site_key, "CAPTCHA_SECRET_KEY": secret_key}
    missing = [each for each, value in given.items() if not value]
    if missing and (len(missing) < len(given) or "captcha" in read.list("PLUGINS")):
        raise SettingsError(f"{missing[0]} is not set: the plugin captcha takes {', '.join(given)}")
    return CaptchaSettings(PROVIDERS.get(name), site_key, secret_key)


def _key(read: Reader, name: str) -> str:
    key = read.text(name) or ""
    if key and not _KEY.fullmatch(key):
        raise SettingsError(f"{name} takes the provider's key: ASCII without spaces")
    return key
