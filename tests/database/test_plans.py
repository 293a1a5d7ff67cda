"""Every statement that a request runs finds its rows by an index, however many there are."""

import importlib
import inspect
import json
import secrets
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from handlers.audit.entries import entry
from handlers.audit.store import Wanted
from handlers.documents.rows import Attachment, Page, Who
from handlers.passkey.store import Passkey
from handlers.two_factor.store import TwoFactor
from server.documents.model import Document, Folder, Grant
from server.limits.policy import SLOWING
from server.model import NO_COLUMNS, OUR_SHAPE, Column, Columns, Session, User, Verification
from server.telemetry.audit import Event

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    SELECT n::text, 'Person', n || '@example.com', true FROM generate_series(1, 5000) AS n;
    INSERT INTO "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
    SELECT n::text, n::text, 'credential', n::text, 'x', now() FROM generate_series(1, 5000) AS n;
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt")
    SELECT n::text, n::text, (1 + n % 5000)::text, now() + interval '1 day', now()
    FROM generate_series(1, 10000) AS n;
    INSERT INTO "verification" ("id", "identifier", "value", "expiresAt")
    SELECT n::text, n::text, 'x', now() + interval '1 day' FROM generate_series(1, 5000) AS n;
    INSERT INTO "rateLimit" ("id", "key", "count", "lastRequest")
    SELECT n::text, n::text, 1, n FROM generate_series(1, 5000) AS n;
    INSERT INTO "ai_editor_mail" ("id", "template", "recipient", "context", "dueAt", "expiresAt")
    SELECT n::text, 'x', 'x', '{}', now() + n * interval '1 second', now() + interval '1 day'
    FROM generate_series(1, 5000) AS n;
    INSERT INTO "ai_editor_device" ("userId", "fingerprint")
    SELECT (1 + n % 5000)::text, n::text FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_sign_up" ("id", "userId", "password")
    SELECT n::text, (1 + n % 5000)::text, 'x' FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_audit" ("id", "createdAt", "event", "result", "subject", "details")
    SELECT n::text, now(), 'x', 'success', (1 + n % 5000)::text, '{}' FROM generate_series(1, 10000) AS n;
    INSERT INTO "passkey" ("id", "publicKey", "userId", "credentialID", "counter", "deviceType", "backedUp")
    SELECT n::text, 'x', (1 + n % 5000)::text, n::text, 0, 'x', false FROM generate_series(1, 10000) AS n;
    UPDATE "ai_editor_audit" SET "position" = "id"::bigint, "hash" = 'x' WHERE "id"::bigint < 9900;
    INSERT INTO "twoFactor" ("id", "secret", "backupCodes", "userId")
    SELECT n::text, n::text, 'x', n::text FROM generate_series(1, 5000) AS n;
    INSERT INTO "scimSubject" ("id", "userId", "revision", "createdAt", "updatedAt")
    SELECT n::text, n::text, 1, now(), now() FROM generate_series(1, 5000) AS n;
    INSERT INTO "scimConnectionBinding" ("id", "connectionId", "connectionKey", "provisioningDomainId", "createdAt",
        "decommissionStatus", "decommissionReconciledUserCount", "decommissionBatchCount", "decommissionRevision")
    SELECT n::text, n::text, n::text, 'x', now(), 'active', 0, 0, 0 FROM generate_series(1, 5000) AS n;
    INSERT INTO "scimUser" ("id", "connectionId", "provisioningDomainId", "userId", "connectionUserKey", "userName",
        "userNameKey", "primaryEmail", "workEmailValueIndex", "emailValueIndex", "displayName", "formattedName",
        "serializedEmails", "active", "orderKey", "createdAt", "updatedAt")
    SELECT n::text, n::text, 'x', n::text, n::text, 'x', n::text, 'x', 'x', 'x', 'x', 'x', '[]', true, n::text, now(),
           now()
    FROM generate_series(1, 5000) AS n;
    INSERT INTO "ai_editor_folder" ("id", "ownerId", "parentId", "name")
    SELECT n::text, (1 + n % 5000)::text, CASE WHEN n > 1 THEN (n / 2)::text END, 'x' FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_document" ("id", "ownerId", "folderId", "title", "schema", "deletedAt")
    SELECT n::text, (1 + n % 5000)::text, n::text, 'x' || n, 1, CASE WHEN n % 20 = 0 THEN now() END
    FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_document_state" ("documentId", "snapshot")
    SELECT n::text, 'x' FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_attachment" ("documentId", "id", "name", "type", "bytes", "digest")
    SELECT (1 + n % 1000)::text, n::text, 'x', 'x', 7, n::text FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "email", "tokenHash", "role")
    SELECT n::text, (1 + n % 10000)::text, CASE WHEN n % 3 = 0 THEN (1 + n % 5000)::text END,
           CASE WHEN n % 3 = 1 THEN n || '@example.com' END, n::text, 'reader'
    FROM generate_series(1, 20000) AS n;
    INSERT INTO "ai_editor_document_request" ("documentId", "userId")
    SELECT n::text, (1 + n % 5000)::text FROM generate_series(1, 10000) AS n;
    INSERT INTO "ai_editor_document_text" ("documentId", "text", "words")
    SELECT n::text, 'x' || n, to_tsvector('simple', 'x' || n) FROM generate_series(1, 10000) AS n;
    ALTER TABLE "user" ADD COLUMN "nickname" text, ADD COLUMN "twoFactorEnabled" boolean, ADD COLUMN "banned" boolean;
    ALTER TABLE "session" ADD COLUMN "nickname" text;
    UPDATE "user" SET "nickname" = "id";
    CREATE UNIQUE INDEX ON "user" ("nickname");
    ANALYZE
