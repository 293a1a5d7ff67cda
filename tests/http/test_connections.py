"""Connections that another server would answer by hanging up, or keep for as long as somebody likes. S46."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from server.http import sizes
from server.http.graceful import GracefulServer
from server.http.sizes import FREE, Held
from tests.client import Client
from tests.conftest import Sql
from tests.raw import exchange, request, status

JSON = "Content-Type: application/json"
KIB = 1024


def code(answer: bytes) -> str:
    """The code of a refusal."""
    return str(json.loads(answer.partition(b"\r\n\r\n")[2])["code"])


@pytest.mark.parametrize("size", [33 * KIB, 64 * KIB, 70 * KIB, 200 * KIB, 2 * KIB * KIB])
@pytest.mark.gen_test
async def test_headers_that_are_too_large_are_refused(client: Client, size: int) -> None:
    for headers in (
        [f"X-Large: {'x' * size}"],
        [f"X-{number}: {'x' * 1000}" for number in range(size // 1000)],
    ):
        answer = await exchange(client.base_url, request("GET /health", *headers))
        assert (status(answer), code(answer)) == (431, "REQUEST_HEADER_FIELDS_TOO_LARGE")


@pytest.mark.parametrize("size", [33 * KIB, 64 * KIB, 70 * KIB, 200 * KIB, 2 * KIB * KIB])
@pytest.mark.parametrize("path", ["/health?", "/api/auth/", "/"])
@pytest.mark.gen_test
async def test_an_address_that_is_too_long_is_refused(client: Client, path: str, size: int) -> None:
    answer = await exchange(client.base_url, request(f"GET {path}{'x' * size}"))
    assert (status(answer), code(answer)) == (414, "URI_TOO_LONG")
    assert answer.count(b"HTTP/1.1 ") == 1


@asynccontextmanager
async def connected(client: Client) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(client.base_url.rpartition(":")[2]))
    try:
        yield reader, writer
    finally:
        writer.close()


SIGN_IN = json.dumps({"email": "ada@example.com", "password": "not the password"}).encode()
POSTED = request("POST /api/auth/sign-in/email", JSON, f"Content-Length: {len(SIGN_IN)}", body=SIGN_IN)
KEPT = POSTED.replace(b"Connection: close\r\n", b"")


@pytest.mark.parametrize(
    ("sent", "statuses"),
    [
        (request("GET /health"), [200]),
        (POSTED, [401]),
        (KEPT, [401]),
        (KEPT * 3, [401, 401, 401]),
        (POSTED.replace(b"HTTP/1.1", b"HTTP/1.0"), [401]),
    ],
)
@pytest.mark.gen_test
async def test_who_has_only_stopped_sending_is_answered(
    client: Client, sent: bytes, statuses: list[int]
) -> None:
    async with connected(client) as (reader, writer):
        writer.write(sent)
        writer.write_eof()
        answer = await reader.read()
    found = [int(each.split()[0]) for each in answer.split(b"HTTP/1.1 ")[1:]]
    assert found == statuses


@pytest.mark.gen_test
async def test_half_a_request_has_no_answer(client: Client) -> None:
    async with connected(client) as (reader, writer):
        writer.write(POSTED[:-5])
        writer.write_eof()
        assert await reader.read() == b""


@asynccontextmanager
async def held_up(sql: Sql, database_url: str, server: GracefulServer) -> AsyncIterator[None]:
    """Whoever looks for a user waits."""
    import psycopg2

    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute('LOCK TABLE "user" IN ACCESS EXCLUSIVE MODE')
        try:
            yield
        finally:
            connection.rollback()


async def until_under_way(server: GracefulServer) -> None:
    """Until a request is being answered."""
    while not any(message.under_way for message in server._messages.values()):
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_a_late_answer_comes_too(
    client: Client, sql: Sql, database_url: str, http_server: GracefulServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether anybody is still there is asked by a word before the answer, as HTTP allows."""
    monkeypatch.setattr("server.http.connection.PROBE_SECONDS", 0.01)
    async with connected(client) as (reader, writer):
        async with held_up(sql, database_url, http_server):
            writer.write(POSTED)
            writer.write_eof()
            assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert (await reader.read()).startswith(b"\r\nHTTP/1.1 401 ")


