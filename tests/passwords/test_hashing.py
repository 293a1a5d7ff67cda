"""The line before the hashes: bounded by time, honest about it, and empty of those who have hung up. S46."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.iostream import IOStream
from tornado.tcpclient import TCPClient

from server.overload.turns import Turns
from server.passwords import passwords
from server.services import Services
from tests.client import PASSWORD, Answer, Client

BODY = b'{"email": "nobody@example.com", "password": "correct horse"}'


class Gate:
    """Hashes that are begun, and end when it is opened."""

    def __init__(self) -> None:
        self.begun, self._open = 0, threading.Event()

    def open(self) -> None:
        self._open.set()

    def hash(self, password: bytes, cost: int) -> str:
        self.begun += 1
        self._open.wait()
        return "no hash"


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, app: Services) -> Iterator[Gate]:
    made = Gate()
    monkeypatch.setattr(passwords, "hash_bcrypt", made.hash)
    AsyncHTTPClient.configure(None, max_clients=100)
    yield made
    made.open()


async def until(what: Callable[[], bool]) -> None:
    while not what():
        await asyncio.sleep(0.01)


def sign_in(client: Client) -> asyncio.Future[Answer]:
    """An address that nobody has costs one hash of ours."""
    return asyncio.ensure_future(client.sign_in("nobody@example.com"))


async def fill(client: Client, app: Services) -> list[asyncio.Future[Answer]]:
    """A hash under way on every core."""
    line = app.passwords.hashing.line
    asked = [sign_in(client) for _ in range(line._places)]
    await until(lambda: line.running == line._places)
    return asked


@pytest.mark.environ(BCRYPT_COST="16")  # 3 s, as is thought before one has been measured
@pytest.mark.gen_test
async def test_who_would_wait_too_long_is_told_at_once(client: Client, app: Services, gate: Gate) -> None:
    asked = await fill(client, app)
    refused = await sign_in(client)
    assert (refused.status, refused.json["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert refused.headers["Retry-After"] == "4"
    gate.open()
    assert {answer.status for answer in await asyncio.gather(*asked)} == {401}
    assert (await sign_in(client)).status == 401


@pytest.mark.environ(BCRYPT_COST="16", RATE_LIMIT_ENABLED="yes", TRUSTED_PROXIES="127.0.0.1")
@pytest.mark.gen_test
async def test_what_was_not_compared_is_no_failure(client: Client, app: Services, gate: Gate) -> None:  # S11
    """Else a busy server would slow the accounts down whose owners try again."""

    def try_ada(network: int) -> asyncio.Future[Answer]:
        return asyncio.ensure_future(
            client.api(
                "/sign-in/email",
                {"email": "ada@example.com", "password": PASSWORD},
                headers={"X-Forwarded-For": f"10.{network}.0.1"},
            )
        )

    line = app.passwords.hashing.line
    asked = [
        asyncio.ensure_future(
            client.api(
                "/sign-in/email",
                {"email": f"{number}@example.com", "password": PASSWORD},
                headers={"X-Forwarded-For": f"10.{number}.1.1"},
            )
        )
        for number in range(line._places)
    ]
    await until(lambda: line.running == line._places)
    assert [(await try_ada(network)).status for network in range(100, 120)] == [503] * 20
    gate.open()
    await asyncio.gather(*asked)
    assert (await try_ada(120)).status == 401


async def post(client: Client) -> IOStream:
    stream = await TCPClient().connect("localhost", int(client.base_url.rpartition(":")[2]))
    head = (
        "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(BODY)}\r\n\r\n"
    )
    await stream.write(head.encode() + BODY)
    return stream


async def come_and_go(client: Client, line: Turns, number: int) -> None:
    """So many stand in the line and hang up; ends when they are out of it."""
    before = line.pending
    streams = [await post(client) for _ in range(number)]
    await until(lambda: line.pending == before + number)
    for stream in streams:
        stream.close()
    await until(lambda: line.pending == before)


@pytest.mark.gen_test
async def test_nothing_is_hashed_for_who_has_hung_up(client: Client, app: Services, gate: Gate) -> None:
    asked, line = await fill(client, app), app.passwords.hashing.line
    begun = gate.begun
    await come_and_go(client, line, 20)
    gate.open()
    await asyncio.gather(*asked)
    assert gate.begun == begun


@pytest.mark.gen_test
async def test_who_has_hung_up_makes_nobody_wait(
    client: Client, app: Services, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a long line that is found out at once, not in the long run."""
    monkeypatch.setattr("server.http.connection.PROBE_SECONDS", 3600.0)
    asked, line = await fill(client, app), app.passwords.hashing.line
    begun = gate.begun
    monkeypatch.setattr(line, "_wall", 0.6)
    await come_and_go(client, line, 3)
    gate.open()
    await asyncio.gather(*asked)
    assert gate.begun == begun


@pytest.mark.gen_test
async def test_a_server_that_ends_answers_who_waits(client: Client, app: Services, gate: Gate) -> None:
    """What is under way is let go at the end itself, as nobody can stop it."""
    asked, line = await fill(client, app), app.passwords.hashing.line
    waiting = [sign_in(client) for _ in range(5)]
    await until(lambda: line.pending == len(asked) + 5)
    app.stop(0.01)
    answers = await asyncio.gather(*asked, *waiting, sign_in(client))
    assert {(answer.status, answer.json["code"]) for answer in answers} == {(503, "SERVICE_UNAVAILABLE")}


@pytest.mark.feature("metrics")
@pytest.mark.gen_test
async def test_the_numbers_say_how_long_the_line_is(client: Client, app: Services, gate: Gate) -> None:
    asked = await fill(client, app)
    page = (await client.send("GET", "/metrics")).body.decode()
    numbers = dict(line.split() for line in page.splitlines() if line.startswith("ai_editor_password"))
    assert float(numbers["ai_editor_password_hashes_pending"]) == len(asked)
    assert float(numbers["ai_editor_password_wait_seconds"]) > 0
    gate.open()
    await asyncio.gather(*asked)


@pytest.mark.gen_test
async def test_two_hashes_of_one_request(client: Client) -> None:
    await client.sign_up()
    changed = await client.api(
        "/change-password", {"currentPassword": PASSWORD, "newPassword": "another horse"}
    )
    assert changed.status == 200