"""
DECLARED = Columns((Column("user", "nickname", unique=True),), (Column("session", "nickname"),))
# What goes through a whole table on purpose, and on whose behalf.
WHOLE_TABLE = {
    "columns.list_missing": "the start",
    "provisioning.count_deactivated": "the start",
    "restrictions.count_banned": "the start",
    "restrictions.count_capitals": "the start, where there are any",
    "restrictions.count_two_factor": "the start",
    "restrictions.find_twins": "the start, where there are capitals",
    "session_lists.list_summaries": "a person at a terminal",
    "session_lists.count": "a person at a terminal",
    "users.check_taken": "one who is kept out by something else than the address; the list of triggers is short",
    "rows.swallowed": "a change that a trigger swallowed; the list of triggers is short",
    "users.list_summaries": "a person at a terminal",
    "users.count": "a person at a terminal",
    "operating.list_summaries": "a person at a terminal",
    "operating.count": "a person at a terminal",
    "mails.count": "/metrics; the queue is short, or nothing works",
    "store.count_expired": "a person at a terminal",
    "store.list_indexes": "a person at a terminal",
    "store.find_taken": "an import, of hundreds at once; of a large table it takes the index",
    "store.find_taken_accounts": "an import, likewise",
    "store.find_taken_passkeys": "an import, likewise",
    "store.update_tokens": "an import, likewise",
    "sessions.delete_ended": "the sweeper",
    "sweeps.delete_ended": "the sweeper",
    "verifications.delete_expired": "the sweeper",
    "rate_limits.delete_lapsed": "the sweeper",
}
USER = User("7", "Ada", "ada@example.com", True, None, NOW, NOW)
SESSION = Session("new", NOW + timedelta(days=1), "new", NOW, NOW, None, None, "7")
KEY = Passkey("new", None, "x", "7", "x", 0, "singleDevice", False, None, NOW, None)
DOCUMENT = Document("new", "7", None, "x", None, 1, NOW, NOW, None)
ATTACHMENT = Attachment("7", "new", "x", "x", 7, None, None, "x", None, NOW)
GRANT = Grant("new", "7", "7", None, None, "reader", None, NOW)
EVENTS = [entry(Event("sign-in", {"user_id": "7"}))]
SAMPLES: dict[str, Any] = {
    "after": (NOW, "7"), "attachment": ATTACHMENT, "moment": NOW, "change": "DELETE", "column": "nickname", "context": {"a": "b"}, "emails": ["7@example.com"], "entries": EVENTS, "expires_at": NOW, "first": 7, "found": TwoFactor("7", "7", "7", True, None),
    "hashes": ["7"], "ids": ["7"], "life": 1000, "document": DOCUMENT, "folder": Folder("new", "7", "7", "x"), "grant": GRANT, "page": Page(51), "who": Who("7", "7@example.com", NOW), "query": "'x':*", "patterns": ["%x7%"], "likeness": 0.5,
    "everywhere": True, "snapshot": b"x", "since": NOW, "search": "x", "trash": False, "owner_id": "7", "first_word": "x", "words": ["x"], "limit": 20, "members": {"name", "image"}, "milliseconds": 7, "most": 10, "now": NOW, "others": ["7"], "passkey": KEY, "counter": 7,
    "pairs": [("github", "7")], "position": 7, "seconds": 60, "session": SESSION, "slowing": SLOWING, "texts": ["7"], "tokens": ["7"], "until": NOW, "updated_at": NOW, "user": USER, "users": [(USER, {})],
    "verification": Verification("new", "7", "x", NOW, NOW), "wanted": Wanted("7"), "window": 1000, "written": {"nickname": "x"},
}  # fmt: skip


def stores() -> Iterator[ModuleType]:
    paths = [*(ROOT / "server/store").glob("[a-z]*.py"), *(ROOT / "server").glob("*/*_store.py")]
    paths += [*(ROOT / "handlers").glob("*/store.py"), *(ROOT / "handlers").glob("*/store/[a-z]*.py")]
    for path in sorted(paths):
        yield importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def functions() -> dict[str, Callable[..., Coroutine[Any, Any, Any]]]:
    """Every public function of a store that takes `db`, by its module's last name and its own."""
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": function
        for module in stores()
        for name, function in inspect.getmembers(module, inspect.iscoroutinefunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }


