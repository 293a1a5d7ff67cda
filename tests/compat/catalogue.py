"""Every case, by group."""

from __future__ import annotations

from collections.abc import Iterable

from tests.compat.case import Case
from tests.compat.cases import (
    accounts,
    cookie_cache,
    cookie_edges,
    email_tokens,
    guarded,
    limits,
    origin,
    password,
    provider_tokens,
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
    "email_tokens": email_tokens.group.cases,
    "sessions": sessions.group.cases,
    "user": user.group.cases,
    "accounts": accounts.group.cases,
    "provider_tokens": provider_tokens.group.cases,
    "cookie_cache": cookie_cache.group.cases,
    "cookie_edges": cookie_edges.group.cases,
    "limits": limits.group.cases,
}

# What our server has no setting for is recorded from better-auth alone.
RECORDED_OPTIONS = ("no-mail", "no-confirmation")
SERVED: dict[str, list[Case]] = {
    name: served
    for name, cases in GROUPS.items()
    if (served := [case for case in cases if case.options not in RECORDED_OPTIONS])
}


def option_sets(groups: dict[str, list[Case]]) -> list[str]:
    """The option sets that these cases run under."""
    used = {case.options for case in _all(groups.values())}
    return [name for name in OPTION_SETS if name in used]


def _all(groups: Iterable[list[Case]]) -> Iterable[Case]:
    return (case for group in groups for case in group)
