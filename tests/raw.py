"""Requests byte for byte, for what no HTTP client would send."""

import asyncio
import contextlib
from urllib.parse import urlsplit


async def exchange(base_url: str, *parts: bytes) -> bytes:
    """Sends the parts, and reads meanwhile: a server that has heard enough answers and hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base_url).port)
    reading = asyncio.ensure_future(_read(reader))
    with contextlib.suppress(ConnectionError):
        for part in parts:
            writer.write(part)
            await writer.drain()
    answer = await reading
    writer.close()
    return answer


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Until the server closes, or says no more for a while."""
    answer = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while piece := await asyncio.wait_for(reader.read(65536), 2):
            answer += piece
    return answer


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    """A request that asks the server to close the connection afterwards."""
    return (
        "\r\n".join((f"{line} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", "")).encode(
            "latin-1"
        )
        + body
    )


def status(answer: bytes) -> int:
    """The status of the first answer; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
