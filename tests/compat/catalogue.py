"""Every case, by group."""

from __future__ import annotations

from tests.compat.case import Case
from tests.compat.cases import origin, session, sign_in, sign_up, transport

GROUPS: dict[str, list[Case]] = {
    "sign_up": sign_up.group.cases,
    "sign_in": sign_in.group.cases,
    "session": session.group.cases,
    "origin": origin.group.cases,
    "transport": transport.group.cases,
}
