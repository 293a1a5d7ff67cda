"""Every case, by group."""

from __future__ import annotations

from collections.abc import Iterable

from tests.compat.case import Case
from tests.compat.cases import (
    accounts,
    cookie_cache,
    guarded,
    limits,
    origin,
    password,
    session,
    sessions,
    sign_in,
    sign_up,
    transport,
    user,
    verification,
)
from tests.compat.options import OPTION_SETS

GROUPS: dict[str, list[Case]] = {
    "sign_up": sign_up.group.cases,
    "sign_in": sign_in.group.cases,
    "session": session.group.cases,
    "origin": origin.group.cases,
    "transport": transport.group.cases,
    "guarded": guarded.group.cases,
    "password": password.group.cases,
    "verification": verification.group.cases,
    "sessions": sessions.group.cases,
    "user": user.group.cases,
    "accounts": accounts.group.cases,
    "cookie_cache": cookie_cache.group.cases,
    "limits": limits.group.cases,
}

# What our server answers today; the other groups and option sets are recorded from better-auth alone.
SERVED_GROUPS = ("sign_up", "sign_in", "session", "origin", "transport")
SERVED_OPTIONS = ("plain", "development", "https", "no-auto-sign-in", "no-sign-up", "short-lived")
SERVED: dict[str, list[Case]] = {
    name: [case for case in GROUPS[name] if case.options in SERVED_OPTIONS] for name in SERVED_GROUPS
}


def option_sets(groups: dict[str, list[Case]]) -> list[str]:
    """The option sets that these cases run under."""
    used = {case.options for case in _all(groups.values())}
    return [name for name in OPTION_SETS if name in used]


def _all(groups: Iterable[list[Case]]) -> Iterable[Case]:
    return (case for group in groups for case in group)
