"""An event as it is kept, and its place in the chain of hashes. S37."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from server import clock
from server.crypto.random import random_id
from server.protocol.wire import Json
from server.telemetry.audit import Event

# What comes before the first entry of a chain.
START = "0" * 64
MOST = 300
# Facts with a column of their own; the others are details.
_COLUMNS = {"by", "user_id", "session_id", "ip_address", "request_id"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row before it has a place in the chain."""

    id: str
    created_at: datetime
    event: str
    result: str
    actor: str | None
    subject: str | None
    session_id: str | None
    ip_address: str | None
    user_agent: str | None
    request_id: str | None
    details: dict[str, str]


@dataclass(frozen=True, slots=True)
class Sealed(Entry):
    """A row with its place, once it has one."""

    position: int | None
    hash: str | None


def entry(event: Event) -> Entry:
    """What is kept of an event: nothing that no fact says, and of each as much as fits."""
    facts = {name: _plain(value) for name, value in event.facts.items() if value}
    subject = facts.get("user_id")
    return Entry(
        id=_new_id(),
        created_at=clock.now(),
        event=event.name,
        result="failure" if event.failed else "success",
        actor=facts.get("by") or _owner(event, facts),
        subject=subject,
        session_id=facts.get("session_id"),
        ip_address=facts.get("ip_address"),
        user_agent=_plain(event.user_agent) or None,
        request_id=facts.get("request_id"),
        details={name: value for name, value in facts.items() if name not in _COLUMNS},
    )


def _new_id() -> str:
    """Of two rows of one process and millisecond, the later one's is greater."""
    return f"{time.time_ns():016x}{random_id(16)}"


def _owner(event: Event, facts: dict[str, str]) -> str | None:
    """Whose account it is did it, unless it was refused, or no more is known than that somebody named the address."""
    return None if event.failed or "account" in facts else facts.get("user_id")


def _plain(value: object) -> str:
    """Printable ASCII, which every database can hold, and no more of it than a row bears."""
    return "".join(c if " " <= c <= "~" else "?" for c in str(value)[:MOST])


def as_json(each: Entry) -> Json:
    """The row as it is exported: all that goes into the hash, and the hash."""
    row = {_member(field.name): getattr(each, field.name) for field in fields(each)}
    return row | {"createdAt": _time(each.created_at)}


def _member(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(word.capitalize() for word in more)


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def digest(each: Entry, position: int, before: str) -> str:
    """The hash of a row at a place, after the hash `before`: of one line of JSON with sorted members, in ASCII."""
    members = as_json(each) | {"position": position, "hash": before}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