@pytest.mark.gen_test
async def test_nobody_works_for_who_has_gone(
    client: Client, sql: Sql, database_url: str, http_server: GracefulServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.http.connection.PROBE_SECONDS", 0.01)
    async with held_up(sql, database_url, http_server):
        async with connected(client) as (_, writer):
            writer.write(POSTED)
            await until_under_way(http_server)
        while http_server._messages:
            await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_bodies_are_bounded_together(client: Client, http_server: GracefulServer) -> None:
    """Whoever comes too late is told to come again, but not who says little; and all is given back."""
    app = http_server.request_callback
    app.held = held = Held(100 * KIB)  # type: ignore[union-attr]
    body = b'{"email": "' + b"x" * (80 * KIB) + b'"}'
    large = request("POST /api/auth/sign-in/email", JSON, f"Content-Length: {len(body)}", body=body)
    async with connected(client) as (reader, writer):
        writer.write(large[:-1])
        while held.now < 76 * KIB:
            await asyncio.sleep(0.01)
        refused = await exchange(client.base_url, large)
        assert (status(refused), code(refused)) == (503, "SERVICE_UNAVAILABLE")
        assert b"\r\nRetry-After: " in refused
        assert status(await exchange(client.base_url, POSTED)) == 401
        chunks = [f"{KIB:x}\r\n".encode() + b"x" * KIB + b"\r\n"] * 80
        head = request("POST /api/auth/sign-in/email", JSON, "Transfer-Encoding: chunked")
        assert status(await exchange(client.base_url, head, *chunks, b"0\r\n\r\n")) == 503
        writer.write(large[-1:])
        assert status(await reader.read()) == 400
    assert status(await exchange(client.base_url, large)) == 400
    async with connected(client) as (_, writer):
        writer.write(large[:-1])
        while held.now < 76 * KIB:
            await asyncio.sleep(0.01)
    while held.now:
        await asyncio.sleep(0.01)
    assert FREE < 76 * KIB


def test_the_bound_is_far_below_what_many_could_send() -> None:
    assert sizes.MAX_HELD <= 64 * KIB * KIB


@pytest.mark.gen_test
async def test_who_takes_nothing_of_an_answer_is_cut_off(client: Client, http_server: GracefulServer) -> None:
    """A look is enough where the last one found the same; one that reads on is left alone."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(slow, ("127.0.0.1", int(client.base_url.rpartition(":")[2])))
    asked = request("GET /").replace(b"Connection: close\r\n", b"") * 3000
    sending = asyncio.ensure_future(loop.sock_sendall(slow, asked))
    try:
        while not any(each.stream.writing() for each in http_server._messages):
            await asyncio.sleep(0.01)
        while http_server._messages:
            http_server._end_stalled(0.2)
            await asyncio.sleep(0.05)
    finally:
        sending.cancel()
        slow.close()


@pytest.mark.gen_test
async def test_who_never_asks_to_the_end_is_not_waited_for(
    client: Client, http_server: GracefulServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither at the start of a connection nor after an answer; who has asked is answered, however old the rest is."""
    monkeypatch.setattr("server.http.graceful.WAITING_SECONDS", 60.0)
    answered = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with connected(client) as silent, connected(client) as half, connected(client) as kept:
        half[1].write(answered[:30])
        kept[1].write(answered)
        await kept[0].readuntil(b"\r\n\r\n")
        while len(http_server._messages) < 3:
            await asyncio.sleep(0.01)
        http_server._sweep()
        assert not any(each.stream.closed() for each in http_server._messages)
        monkeypatch.setattr("server.http.graceful.WAITING_SECONDS", 0.0)
        for message in http_server._messages.values():
            message.under_way = True
        http_server._sweep()
        assert not any(each.stream.closed() for each in http_server._messages)
        for message in http_server._messages.values():
            message.under_way = False
        http_server._sweep()
        for reader, _ in (silent, half, kept):
            while await reader.read(100):
                pass
    while http_server._messages:
        await asyncio.sleep(0.01)


@pytest.mark.gen_test
async def test_who_waits_makes_room_for_who_asks(client: Client, http_server: GracefulServer) -> None:
    http_server._most = 8
    waiting = [
        await asyncio.open_connection("127.0.0.1", int(client.base_url.rpartition(":")[2])) for _ in range(30)
    ]
    for _ in range(3):
        assert status(await exchange(client.base_url, request("GET /health"))) == 200
    assert len(http_server._connections) <= 8
    for _, writer in waiting:
        writer.close()


@pytest.mark.parametrize("depth", [100, 400, 500, 513, 600, 900, 5000, 100_000])
@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("member", ["email", "idToken", "additionalData", "unknown"])
@pytest.mark.gen_test
async def test_what_is_nested_deeply_is_no_fault_of_ours(
    client: Client, depth: int, brackets: tuple[bytes, bytes], member: str
) -> None:
    opened, closed = brackets
    body = b'{"provider":"x","%s":%s1%s,"x":"\\u00e4"}' % (member.encode(), opened * depth, closed * depth)
    for path in ("sign-in/social", "sign-in/email", "sign-up/email", "sign-out"):
        answer = await client.send(
            "POST", f"/api/auth/{path}", raw=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status < 500
        if depth > 600:
            assert (answer.status, answer.json["code"]) == (400, "BAD_REQUEST")


@pytest.mark.gen_test
async def test_who_came_while_the_server_ends_is_answered(
    http_server: GracefulServer, http_port: int
) -> None:
    """The system has taken the connection and its request; nobody has looked at it when the end begins."""
    with socket.create_connection(("localhost", http_port)) as late:
        late.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert await http_server.drain(30) == 0
        assert late.recv(1000).startswith(b"HTTP/1.1 200 ")
