"""Whatever happens to three people, two processes and a database: all end with one text, and nothing saved is missing."""

import os
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tornado.platform.asyncio import AsyncIOLoop

from server.live import journal, live
from server.live.checking import read_state
from tests.live.typist import first_state
from tests.live.wild import World
from tests.outside import Outside

# More of them: LIVE_EXAMPLES=500.
EXAMPLES = int(os.environ.get("LIVE_EXAMPLES", "12"))
OFTEN = ["insert", "insert", "insert", "delete", "format", "undo", "wait", "come", "go"]
SELDOM = ["close", "compact", "forget", "away", "back", "mute", "kill"]
HAPPENINGS = st.lists(
    st.tuples(st.sampled_from(OFTEN * 2 + SELDOM), st.integers(0, 2), st.integers(0, 50)), max_size=40
)
NUMBERS = count(1)


@pytest.fixture
def owner(outside: Outside, clean: None) -> str:
    """Whose the documents are."""
    outside.execute(
        """INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES ('ada', 'Ada', 'a@example.com', true)"""
    )
    return "ada"


def new_document(outside: Outside, owner: str) -> str:
    """One of theirs."""
    document = f"wild{next(NUMBERS)}"
    outside.execute(
        """INSERT INTO "ai_editor_document" ("id", "ownerId", "title", "schema") VALUES (%s, %s, 'Wild', 1)""",
        [document, owner],
    )
    outside.execute(
        """INSERT INTO "ai_editor_document_state" ("documentId", "snapshot") VALUES (%s, %s)""",
        [document, first_state()],
    )
    return document


async def live_through(world: World, happenings: list[tuple[str, int, int]]) -> None:
    """All of it, then a look."""
    await world.start()
    try:
        for number in range(3):
            await world.happen("come", number, number)
        for kind, who, number in happenings:
            await world.happen(kind, who, number)
        await world.settle()
        stored = await world.stored()
        assert stored.text == world.people[0].text
        state = read_state(stored.doc.get_state())
        assert all(state.get(client, 0) >= end for client, end in world.kept.items())
    finally:
        await world.stop()


def test_all_converge_and_nothing_that_was_saved_is_missing(
    io_loop: AsyncIOLoop,
    outside: Outside,
    owner: str,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(live, "END_SECONDS", 0.05)
    monkeypatch.setattr(journal, "RETRY_SECONDS", 0.02)

    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    @given(HAPPENINGS)
    def prove(happenings: list[tuple[str, int, int]]) -> None:
        world = World(database_url, new_document(outside, owner), owner)
        io_loop.run_sync(lambda: live_through(world, happenings))

    prove()
