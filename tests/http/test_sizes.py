"""Bodies and heads that are too large, and heads that are none."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest

from server.http.sizes import MAX_BODY
from server.services import Services
from tests.client import Client
from tests.raw import exchange, request, status

JSON = "Content-Type: application/json"
EXPECT = "Expect: 100-continue"
SIGN_IN = "POST /api/auth/sign-in/email"


def chunked(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"


def is_refused(answer: bytes) -> bool:
    """Whether one answer came, and says that the body is too large."""
    body = json.loads(answer.partition(b"\r\n\r\n")[2])
    return (answer.count(b"HTTP/1.1 "), status(answer), body["code"]) == (1, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize(
    "headers", [(f"Content-Length: {1 << 30}",), (f"Content-Length: {MAX_BODY + 1}", EXPECT)]
)
@pytest.mark.gen_test
async def test_who_waits_or_announces_very_much_is_refused_unread(
    client: Client, headers: tuple[str, ...]
) -> None:
    assert is_refused(await exchange(client.base_url, request(SIGN_IN, JSON, *headers)))


@pytest.mark.gen_test
async def test_who_just_sends_too_much_still_reads_why(client: Client) -> None:
    body = b"x" * (MAX_BODY + 1)
    head = request(SIGN_IN, JSON, f"Content-Length: {len(body)}")
    assert is_refused(await exchange(client.base_url, head, body))


@pytest.mark.parametrize("size", [65536, 2 * MAX_BODY])
@pytest.mark.gen_test
async def test_a_body_in_chunks_is_refused_when_it_passes_the_limit(client: Client, size: int) -> None:
    parts = [chunked(size)] * (MAX_BODY // size + 2)
    head = request(SIGN_IN, JSON, "Transfer-Encoding: chunked")
    assert is_refused(await exchange(client.base_url, head, *parts, b"0\r\n\r\n"))


@pytest.mark.gen_test
async def test_an_endless_body_is_cut_off(client: Client) -> None:
    parts = [chunked(MAX_BODY)] * 30
    answer = await exchange(client.base_url, request(SIGN_IN, JSON, "Transfer-Encoding: chunked"), *parts)
    assert answer == b"" or is_refused(answer)


@pytest.mark.parametrize("framing", ["Content-Length: {size}", "Transfer-Encoding: chunked"])
@pytest.mark.gen_test
async def test_a_body_of_just_the_limit_is_read(client: Client, framing: str) -> None:
    head = b'{"email": "a@example.com", "password": "'
    text = head + b"x" * (MAX_BODY - len(head) - 2) + b'"}'
    body = text if "size" in framing else f"{MAX_BODY:x}\r\n".encode() + text + b"\r\n0\r\n\r\n"
    answer = await exchange(client.base_url, request(SIGN_IN, JSON, framing.format(size=MAX_BODY)), body)
    assert status(answer) == 400
    assert b"PASSWORD_TOO_LONG" in answer


@pytest.mark.gen_test
async def test_a_large_head_is_refused(client: Client) -> None:
    answer = await client.api("/ok", headers={"Cookie": "a=" + "x" * 40000})
    assert (answer.status, answer.json["code"]) == (431, "REQUEST_HEADER_FIELDS_TOO_LARGE")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: \xb2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1, 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
    ids=repr,
)
@pytest.mark.gen_test
async def test_what_is_no_http_is_refused_and_nothing_breaks(client: Client, head: bytes) -> None:
    assert status(await exchange(client.base_url, head)) in (0, 400, 413, 431)
    assert (await client.api("/ok")).status == 200


@pytest.mark.parametrize(
    "target", ["*", "http://localhost/dashboard", "http://evil.example/api/auth/ok", "dashboard"]
)
@pytest.mark.parametrize("method", ["GET", "OPTIONS", "TRACE", "CONNECT", "BREW"])
@pytest.mark.gen_test
async def test_odd_targets_are_answered_by_us(
    client: Client, app: Services, method: str, target: str
) -> None:
    """Not by Tornado's own page with its name and version. S45."""
    answer = await exchange(client.base_url, request(f"{method} {target}"))
    assert b"ornado" not in answer
    assert status(answer) in (200, 302, 400, 404, 405)


NO_HTTP = {
    "a path with a space": b"POST /api/auth/sign in/email HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n",
    "another version": b"POST /api/auth/sign-out HTTP/9.9\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n",
    "two hosts": b"POST /api/auth/sign-out HTTP/1.1\r\nHost: a\r\nHost: b\r\nContent-Length: 300000\r\n\r\n",
    "two lengths": b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length that is none": b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x100\r\n\r\n",
    "a length and chunks": b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n",
    "a chunk that is none": b"POST /api/auth/sign-out HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("what", NO_HTTP)
@pytest.mark.gen_test
async def test_who_goes_on_sending_what_is_no_http_is_told_so(client: Client, what: str) -> None:
    """A connection that is closed with something unread takes the answer back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(client.base_url).port)
    writer.write(NO_HTTP[what])
    for _ in range(8):
        writer.write(b"x" * 40_000)
        await writer.drain()
    assert status(await reader.read()) == 400  # to its end, and not to a reset
    writer.close()
    assert (await client.api("/ok")).status == 200