class Planner:
    """Stands for a database, and asks PostgreSQL how it would do what it is told."""

    columns = NO_COLUMNS
    shape = OUR_SHAPE

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self.scanned: list[str] = []
        self.asked = 0

    def close(self) -> None:
        self._connection.close()

    async def all(self, into: Any, sql: str, **params: Any) -> list[Any]:
        self._explain(sql, params)
        return []

    async def one(self, into: Any, sql: str, **params: Any) -> None:
        self._explain(sql, params)

    async def value(self, sql: str, **params: Any) -> int:
        self._explain(sql, params)
        return 0

    async def run(self, sql: str, **params: Any) -> int:
        self._explain(sql, params)
        return 1

    def _explain(self, sql: str, params: dict[str, Any]) -> None:
        self.asked += 1
        if sql.startswith("FETCH"):  # of a statement that has been looked at
            return
        with self._connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params or None)
            row = cursor.fetchone()
        assert row
        plans = row[0] if isinstance(row[0], list) else json.loads(row[0])
        for plan in plans:
            self._read(plan["Plan"])

    def _read(self, plan: dict[str, Any]) -> None:
        if plan["Node Type"] == "Seq Scan":
            self.scanned.append(plan["Relation Name"])
        for below in plan.get("Plans", ()):
            self._read(below)


@pytest.fixture(scope="module")
def planner(filled: str) -> Iterator[Planner]:
    made = Planner(filled)
    yield made
    made.close()


@pytest.fixture(scope="module")
def filled(database_server: str) -> Iterator[str]:
    """A database of its own with thousands of rows in every table."""
    name = f"test_{secrets.token_hex(8)}"
    run(database_server, f'CREATE DATABASE "{name}"')
    url = urlsplit(database_server)._replace(path=f"/{name}").geturl()
    run(url, (ROOT / "schema.sql").read_text())
    run(url, (ROOT / "tests/scim.sql").read_text())
    run(url, ROWS)
    yield url
    run(database_server, f'DROP DATABASE "{name}" WITH (FORCE)')


def run(url: str, sql: str) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def is_of_columns(function: Callable[..., Coroutine[Any, Any, Any]]) -> bool:
    """Whether it says something else, or anything, where columns are declared."""
    rooms = ("server.store.columns", "server.store.extended")
    return function.__module__ in rooms or function.__name__ in ("get_as_stored", "update_columns")


def plan(planner: Planner, function: Callable[..., Coroutine[Any, Any, Any]]) -> list[str]:
    """The tables that a store function goes through from end to end."""
    names = list(inspect.signature(function).parameters)[1:]
    planner.scanned, planner.asked = [], 0
    planner.columns = DECLARED if is_of_columns(function) else NO_COLUMNS
    work = function(planner, *(SAMPLES.get(name, "7") for name in names))
    with pytest.raises((StopIteration, IndexError)):  # of a row that is always there
        work.send(None)
    assert planner.asked
    return planner.scanned


@pytest.mark.parametrize("name", sorted(functions().keys() - WHOLE_TABLE))
def test_rows_are_found_by_index(planner: Planner, name: str) -> None:
    assert plan(planner, functions()[name]) == []


def test_a_scan_would_be_seen(planner: Planner) -> None:
    assert plan(planner, functions()["verifications.delete_expired"]) == ["verification"]


def test_exceptions_are_functions() -> None:
    assert WHOLE_TABLE.keys() <= functions().keys()


def test_foreign_keys_have_an_index(planner: Planner) -> None:
    """Or the end of a user would go through every session there is."""
    with planner._connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT k.conrelid::regclass::text, a.attname
            FROM pg_constraint k
            JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
            WHERE k.contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]
            )
            """
        )
        assert cursor.fetchall() == []
