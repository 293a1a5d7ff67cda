"""Bodies that are read piece by piece: how much is in memory, who is cut off, and who reads why they are refused."""

import asyncio
import json
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from server.errors import APIError
from server.feature import Feature
from server.http import streaming
from server.http.guards import public, signed_in
from server.http.streaming import StreamedHandler
from server.model import SignedIn
from tests.client import Client
from tests.conftest import STANDARD
from tests.raw import exchange, request, status

LARGEST = 1 << 20
PIECES = 16


class Sink(StreamedHandler):
    """Takes a piece where the test lets it, and says how much there was."""

    max_body = LARGEST
    taken: ClassVar[list[int]] = []
    ended: ClassVar[list[str]] = []
    gate: ClassVar[asyncio.Event]

    @public
    async def post(self) -> None:
        try:
            async for piece in self.pieces:
                self.taken.append(len(piece))
                await self.gate.wait()
        except APIError as error:
            self.ended.append(error.code or "")
            raise
        self.answer(sum(self.taken))


class Own(StreamedHandler):
    """For those who are signed in."""

    max_body = LARGEST

    @signed_in()
    async def post(self, _: SignedIn) -> None:
        self.answer([len(piece) async for piece in self.pieces])


@pytest.fixture
def features() -> tuple[Feature, ...]:
    Sink.taken, Sink.ended, Sink.gate = [], [], asyncio.Event()
    return (Feature(name="sink", site=(("/sink", Sink), ("/own", Own))), *STANDARD)


async def until(what: Callable[[], object]) -> None:
    while not what():
        await asyncio.sleep(0.01)


def head(path: str, *more: str, size: int = LARGEST) -> bytes:
    return request(f"POST {path}", f"Content-Length: {size}", *more)


@pytest.mark.gen_test
async def test_the_next_piece_waits_for_the_one_before(client: Client) -> None:
    """However fast it is sent."""
    asked = asyncio.ensure_future(exchange(client.base_url, head("/sink"), b"x" * LARGEST))
    await until(lambda: Sink.taken)
    assert len(Sink.taken) == 1
    Sink.gate.set()
    answer = await asked
    assert (status(answer), json.loads(answer.partition(b"\r\n\r\n")[2])) == (200, LARGEST)
    assert len(Sink.taken) >= PIECES


@pytest.mark.parametrize("framing", ["none", "chunks"])
@pytest.mark.gen_test
async def test_other_bodies(client: Client, framing: str) -> None:
    Sink.gate.set()
    parts = (
        [request("POST /sink")]
        if framing == "none"
        else [request("POST /sink", "Transfer-Encoding: chunked"), b"3\r\nabc\r\n", b"0\r\n\r\n"]
    )
    answer = await exchange(client.base_url, *parts)
    assert answer.endswith(b"\r\n\r\n" + (b"0" if framing == "none" else b"3"))


@pytest.mark.gen_test
async def test_who_is_refused_reads_why(client: Client) -> None:
    """Who is sending is heard out, who has not begun is told at once; the connection goes on."""
    answer = await exchange(client.base_url, head("/own"), b"x" * LARGEST)
    assert (status(answer), b"UNAUTHORIZED" in answer) == (401, True)
    Sink.gate.set()
    answer = await exchange(client.base_url, head("/sink", size=LARGEST + 1), b"x" * (LARGEST + 1))
    assert (status(answer), b"PAYLOAD_TOO_LARGE" in answer) == (413, True)
    assert Sink.ended == ["PAYLOAD_TOO_LARGE"]
    for more in ((f"Content-Length: {1 << 30}",), (f"Content-Length: {LARGEST + 1}", "Expect: 100-continue")):
        assert status(await exchange(client.base_url, request("POST /sink", *more))) == 413


@pytest.mark.gen_test
async def test_an_endless_body_is_cut_off(client: Client) -> None:
    Sink.gate.set()
    chunk = f"{LARGEST:x}\r\n".encode() + b"x" * LARGEST + b"\r\n"
    sent = [request("POST /sink", "Transfer-Encoding: chunked"), *[chunk] * 30]
    answer = await exchange(client.base_url, *sent)
    assert answer == b"" or status(answer) == 413
    assert Sink.ended == ["PAYLOAD_TOO_LARGE"]


@pytest.mark.gen_test
async def test_who_hangs_up_is_noticed(client: Client) -> None:
    Sink.gate.set()
    _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(client.base_url).port)
    writer.write(head("/sink") + b"x" * 1000)
    await until(lambda: Sink.taken)
    writer.close()
    await until(lambda: Sink.ended)
    assert (Sink.taken, Sink.ended) == ([1000], ["BAD_REQUEST"])


@pytest.mark.gen_test
async def test_who_sends_nothing_is_cut_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:  # S46
    """Between two pieces, and who is refused has no more time for the rest of it."""
    monkeypatch.setattr(streaming, "STALLED_SECONDS", 0.05)
    Sink.gate.set()
    assert await exchange(client.base_url, head("/sink") + b"x" * 1000) == b""
    assert Sink.ended == ["BAD_REQUEST"]
    assert await exchange(client.base_url, head("/own") + b"x" * 1000) == b""


@pytest.mark.gen_test
async def test_a_slow_reader_of_ours_is_not_cut_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for here is no fault of who sends."""
    monkeypatch.setattr(streaming, "STALLED_SECONDS", 0.05)
    asked = asyncio.ensure_future(exchange(client.base_url, head("/sink", size=1000), b"x" * 1000))
    await until(lambda: Sink.taken)
    asyncio.get_running_loop().call_later(0.2, Sink.gate.set)
    assert status(await asked) == 200
