"""What may be said of where a request begins and ends, and what others may have understood otherwise."""

import asyncio
import json

import pytest

from tests.client import Client
from tests.raw import exchange, request, status

BODY = json.dumps({"email": "ada@example.com", "password": "not the password"}).encode()
SIZE = b"%x" % len(BODY)
READ, REFUSED = 401, 400
HEALTH = request("GET /health")


def post(body: bytes, *headers: str) -> bytes:
    return request("POST /api/auth/sign-in/email", "Content-Type: application/json", *headers, body=body)


def chunked(body: bytes, *headers: str) -> bytes:
    return post(body, "Transfer-Encoding: chunked", *headers)


def health(old: bytes, new: bytes) -> bytes:
    assert old in HEALTH
    return HEALTH.replace(old, new)


WHOLE = SIZE + b"\r\n" + BODY + b"\r\n0\r\n\r\n"
FORMS = {
    "chunks": (chunked(WHOLE), READ),
    "an extension": (chunked(WHOLE.replace(SIZE, SIZE + b';a=b ; c="d;e"', 1)), READ),
    "one of the last chunk": (chunked(WHOLE.replace(b"0\r\n\r\n", b"000;a\r\n\r\n")), READ),
    "trailers": (chunked(WHOLE[:-2] + b"X-Sum: 1\r\nX-End:\r\n\r\n", "Trailer: X-Sum"), READ),
    "an extension of 5 KB": (chunked(WHOLE.replace(SIZE, SIZE + b";" + b"x" * 5000, 1)), REFUSED),
    "an extension with a line feed": (chunked(WHOLE.replace(SIZE, SIZE + b";a\nb", 1)), REFUSED),
    "trailers of 40 KB": (chunked(WHOLE[:-2] + b"X-A: 1234\r\n" * 4000 + b"\r\n"), REFUSED),
    "a trailer that is none": (chunked(WHOLE[:-2] + b"GET /health HTTP/1.1\r\n\r\n"), REFUSED),
    "a folded trailer": (chunked(WHOLE[:-2] + b"X-A: 1\r\n 2\r\n\r\n"), REFUSED),
    "no size": (chunked(WHOLE.replace(SIZE, b";a", 1)), REFUSED),
    "a size with a sign": (chunked(b"+" + WHOLE), REFUSED),
    "a size that is no size": (chunked(b"0x" + WHOLE), REFUSED),
    "chunks and a length": (chunked(WHOLE, "Content-Length: 5"), REFUSED),
    "chunks twice": (chunked(WHOLE, "Transfer-Encoding: chunked"), REFUSED),
    "another coding": (post(WHOLE, "Transfer-Encoding: gzip, chunked"), REFUSED),
    "chunks by HTTP/1.0": (chunked(WHOLE).replace(b"HTTP/1.1", b"HTTP/1.0"), REFUSED),
    "two lengths": (post(BODY, f"Content-Length: {len(BODY)}", "Content-Length: 3"), REFUSED),
    "a folded length": (post(BODY, f"Content-Length:\r\n {len(BODY)}"), REFUSED),
    "a folded header": (health(b"Host", b"X-A: a\r\n b\r\nHost"), REFUSED),
    "a blank before the colon": (health(b"Host:", b"Host :"), REFUSED),
    "line feeds alone": (HEALTH.replace(b"\r\n", b"\n"), 200),
    "two hosts": (health(b"Host", b"Host: localhost\r\nHost"), REFUSED),
    "no host": (health(b"Host: localhost\r\n", b""), REFUSED),
    "a whole address": (health(b"/health", b"http://LOCALHOST/health"), 200),
    "that of another host": (health(b"/health", b"http://evil.example/health"), REFUSED),
    "a user in it": (health(b"/health", b"http://a@localhost/health"), REFUSED),
    "no address": (health(b"/health", b"*"), 404),
    "OPTIONS *": (health(b"GET /health", b"OPTIONS *"), 405),
    "CONNECT": (health(b"GET /health", b"CONNECT localhost:80"), 405),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.gen_test
async def test_what_is_read_and_what_is_refused(client: Client, form: str) -> None:
    sent, expected = FORMS[form]
    answer = await exchange(client.base_url, sent)
    assert (status(answer), answer.count(b"HTTP/1.1 ")) == (expected, 1)


@pytest.mark.gen_test
async def test_a_body_that_waits_to_be_asked_for(client: Client) -> None:
    """Expect: 100-continue."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(client.base_url.rpartition(":")[2]))
    writer.write(post(b"", f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    writer.write(BODY)
    assert status(await reader.read()) == READ
    writer.close()


@pytest.mark.gen_test
async def test_what_comes_byte_by_byte(client: Client) -> None:
    sent, expected = FORMS["trailers"]
    reader, writer = await asyncio.open_connection("127.0.0.1", int(client.base_url.rpartition(":")[2]))
    for byte in sent:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0)
    assert status(await reader.read()) == expected
    writer.close()


@pytest.mark.gen_test
async def test_the_next_request_begins_where_the_trailers_end(client: Client) -> None:
    sent = FORMS["trailers"][0].replace(b"Connection: close\r\n", b"")
    answer = await exchange(client.base_url, sent + HEALTH)
    assert [each[:3] for each in answer.split(b"HTTP/1.1 ")[1:]] == [b"401", b"200"]
