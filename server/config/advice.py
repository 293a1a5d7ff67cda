"""What is allowed and hardly meant: said once at the start, in a line that names the setting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from server.config.reader import Reader
from server.config.settings import Settings, is_weak

# Names that others have for the same.
_OTHERS = dict.fromkeys(
    ("SMTP_HOST", "SMTP_SERVER", "SMTP_PORT", "SMTP_USER", "SMTP_USERNAME", "SMTP_PASSWORD"), "SMTP_URL"
) | dict.fromkeys(("SMTP_FROM", "EMAIL_FROM"), "MAIL_FROM")
_ALIKE = 0.85
# Of later features: whoever sets one believes that it does something.
_LACKING = (
    "CAPTCHA_PROVIDER",
    "ENCRYPT_OAUTH_TOKENS",
    "OIDC_PROVIDERS",
    "PLUGINS",
    "TWO_FACTOR_SCOPE",
)
_EVERYBODY = re.compile(r"(?:[a-z*?]+://)?(?=[^a-z]*\*)[*?.]+(?:\.[a-z]+)?(?::[0-9*?]+)?", re.IGNORECASE)
# A hash of this cost takes longer than anybody waits, and one of that less than OWASP asks for.
SLOWEST_COST, LEAST_COST = 16, 10


def lines(settings: Settings) -> Iterator[str]:
    """One each; the settings of features have been read by now."""
    yield from _names(settings.reader)
    for pattern in filter(_EVERYBODY.fullmatch, settings.trusted_origins):
        yield f"BETTER_AUTH_TRUSTED_ORIGINS has {pattern!r}: sites of anybody may act for their visitors"
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield "TRUSTED_PROXIES is everybody: who asks chooses the address that limits and the audit go by"
    if settings.production and not settings.base_url_given:
        yield f"BETTER_AUTH_URL is not set: the links in mails lead to {settings.base_url}"
    if any(map(is_weak, settings.keyring.every()[1:])):
        yield "BETTER_AUTH_SECRETS has one that can be guessed: it decrypts, and what it signed does not count"
    yield from _durations(settings)


def _durations(settings: Settings) -> Iterator[str]:
    cost, sessions = settings.passwords.bcrypt_cost, settings.sessions
    if settings.passwords.algorithm == "bcrypt" and cost > SLOWEST_COST:
        yield f"BCRYPT_COST is {cost}: a hash takes longer than a sign-in may; up to {SLOWEST_COST} is of use"
    if settings.production and settings.passwords.algorithm == "bcrypt" and cost < LEAST_COST:
        yield f"BCRYPT_COST is {cost}: what is stolen is guessed quickly; {LEAST_COST} is the least"
    if sessions.update_age >= sessions.expires_in:
        yield (
            f"SESSION_UPDATE_AGE is {sessions.update_age}, not below SESSION_EXPIRES_IN, which is"
            f" {sessions.expires_in}: no session is ever prolonged"
        )


def _names(read: Reader) -> Iterator[str]:
    """What is set under a name that is nearly one of ours, which is not set."""
    for name in sorted(read.variables):
        upper = name.upper()
        if name in read.asked or not read.variables[name].strip():
            continue
        if name in _LACKING:
            yield f"{name} is set, and this version does not have what it is for"
            continue
        found = get_close_matches(upper, [*sorted(read.asked), *_OTHERS], 1, _ALIKE)
        meant = _OTHERS.get(found[0], found[0]) if found else ""
        if meant and not read.variables.get(meant, "").strip():
            yield f"{name} is set, which nothing reads; {meant} may be meant"
