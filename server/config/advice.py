"""What is allowed and hardly meant: said once at the start, in a line that names the setting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from server.config.reader import Reader
from server.config.settings import Settings, is_weak

# Names that others have for the same.
_OTHERS = dict.fromkeys(
    ("SMTP_HOST", "SMTP_SERVER", "SMTP_PORT", "SMTP_USER", "SMTP_USERNAME", "SMTP_PASSWORD"), "SMTP_URL"
) | dict.fromkeys(("SMTP_FROM", "EMAIL_FROM"), "MAIL_FROM")
_ALIKE = 0.85
_LEAST_DIFFERENT = 12  # characters of a secret
_EVERYBODY = re.compile(r"(?:[a-z*?]+://)?(?=[^a-z]*\*)[*?.]+(?:\.[a-z]+)?(?::[0-9*?]+)?", re.IGNORECASE)
# A hash of this cost takes longer than anybody waits, and one of that less than OWASP asks for.
SLOWEST_COST, LEAST_COST = 16, 10


def lines(settings: Settings, idle: Mapping[str, str]) -> Iterator[str]:
    """One each; the settings of features have been read by now, and `idle` says which are of one that is off, and why."""
    yield from _names(settings.reader, idle)
    for pattern in filter(_EVERYBODY.fullmatch, settings.trusted_origins):
        yield f"BETTER_AUTH_TRUSTED_ORIGINS has {pattern!r}: sites of anybody may act for their visitors"
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield "TRUSTED_PROXIES is everybody: who asks chooses the address that limits and the audit go by"
    if settings.production and not settings.base_url_given:
        yield f"BETTER_AUTH_URL is not set: the links in mails lead to {settings.base_url}"
    if any(map(is_weak, settings.keyring.every()[1:])):
        yield "BETTER_AUTH_SECRETS has one that can be guessed: it decrypts, and what it signed does not count"
    yield from _durations(settings)


def at_start(settings: Settings) -> Iterator[str]:
    """What `doctor` has checks of its own for."""
    if settings.secret and is_guessable(settings.secret):
        yield "BETTER_AUTH_SECRET is long, and of few different characters: `ai-editor secret generate` prints a good one"
    if settings.production and settings.base_url_given and not settings.secure_cookies:
        yield f"BETTER_AUTH_URL is {settings.base_url}: cookies are not Secure, and anybody on the way reads passwords"
    if settings.secure_cookies and not settings.trusted_proxies:
        yield "TRUSTED_PROXIES names no proxy, and one has to end https: all people look like one to limits and audit"


def is_guessable(secret: str) -> bool:
    """Whether it is long and yet of few different characters, or one text over and over."""
    return len(set(secret)) < _LEAST_DIFFERENT or secret in (secret + secret)[1:-1]


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


def _names(read: Reader, idle: Mapping[str, str]) -> Iterator[str]:
    """What is set for a feature that is off, or under a name that is nearly one of ours, which is not set."""
    for name in sorted(read.variables):
        upper = name.upper()
        if name in read.asked or not read.variables[name].strip():
            continue
        if name in idle:
            yield f"{name} is set, and does nothing: it is for {idle[name]}"
            continue
        found = get_close_matches(upper, [*sorted(read.asked), *_OTHERS], 1, _ALIKE)
        meant = _OTHERS.get(found[0], found[0]) if found else ""
        if meant and not read.variables.get(meant, "").strip():
            yield f"{name} is set, which nothing reads; {meant} may be meant"
