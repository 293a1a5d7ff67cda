"""The settings: all that are wrong and not the first alone, what is hardly meant, secrets, addresses, proxies."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from handlers.doctor.examine import Result
from server.config import advice
from server.config.settings import KNOWN_SECRETS, Settings
from server.feature import Check, Finding

LEAST_BYTES = 32
HOW = "`ai-editor secret generate` prints a good one."


def say(wrong: Sequence[str], settings: Settings, idle: Mapping[str, str]) -> Iterator[Result]:
    """A result for each setting that is wrong or hardly meant, or one that says that none is."""
    lines = list(advice.lines(settings, idle))
    for line in wrong:
        yield Result("settings", Finding("failure", line, "No server starts with it: set it as this says."))
    for line in lines:
        yield Result("settings", Finding("warning", line, "Change it, unless it is meant so."))
    if settings.database_left_out:
        names = ", ".join(settings.database_left_out)
        words = f"DATABASE_URL has {names}, which tell other programs how to pool"
        yield Result("settings", Finding("note", words, "Leave them out: DB_POOL_SIZE is what counts here."))
    if not wrong and not lines:
        yield Result("settings", Finding("ok", f"all can be read, for {settings.app_env}"))


async def secret(settings: Settings, _: object) -> Finding:
    """How strong what signs everything is; of its text nothing is shown. S33."""
    found = settings.secret
    if not found:
        return Finding("note", "none is set; the first start makes one in DATA_DIR", f"Or set one: {HOW}")
    if found in KNOWN_SECRETS:
        return Finding("failure", "it is one that everybody knows", f"Set one of your own: {HOW}")
    if len(found.encode()) < LEAST_BYTES:
        return Finding("warning", f"it is shorter than {LEAST_BYTES} bytes, so it can be guessed", HOW)
    if advice.is_guessable(found):
        return Finding(
            "warning",
            "it is long, and of few different characters, so it can be guessed",
            f"Take another: {HOW}",
        )
    older = len(settings.keyring.versions)
    return Finding(
        "ok", f"long and mixed enough; {older} versions are known" if older > 1 else "long and mixed enough"
    )


async def address(settings: Settings, _: object) -> Finding:
    """The public address, and what cookies there are for it."""
    parts = urlsplit(settings.base_url)
    if not settings.secure_cookies and not _here(parts.hostname or ""):
        return Finding(
            "warning",
            f"BETTER_AUTH_URL is {settings.base_url}: cookies and passwords go over the network for all to read",
            "Put a proxy with TLS in front, and set BETTER_AUTH_URL to its https:// address.",
        )
    if settings.production and not settings.secure_cookies:
        words = f"in production the address is {settings.base_url}, and cookies are not Secure"
        return Finding("warning", words, "Set BETTER_AUTH_URL to the https:// address that people open.")
    open_ones = [
        each
        for each in settings.trusted_origins
        if each.startswith("http://") and not _here(urlsplit(each).hostname or "")
    ]
    if settings.secure_cookies and open_ones:
        words = (
            f"BETTER_AUTH_TRUSTED_ORIGINS trusts {open_ones[0]}, which anybody on the way can put words into"
        )
        return Finding("warning", words, "Trust its https:// address alone.")
    kind = "__Secure- cookies" if settings.secure_cookies else "cookies without Secure"
    return Finding("ok", f"{settings.base_url}, {kind}")


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def proxies(settings: Settings, _: object) -> Finding:
    """Whether who asks is known behind what ends TLS."""
    if settings.trusted_proxies:
        names = ", ".join(map(str, settings.trusted_proxies))
        return Finding("ok", f"{names} may say who asks")
    if settings.secure_cookies:
        return Finding(
            "warning",
            "the address is https, which a proxy has to end, and TRUSTED_PROXIES names none: all people look like one",
            "Set TRUSTED_PROXIES to the addresses that the proxy connects from.",
        )
    return Finding("ok", "none is trusted, and none is needed for http")


CHECKS = (Check("secret", secret), Check("address", address), Check("proxies", proxies))
