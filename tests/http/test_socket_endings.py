"""A socket does not outlive its session, however that ends. S23."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from tornado.platform.asyncio import AsyncIOLoop

from server import clock
from server.database import DatabaseUnavailable
from server.database.hosts import Hosts
from server.feature import Feature
from server.services import Services
from server.sessions import watches
from tests.client import PASSWORD, Client
from tests.conftest import Sql, execute
from tests.ears import Ears
from tests.http.sockets import Echo, Raw, end, join, plugged, until

ENDED = 4401


@pytest.fixture
def features(io_loop: AsyncIOLoop) -> Iterator[tuple[Feature, ...]]:
    with plugged(io_loop) as found:
        yield found


def other_browser(client: Client) -> Client:
    return Client(client.base_url)


async def sign_out(client: Client) -> None:
    await client.api("/sign-out", {})


async def revoke(client: Client) -> None:
    token = (await client.session())["session"]["token"]
    other = other_browser(client)
    await other.sign_in()
    assert (await other.api("/revoke-session", {"token": token})).json == {"status": True}


async def revoke_others(client: Client) -> None:
    other = other_browser(client)
    await other.sign_in()
    assert (await other.api("/revoke-other-sessions", {})).json == {"status": True}


async def change_password(client: Client) -> None:
    other = other_browser(client)
    await other.sign_in()
    body = {"newPassword": "another long password", "currentPassword": PASSWORD, "revokeOtherSessions": True}
    assert (await other.api("/change-password", body)).status == 200


async def delete_user(client: Client) -> None:
    assert (await client.api("/delete-user", {"password": PASSWORD})).status == 200


@pytest.mark.parametrize("how", [sign_out, revoke, revoke_others, change_password, delete_user])
@pytest.mark.gen_test
async def test_an_end_here_is_its_end(client: Client, how: Callable[[Client], object]) -> None:  # S23
    await client.sign_up()
    sockets = [await join(client), await join(client)]
    await how(client)  # type: ignore[misc]
    assert [await end(socket) for socket in sockets] == [ENDED, ENDED]
    assert sockets[0].close_reason == "session ended"
    await until(lambda: not Echo.live)


ENDINGS = {
    "deleted": """DELETE FROM "session" """,
    "over": """UPDATE "session" SET "expiresAt" = now() - interval '1 second' """,
    "over soon": """UPDATE "session" SET "expiresAt" = now() + interval '0.5 seconds' """,
    "renamed token": """UPDATE "session" SET "token" = 'another' """,
    "user deleted": """DELETE FROM "user" """,
    "truncated": """TRUNCATE "user" CASCADE""",
}


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.gen_test
async def test_an_end_from_outside_is_its_end(client: Client, sql: Sql, how: str) -> None:  # S23
    await client.sign_up()
    socket = await join(client)
    sql(ENDINGS[how])
    assert await end(socket) == ENDED


@pytest.mark.environ(SESSION_CACHE="off", RATE_LIMIT_ENABLED="no")
@pytest.mark.gen_test
async def test_it_is_heard_without_a_memory_of_sessions(client: Client, app: Services, sql: Sql) -> None:
    await app.changes.stop()
    app.changes._tasks = []
    await client.sign_up()
    socket = await join(client)
    await until(lambda: app.changes._heard)
    sql(ENDINGS["deleted"])
    assert await end(socket) == ENDED


@pytest.mark.gen_test
async def test_others_stay(client: Client, sql: Sql) -> None:
    await client.sign_up()
    other = other_browser(client)
    await other.sign_in()
    stranger = other_browser(client)
    await stranger.sign_up("charles@example.com")
    ends, stays, strangers = await join(client), await join(other), await join(stranger)
    await sign_out(client)
    assert await end(ends) == ENDED
    for socket in (stays, strangers):
        await socket.write_message("here")
        assert await socket.read_message() == "here"


@pytest.mark.gen_test
async def test_a_change_of_the_user_is_no_end_nor_is_a_longer_session(client: Client, sql: Sql) -> None:
    await client.sign_up()
    socket = await join(client)
    await client.api("/update-user", {"name": "Countess"})
    sql("""UPDATE "user" SET "name" = 'Lovelace' """)
    sql("""UPDATE "session" SET "expiresAt" = now() + interval '2 seconds' """)
    sql("""UPDATE "session" SET "expiresAt" = now() + interval '1 day' """)
    await asyncio.sleep(2.2)
    await socket.write_message("here")
    assert await socket.read_message() == "here"


@pytest.mark.gen_test
async def test_nothing_is_heard_after_the_end(client: Client, sql: Sql) -> None:  # S23
    await client.sign_up()
    raw = await Raw.connect(client, "/echo/hall")
    await raw.shaken()
    await raw.frame()
    raw.send(b"before")
    assert await raw.frame() == (1, b"before")
    sql(ENDINGS["deleted"])
    assert await raw.frame() == (8, ENDED.to_bytes(2, "big") + b"session ended")
    raw.send(b"after")
    assert await asyncio.wait_for(raw.rest(), 60) == b""
    assert Echo.heard == ["before"]


@pytest.fixture
def deaf(app: Services, sql: Sql, ears: Ears, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """deaf(): the database cannot be listened to any more, until `monkeypatch.undo()`."""

    def listen(channel: str) -> None:
        raise DatabaseUnavailable("no LISTEN here")

    def cut() -> None:
        monkeypatch.setattr(app.db, "listen", listen)
        sql("SELECT pg_terminate_backend(%s)", *ears.backends())

    return cut


@pytest.mark.gen_test
async def test_an_end_that_was_missed_is_found_when_changes_are_heard_again(
    client: Client, app: Services, sql: Sql, deaf: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    await client.sign_up()
    socket = await join(client)
    deaf()
    await until(lambda: not app.changes._heard)
    await asyncio.sleep(0.1)
    sql(ENDINGS["deleted"])
    await asyncio.sleep(0.1)
    assert Echo.live
    monkeypatch.undo()
    assert await end(socket) == ENDED


@pytest.mark.gen_test
async def test_while_nothing_is_heard_the_database_is_asked_now_and_then(
    client: Client, app: Services, sql: Sql, deaf: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    monkeypatch.setattr(watches, "DEAF_SECONDS", 0.2)
    await client.sign_up()
    one, other = await join(client), other_browser(client)
    deaf()
    await until(lambda: not app.changes._heard)
    await asyncio.sleep(0.3)
    await other.sign_in()
    two = await join(other)
    await sign_out(client)
    assert await end(one) == ENDED
    sql(ENDINGS["deleted"])
    assert await end(two) == ENDED


@pytest.mark.gen_test
async def test_a_database_that_stays_away_is_no_session(
    client: Client, app: Services, monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    monkeypatch.setattr(watches, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(watches, "UNKNOWN_SECONDS", 0.5)
    await client.sign_up()
    socket = await join(client)
    await asyncio.sleep(0.1)
    await app.db.close()
    monkeypatch.setattr(app.db, "_hosts", Hosts("postgresql://nobody@127.0.0.1:1/none"))
    app.sessions.memory.distrust()
    began = asyncio.get_running_loop().time()
    assert await end(socket) == 1013
    assert asyncio.get_running_loop().time() - began > 0.4


@pytest.mark.gen_test
async def test_what_came_while_the_process_was_frozen_is_not_heard(
    client: Client, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # S23
    await client.sign_up()
    socket = await join(client)
    later = clock.steady() + 86400
    monkeypatch.setattr(clock, "steady", lambda: later)
    await socket.write_message("still there")
    assert await socket.read_message() == "still there"
    execute(database_url, 'DELETE FROM "session"')
    await socket.write_message("too late")
    assert await end(socket) == ENDED
    assert "too late" not in Echo.heard
