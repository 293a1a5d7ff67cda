"""How much room people and their sessions take on the disk."""

from __future__ import annotations

from bench.figures import Pace, Section, number
from bench.scenarios import large
from bench.stage import Stage
from scale.clients import size

TABLES = {"user": "user", "account": "account", "session": "session"}
USERS, SESSIONS = 200_000, 5
TEXT = (
    "A database filled by statements, with five sessions for each user; each user has a password. Indexes are"
    " counted, and the room that PostgreSQL leaves in its pages; old versions of rows, which it clears away later, are not."
)


def measure(stage: Stage, pace: Pace) -> Section:
    """By table."""
    users = 5_000 if pace.quick else USERS
    large.filled(stage, "sizes", users)
    sizes = {name: size(stage, f'"{table}"', "sizes") for name, table in TABLES.items()}
    counts = {"user": users, "account": users, "session": SESSIONS * users}
    stage.run('DROP DATABASE "sizes" WITH (FORCE)')
    each = {name: sizes[name] / counts[name] for name in TABLES}
    rows = [
        [name, f"{counts[name]:,}".replace(",", " "), number(sizes[name] / 1e6), number(each[name])]
        for name in TABLES
    ]
    measured = {"user": each["user"] + each["account"], "session": each["session"]}
    columns = ["table", "rows", "MB", "bytes each"]
    return Section("sizes", "Room on the disk", TEXT, columns, rows, measured=measured)
