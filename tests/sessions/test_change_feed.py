"""Sessions are kept in memory, and still end everywhere when they end anywhere."""

import asyncio
import time

import pytest

from server.model import SignedIn
from server.services import Services
from tests.client import PASSWORD, Client
from tests.conftest import Sql
from tests.ears import Ears


@pytest.fixture
def asked(app: Services) -> list[str]:
    """How often a session was read from the database."""
    asked: list[str] = []
    real = app.sessions.read

    async def read(token: str) -> SignedIn | None:
        asked.append(token)
        return await real(token)

    app.sessions.read = read  # type: ignore[method-assign]
    return asked


@pytest.mark.gen_test
async def test_the_second_look_asks_nobody(client: Client, asked: list[str]) -> None:
    await client.sign_up()
    first, second, third = [await client.api("/get-session") for _ in range(3)]
    assert first.json is not None
    assert first.body == second.body == third.body
    assert len(asked) == 1


@pytest.mark.gen_test
async def test_the_short_way_answers_like_the_long_one(client: Client) -> None:
    await client.sign_up()
    ordinary = await client.api("/get-session")
    fast = await client.api("/get-session")
    again = await client.api("/get-session", headers={"Connection": "close"})
    names = {"Date", "X-Request-Id", "Connection"}
    for answer in (fast, again):
        assert answer.status == ordinary.status
        assert [pair for pair in answer.headers.get_all() if pair[0] not in names] == [
            pair for pair in ordinary.headers.get_all() if pair[0] not in names
        ]
    assert fast.headers["X-Request-Id"] != again.headers["X-Request-Id"]


