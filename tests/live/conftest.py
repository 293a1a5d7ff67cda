"""Documents that are there."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from server.live.live import Live
from server.services import Services
from tests.conftest import Sql
from tests.http.sockets import close_all
from tests.live.typist import first_state
from tests.relay.conftest import PATH, collect_without

collect_ignore_glob = collect_without(PATH, ["test_redis.py"])
NewDocument = Callable[..., str]


@pytest.fixture
def app(app: Services, io_loop: AsyncIOLoop) -> Iterator[Services]:
    """With what goes on beside the requests, so that all of it ends with the test."""
    running = app.of(Live).running()
    io_loop.run_sync(running.__aenter__)
    yield app
    io_loop.run_sync(close_all)
    io_loop.run_sync(lambda: running.__aexit__(None, None, None))


@pytest.fixture
def new_document(sql: Sql) -> NewDocument:
    """new_document("ada@example.com"): the id of one of theirs; with the text of its snapshot."""
    numbers = count(1)

    def make(email: str, state: bytes | None = None, title: str = "A plan") -> str:
        document_id = f"document{next(numbers)}"
        sql(
            """INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema")
               SELECT %s, "id", %s, 1 FROM "user" WHERE "email" = %s""",
            document_id, title, email,
        )  # fmt: skip
        sql(
            """INSERT INTO "ai_editor_document_state" ("documentId", "snapshot") VALUES (%s, %s)""",
            document_id, state or first_state(),
        )  # fmt: skip
        return document_id

    return make


@pytest.fixture
def share(sql: Sql) -> Callable[[str, str, str], None]:
    """share(document, "bob@example.com", "reader")."""
    numbers = count(1)

    def give(document_id: str, email: str, role: str) -> None:
        sql(
            """INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role")
               SELECT %s, %s, "id", %s FROM "user" WHERE "email" = %s""",
            f"access{next(numbers)}", document_id, role, email,
        )  # fmt: skip

    return give
