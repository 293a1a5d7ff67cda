"""Sockets: who gets one, what it takes, and that one does not disturb another."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
from tornado.httpclient import HTTPClientError
from tornado.httpserver import HTTPServer
from tornado.platform.asyncio import AsyncIOLoop

from server.feature import Feature
from server.services import Services
from server.sessions.lifecycle import Lookup, Sessions
from tests.client import Client
from tests.conftest import Sql
from tests.http.sockets import Echo, Flood, Raw, Slow, Watchful, connect, end, join, plugged, until


@pytest.fixture
def features(io_loop: AsyncIOLoop) -> Iterator[tuple[Feature, ...]]:
    with plugged(io_loop) as found:
        yield found


async def refused(
    client: Client, path: str = "/echo/hall", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    with pytest.raises(HTTPClientError) as refusal:
        await connect(client, path, headers)
    answer = refusal.value.response
    assert answer
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return answer.code, answer.body


@pytest.mark.gen_test
async def test_who_is_signed_in_is_let_in(client: Client) -> None:
    await client.sign_up()
    socket = await connect(client)
    assert await socket.read_message() == '{"name":"Ada","room":"hall"}'
    for message in ("hello", "→", b"\x00\xff"):
        await socket.write_message(message, binary=isinstance(message, bytes))
        assert await socket.read_message() == message
    socket.close()
    await until(lambda: not Echo.live)


@pytest.mark.gen_test
async def test_a_stranger_is_not(client: Client) -> None:
    status, body = await refused(client)
    assert (status, b'"UNAUTHORIZED"' in body) == (401, True)
    assert (await refused(client, headers={"Cookie": "better-auth.session_token=forged.c2lnbmVk"}))[0] == 401
    assert Echo.live == []


@pytest.mark.gen_test
async def test_an_old_cookie_beside_the_good_one_keeps_nobody_out(client: Client) -> None:
    await client.sign_up()
    name, ended = next(iter(client.cookies.items()))
    await client.api("/sign-out", {})
    await client.sign_in()
    for old in (ended, "forged.c2lnbmVk", ""):
        socket = await connect(
            client, "/echo/hall", {"Cookie": f"{name}={old}; {name}={client.cookies[name]}"}
        )
        assert await socket.read_message() == '{"name":"Ada","room":"hall"}'
        socket.close()
        await until(lambda: not Echo.live)


@pytest.mark.parametrize("path", ["/echo/hall", "/open"])
@pytest.mark.parametrize("signed_in", [True, False], ids=["a member", "a stranger"])
@pytest.mark.gen_test
async def test_a_page_from_elsewhere_gets_none(client: Client, path: str, signed_in: bool) -> None:  # S31
    if signed_in:
        await client.sign_up()
    for origin, code in (
        ("https://evil.example.com", b'"INVALID_ORIGIN"'),
        (client.base_url.replace("localhost", "127.0.0.1"), b'"INVALID_ORIGIN"'),
        ("null", b'"MISSING_OR_NULL_ORIGIN"'),
        ("", b'"MISSING_OR_NULL_ORIGIN"'),
    ):
        same = {"Sec-Fetch-Site": "same-origin", "Referer": client.base_url}
        for more in ({}, same):
            status, body = await refused(client, path, {"Origin": origin, **more})
            assert (status, code in body) == (403, True), origin
    assert Echo.live == []


@pytest.mark.gen_test
async def test_without_a_word_there_is_none(client: Client) -> None:
    await client.sign_up()
    assert await refused(client, "/mute") == (404, b"")
    for path in ("/echo/hall", "/mute"):
        answer = await client.send("POST", path, {})
        assert (answer.status, answer.body) == (404, b"")
    assert Echo.heard == []


@pytest.mark.gen_test
async def test_a_plain_request_is_no_socket(client: Client) -> None:
    await client.sign_up()
    answer = await client.send("GET", "/echo/hall", headers={"Origin": client.base_url})
    assert answer.status == 400
    assert (await client.send("GET", "/echo/hall")).status == 403


@pytest.mark.environ(SESSION_COOKIE_CACHE="compact")
@pytest.mark.gen_test
async def test_no_cookie_stands_for_a_session(client: Client, sql: Sql) -> None:  # S23
    await client.sign_up()
    assert any("session_data" in name for name in client.cookies)
    sql('DELETE FROM "session"')
    assert await client.session() is not None
    assert (await refused(client))[0] == 401


@pytest.mark.gen_test
async def test_who_leaves_before_being_let_in_leaves_nothing(
    client: Client, http_server: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await client.sign_up()
    real, asked, answered = Sessions.look_up, asyncio.Event(), asyncio.Event()

    async def look_up(*given: object, **more: object) -> Lookup:
        asked.set()
        await asyncio.sleep(0.2)
        found = await real(*given, **more)  # type: ignore[arg-type]
        answered.set()
        return found

    monkeypatch.setattr(Sessions, "look_up", look_up)
    raw = await Raw.connect(client, "/echo/hall")
    await asked.wait()
    raw.writer.close()
    await answered.wait()
    await asyncio.sleep(0.2)
    await until(lambda: not http_server.request_callback.sockets)  # type: ignore[union-attr]
    assert Echo.live == []


@pytest.mark.gen_test
async def test_messages_are_handled_in_order(client: Client) -> None:
    await client.sign_up()
    socket = await join(client)
    sent = ["slow", "1", "slow", "2", "3"]
    for message in sent:
        await socket.write_message(message)
    assert [await socket.read_message() for _ in sent] == sent


@pytest.mark.gen_test
async def test_a_failure_ends_its_own_socket_alone(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    await client.sign_up()
    one, other = await join(client), await join(client)
    await one.write_message("boom")
    assert (await end(one), one.close_reason) == (1011, "internal error")
    await other.write_message("still here")
    assert await other.read_message() == "still here"
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert one.headers
    assert vars(record)["request_id"] == one.headers["X-Request-Id"]
    await until(lambda: len(Echo.live) == 1)


@pytest.mark.parametrize("size", [1024 * 1024 + 1, 4 * 1024 * 1024])
@pytest.mark.gen_test
async def test_a_message_too_large(client: Client, size: int) -> None:  # S46
    await client.sign_up()
    socket = await join(client)
    await socket.write_message(bytes(size), binary=True)
    assert await end(socket) == 1009
    assert Echo.heard == []


@pytest.mark.gen_test
async def test_a_message_of_just_the_limit(client: Client) -> None:
    await client.sign_up()
    socket = await join(client)
    await socket.write_message("x" * 1024 * 1024)
    assert len(str(await socket.read_message())) == 1024 * 1024


@pytest.mark.gen_test
async def test_a_message_too_large_is_refused_by_its_head(client: Client) -> None:  # S46
    raw = await Raw.connect(client, "/open")
    await raw.shaken()
    assert await raw.frame() == (1, b"hello")
    raw.announce(1 << 40)
    opcode, payload = await asyncio.wait_for(raw.frame(), 60)
    assert (opcode, payload[:2]) == (8, (1009).to_bytes(2, "big"))
    assert await asyncio.wait_for(raw.rest(), 60) == b""


@pytest.mark.gen_test
async def test_who_does_not_read_fills_no_memory(client: Client) -> None:  # S46
    raw = await Raw.connect(client, "/flood")
    await until(lambda: Flood.waiting and Flood.waiting[-1] == 0)
    raw.writer.close()
    assert 100_000 <= max(Flood.waiting) <= 150_000
    assert len(Flood.waiting) < 1000


@pytest.mark.gen_test
async def test_who_reads_late_reads_why(client: Client) -> None:
    raw = await Raw.connect(client, "/flood")
    assert (await asyncio.wait_for(raw.rest(), 60)).endswith((1013).to_bytes(2, "big") + b"reads too slowly")


@pytest.mark.gen_test
async def test_a_peer_that_is_gone_without_a_word_is_noticed(client: Client) -> None:  # S46
    silent, lively = await Raw.connect(client, "/watchful"), await connect(client, "/watchful")
    lively.read_message()
    await until(lambda: Watchful.gone == [True])
    await asyncio.sleep(1.5)
    assert Watchful.gone == [True]
    silent.writer.close()
    lively.close()


@pytest.mark.gen_test
async def test_nothing_is_compressed(client: Client) -> None:
    await client.sign_up()
    socket = await connect(client, compressed=True)
    assert socket.headers
    assert "Sec-WebSocket-Extensions" not in socket.headers
    assert await socket.read_message() == '{"name":"Ada","room":"hall"}'


@pytest.mark.gen_test
async def test_it_is_counted_and_logged_once(
    client: Client, app: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "ai_editor.access")
    await client.sign_up()
    socket = await join(client)
    await socket.write_message("hello")
    socket.close()
    await until(lambda: not Echo.live)
    assert b'endpoint="Echo",method="GET",status="101"} 1.0' in await app.metrics.page(0)
    assert [vars(record)["path"] for record in caplog.records if vars(record).get("status") == 101] == [
        "/echo/*"
    ]


@pytest.mark.gen_test
async def test_the_end_of_the_server_is_told(client: Client, http_server: HTTPServer) -> None:
    await client.sign_up()
    sockets = [await join(client) for _ in range(3)]
    under_way = asyncio.ensure_future(client.send("GET", "/slow"))
    await until(lambda: Slow.begun)
    draining = asyncio.ensure_future(http_server.drain(60))  # type: ignore[attr-defined]
    assert [await end(socket) for socket in sockets] == [1001] * 3
    assert (await under_way).body == b"whole"
    assert await draining == 0
    assert Echo.live == []


@pytest.mark.gen_test
async def test_who_does_not_take_leave_is_cut_off(client: Client, http_server: HTTPServer) -> None:
    await client.sign_up()
    raw = await Raw.connect(client, "/echo/hall")
    await raw.shaken()
    await until(lambda: Echo.live)
    await http_server.drain(0.3)  # type: ignore[attr-defined]
    assert b"\x03\xe9server is going away" in await asyncio.wait_for(raw.rest(), 60)
    await until(lambda: not Echo.live)
