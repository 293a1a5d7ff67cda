"""Who may what with a document: by right, by an access, by their address, by a link; and what counts nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from server.documents.access import find, role_of
from server.documents.model import SCHEMA, Role
from server.model import User
from server.services import Services
from tests.conftest import Sql

pytestmark = pytest.mark.usefixtures("http_server")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    VALUES ('ada', 'Ada', 'ada@example.com', true), ('bob', 'Bob', 'bob@example.com', true);
    INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema") VALUES ('d', 'ada', 'Plan', 1), ('e', 'ada', '', 1)
"""
ADA = User("ada", "Ada", "ada@example.com", True, None, NOW, NOW)
BOB = replace(ADA, id="bob", name="Bob", email="Bob@example.com")
ACCESS = """
    INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "email", "linkId", "tokenHash", "role", "expiresAt")
    VALUES (%s, %s, %s, %s, %s, %s, %s, now() + %s::interval)
"""
LINK: tuple[object, ...] = ("link", "d", None, None, None, "hash", "editor", None)
# What Bob has, in rows, and what he may by that.
HAS: dict[str, tuple[list[tuple[object, ...]], Role | None]] = {
    "nothing": ([], None),
    "his own": ([("1", "d", "bob", None, None, None, "reader", None)], Role.READER),
    "one that has not ended": ([("1", "d", "bob", None, None, None, "editor", "1 day")], Role.EDITOR),
    "one that is over": ([("1", "d", "bob", None, None, None, "editor", "-1 second")], None),
    "of another document": ([("1", "e", "bob", None, None, None, "editor", None)], None),
    "an invitation": ([("1", "d", None, "bob@example.com", None, "x", "editor", None)], Role.EDITOR),
    "an invitation that is over": (
        [("1", "d", None, "bob@example.com", None, "x", "editor", "-1 day")],
        None,
    ),
    "a link that he has not followed": ([LINK], None),
    "a link": ([LINK, ("1", "d", "bob", None, "link", None, "reader", None)], Role.EDITOR),
    "a link that is over": (
        [(*LINK[:-1], "-1 day"), ("1", "d", "bob", None, "link", None, "editor", None)],
        None,
    ),
    "the strongest of several": (
        [
            LINK,
            ("1", "d", "bob", None, "link", None, "editor", None),
            ("2", "d", "bob", None, None, None, "reader", None),
        ],
        Role.EDITOR,
    ),
}


@pytest.mark.gen_test
async def test_what_each_has_by_it(app: Services, sql: Sql) -> None:
    sql(PEOPLE)
    for what, (rows, role) in HAS.items():
        for row in rows:
            sql(ACCESS, *row)
        assert await role_of(app.db, "d", BOB) is role, what
        assert await role_of(app.db, "d", ADA) is Role.OWNER, what
        assert await role_of(app.db, "nothing", BOB) is None, what
        sql('DELETE FROM "ai_editor_document_access"')


@pytest.mark.gen_test
async def test_an_address_that_is_not_proven_is_nobody_s(app: Services, sql: Sql) -> None:
    sql(PEOPLE)
    sql(ACCESS, "1", "d", None, "bob@example.com", None, "x", "editor", None)
    assert await role_of(app.db, "d", replace(BOB, email_verified=False)) is None


@pytest.mark.gen_test
async def test_find(app: Services, sql: Sql) -> None:
    sql(PEOPLE)
    found = await find(app.db, "d")
    assert found
    assert (found.title, found.owner_id, found.schema, found.deleted_at) == ("Plan", "ada", SCHEMA, None)
    assert await find(app.db, "nothing") is None


def test_roles_are_in_order() -> None:
    assert [(role.word, role.may_write, role.may_share) for role in sorted(Role)] == [
        ("reader", False, False),
        ("commenter", False, False),
        ("editor", True, True),
        ("owner", True, True),
    ]
    assert Role.of("editor") is Role.EDITOR
