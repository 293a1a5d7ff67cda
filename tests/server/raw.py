"""Requests byte for byte, for what no HTTP client would send."""

import asyncio
from urllib.parse import urlsplit


async def exchange(base_url: str, *parts: bytes) -> bytes:
    """Sends the parts and reads until the server closes, or says no more for a while."""
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base_url).port)
    answer = b""
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        while piece := await asyncio.wait_for(reader.read(65536), 1):
            answer += piece
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.close()
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
