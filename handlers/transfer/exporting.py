"""Takes everybody out: rows of our own format, written as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Callable

from handlers.transfer import store
from handlers.transfer.formats.ours import COLUMNS
from handlers.transfer.store import Exported
from server.database import Database
from server.protocol import wire

Write = Callable[[dict[str, object]], str]


async def rows(db: Database, with_hashes: bool) -> AsyncIterator[dict[str, object]]:
    """One person after another, all as of one moment; a few hundred of them in memory."""
    async with db.transaction() as tx:
        await store.open_export(tx)
        while found := await store.fetch_exported(tx):
            for each in found:
                yield _row(each, with_hashes)


def _row(each: Exported, with_hashes: bool) -> dict[str, object]:
    row: dict[str, object] = {
        "id": each.id,
        "email": each.email,
        "email_verified": each.email_verified,
        "name": each.name,
        "image": each.image,
        "created_at": wire.date(each.created_at),
        "updated_at": wire.date(each.updated_at),
        "accounts": each.accounts,
        "disabled": each.banned,
        "second_factor": each.second_factor,
    }
    return row | {"password_hash": each.password} if with_hashes else row


def as_json(row: dict[str, object]) -> str:
    """A line of JSON."""
    return json.dumps(row) + "\n"


def as_csv(row: dict[str, object]) -> str:
    """A line of CSV."""
    cells = (_cell(row[name]) for name in COLUMNS if name in row)
    return _line([*cells])


def csv_head(with_hashes: bool) -> str:
    """The line with the columns' names."""
    return _line([name for name in COLUMNS if with_hashes or name != "password_hash"])


def _cell(value: object) -> str:
    if isinstance(value, list):
        return json.dumps(value) if value else ""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