async def raw(port: int, *lines: str) -> bytes:
    """The answer to a request with exactly these header lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = ["GET /api/auth/get-session HTTP/1.1", "Host: x", *lines, "", ""]
    writer.write("\r\n".join(head).encode())
    found = await reader.readuntil(b"\r\n\r\n")
    length = int(found.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    body = await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return body


@pytest.mark.gen_test
async def test_two_cookie_headers_are_not_taken_for_one(client: Client, http_port: int) -> None:
    await client.sign_up()
    good = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    for one, two in ((f"a=1,{good}", ("a=1", good)), (f"{good},a=1", (good, "a=1"))):
        before = await raw(http_port, f"Cookie: {one}")
        for _ in range(3):
            assert b'"session"' in await raw(http_port, *(f"Cookie: {each}" for each in two))
        assert await raw(http_port, f"Cookie: {one}") == before


@pytest.mark.gen_test
async def test_a_long_cookie_header_is_not_kept(client: Client, app: Services) -> None:
    await client.sign_up()
    client.cookies["x"] = "y" * 3000
    for _ in range(3):
        assert await client.session() is not None
    assert not app.sessions.memory._shelf._answers


@pytest.mark.gen_test
async def test_a_person_with_a_picture_in_the_row_is_answered_and_not_kept(
    client: Client, app: Services, sql: Sql
) -> None:  # S46
    await client.sign_up()
    for length in (1_000_000, 20_000, 10):
        sql("""UPDATE "user" SET "image" = repeat('x', %s)""", length)
        for _ in range(3):
            assert len((await client.session())["user"]["image"]) == length
        assert (len(app.sessions.memory), app.sessions.memory.weight > 0) == (length == 10, length == 10)


@pytest.mark.environ(SESSION_CACHE="off")
@pytest.mark.gen_test
async def test_can_be_switched_off(client: Client, asked: list[str]) -> None:
    await client.sign_up()
    for _ in range(3):
        await client.session()
    assert len(asked) == 3


CUT = "SELECT pg_terminate_backend(%s)"
ENDINGS = {
    "deleted": """DELETE FROM "session" """,
    "ended": """UPDATE "session" SET "expiresAt" = now() - interval '1 second' """,
    "renamed token": """UPDATE "session" SET "token" = 'another' """,
    "user deleted": """DELETE FROM "user" """,
    "truncated": """TRUNCATE "user" CASCADE""",
}


@pytest.mark.parametrize("how", ENDINGS)
@pytest.mark.gen_test
async def test_an_end_from_outside_is_heard(client: Client, sql: Sql, how: str) -> None:  # S23
    await client.sign_up()
    assert await client.session() is not None
    assert await client.session() is not None
    sql(ENDINGS[how])
    assert await client.session() is None


@pytest.mark.gen_test
async def test_a_user_changed_from_outside_is_seen(client: Client, sql: Sql) -> None:
    await client.sign_up()
    await client.session()
    sql("""UPDATE "user" SET "name" = 'Countess' """)
    assert (await client.session())["user"]["name"] == "Countess"


@pytest.mark.gen_test
async def test_what_one_does_oneself_counts_at_once(client: Client) -> None:  # S23
    await client.sign_up()
    for name in ("Augusta", "Byron"):
        await client.session()
        await client.api("/update-user", {"name": name})
        assert (await client.session())["user"]["name"] == name
    thief = Client(client.base_url, dict(client.cookies))
    assert await thief.session() is not None
    await client.api(
        "/change-password",
        {"currentPassword": PASSWORD, "newPassword": "x" * 10, "revokeOtherSessions": True},
    )
    assert await thief.session() is None


@pytest.mark.gen_test
async def test_an_end_is_kept_to_the_second(client: Client, sql: Sql) -> None:  # S24
    await client.sign_up(rememberMe=False)
    ((end,),) = sql(
        """
        UPDATE "session" SET "expiresAt" = now() + interval '1 second'
        RETURNING extract(epoch FROM "expiresAt")::float
        """
    )
    asked = time.time()
    while await client.session() is not None:
        assert asked < end
        await asyncio.sleep(0.02)
        asked = time.time()
    assert time.time() >= end


@pytest.mark.gen_test
async def test_without_ears_nothing_is_kept(client: Client, app: Services, sql: Sql, ears: Ears) -> None:
    """The listening connection is cut while sessions end: no stale yes."""
    await client.sign_up()
    await client.session()
    app.changes._pause = 60  # before it listens again
    sql(CUT, *ears.backends())
    until = time.monotonic() + 20
    while len(app.sessions.memory) > 0:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)
    sql("""DELETE FROM "session" """)
    assert await client.session() is None


@pytest.mark.gen_test
async def test_hears_again_after_a_cut(
    client: Client, app: Services, asked: list[str], sql: Sql, ears: Ears
) -> None:
    await client.sign_up()
    sql(CUT, *ears.backends())
    until = time.monotonic() + 20
    while app.sessions.memory.trusted:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)
    while len(app.sessions.memory) == 0:
        assert time.monotonic() < until
        await client.session()
        await asyncio.sleep(0.05)
    before = len(asked)
    await client.session()
    assert len(asked) == before


@pytest.mark.parametrize("word", ["", "*", "s", "snot hex", "s" + "zz" * 32, "?", "u" * 2000])
@pytest.mark.gen_test
async def test_a_word_that_is_none_does_no_harm(client: Client, app: Services, sql: Sql, word: str) -> None:
    """Everybody who can reach the database can announce."""
    await client.sign_up()
    await client.session()
    sql("SELECT pg_notify('ai_editor_change', %s)", word)
    assert await client.session() is not None
    assert app.sessions.memory.trusted
    sql('DELETE FROM "session"')
    assert await client.session() is None


@pytest.mark.gen_test
async def test_a_refresh_never_revives(client: Client, sql: Sql) -> None:
    """A refresh and a revocation at the same time: whoever comes first, the session is gone."""
    await client.sign_up()
    other = Client(client.base_url)
    token = (await other.sign_in()).json["token"]
    sql("""UPDATE "session" SET "expiresAt" = "expiresAt" - interval '2 days' """)
    await asyncio.gather(
        *(Client(client.base_url, dict(other.cookies)).session() for _ in range(5)),
        client.api("/revoke-session", {"token": token}),
        *(Client(client.base_url, dict(other.cookies)).session() for _ in range(5)),
    )
    assert await other.session() is None
    assert sql("""SELECT count(*) FROM "session" WHERE "token" = %s""", token) == [(0,)]


@pytest.mark.gen_test
async def test_a_crowd_shares_one_query(client: Client, asked: list[str]) -> None:
    await client.sign_up()
    crowd = [Client(client.base_url, dict(client.cookies)) for _ in range(8)]
    answers = await asyncio.gather(*(each.session() for each in crowd))
    assert all(answers)
    assert len(asked) == 1


@pytest.mark.gen_test
async def test_an_absence_is_never_kept(client: Client, sql: Sql) -> None:
    await client.sign_up()
    rows = sql('SELECT "id", "userId", "token", "expiresAt" FROM "session"')
    sql("""DELETE FROM "session" """)
    thief = Client(client.base_url, dict(client.cookies))
    assert await thief.session() is None
    sql(
        """INSERT INTO "session" ("id", "userId", "token", "expiresAt", "updatedAt") VALUES (%s, %s, %s, %s, now())""",
        *rows[0],
    )
    assert await client.session() is not None


@pytest.mark.gen_test
async def test_what_changes_things_reads_the_database(
    client: Client, app: Services, asked: list[str]
) -> None:
    await client.sign_up()
    await client.session()
    await client.session()
    await client.api("/verify-password", {"password": PASSWORD})
    assert len(asked) == 2
