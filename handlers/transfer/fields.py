"""The members of a row, as one type each: exports have numbers as texts, flags as letters, JSON inside of CSV."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from handlers.transfer.person import Linked, Unfit

Fields = Mapping[str, object]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YES = ("true", "t", "1", "yes")
# Numbers above are milliseconds, below seconds: until the year 5138, or after 1973.
_MILLISECONDS = 100_000_000_000
# Providers by the names that others have for them, to better-auth's.
_PROVIDERS = {
    "google-oauth2": "google", "google.com": "google", "facebook.com": "facebook", "github.com": "github",
    "apple.com": "apple", "twitter.com": "twitter", "x": "twitter", "twitter_oauth2": "twitter",
    "microsoft.com": "microsoft", "windowslive": "microsoft", "azure": "microsoft", "microsoftonline": "microsoft",
    "linkedin_oidc": "linkedin", "linkedin_oauth2": "linkedin", "linkedin-openid-connect": "linkedin",
    "slack_oidc": "slack",
}  # fmt: skip


def text(fields: Fields, *names: str) -> str | None:
    """The first of these members that says something."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value:
            return value
    return None


def flag(value: object) -> bool:
    """Whether it says yes."""
    return value.strip().lower() in _YES if isinstance(value, str) else value is True or value == 1


def moment(fields: Fields, *names: str) -> datetime | None:
    """A time in the first of these members that has one: text of ISO 8601, or seconds or milliseconds; to the millisecond."""
    for name in names:
        value = fields.get(name)
        if value not in (None, ""):
            found = _moment(value, name)
            return found.replace(microsecond=found.microsecond // 1000 * 1000)
    return None


def _moment(value: object, name: str) -> datetime:
    if isinstance(value, dict) and "$date" in value:
        value = value["$date"]
    try:
        if isinstance(value, str) and not value.strip().lstrip("-").isdigit():
            found = datetime.fromisoformat(value.strip())
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        number = float(str(value))
        return _EPOCH + timedelta(seconds=number / 1000 if abs(number) >= _MILLISECONDS else number)
    except (ValueError, OverflowError):
        raise Unfit("date", f"{name} is no time") from None


def inner(value: object) -> object:
    """A value that is JSON itself, as CSV has it; nothing where it is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except (ValueError, RecursionError):
        return None


def member(fields: Fields, name: str) -> Fields:
    """An object among the members, or an empty one."""
    found = inner(fields.get(name))
    return found if isinstance(found, dict) else {}


def members(fields: Fields, *names: str) -> Sequence[Fields]:
    """The objects in an array among the members."""
    for name in names:
        found = inner(fields.get(name))
        if isinstance(found, list):
            return [each for each in found if isinstance(each, dict)]
    return []


def whole_name(*parts: str | None) -> str:
    """A first and a last name."""
    return " ".join(part.strip() for part in parts if part and part.strip())


def name_or_address(name: str | None, email: str | None) -> str:
    """What to call somebody: without a name, what stands before the @."""
    return (name or "").strip() or (email or "").partition("@")[0].strip()


def provider(name: str) -> str:
    """better-auth's name for a provider."""
    plain = name.strip().lower().removeprefix("oauth_").removeprefix("custom_")
    return _PROVIDERS.get(plain, plain)


def linked(name: str | None, account: str | None) -> tuple[Linked, ...]:
    """A linked account, where both are said."""
    return (Linked(provider(name), account),) if name and account else ()
