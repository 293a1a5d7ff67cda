"""A small load generator for where there is no wrk: the same job from BENCH_… variables, the same line of JSON.

It is written in Python, so it takes more of the machine than wrk does, and every server looks slower.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import math
import os
import ssl
import sys
import time
from collections.abc import Iterator
from pathlib import Path


class Stream:
    """One connection that asks, waits for the whole answer, and asks again."""

    def __init__(self, port: int, requests: Iterator[bytes], until: float) -> None:
        self._port, self._requests, self._until = port, requests, until
        trust = os.environ["BENCH_TRUST"]
        self._tls = ssl.create_default_context(cafile=trust) if trust else None
        self.times: list[float] = []
        self.failed = 0

    async def run(self) -> None:
        """Until the time is over; a broken connection is opened again."""
        while time.perf_counter() < self._until:
            try:
                await self._ask_on_and_on()
                return
            except (OSError, ValueError, asyncio.IncompleteReadError):
                self.failed += 1
                await asyncio.sleep(0.01)

    async def _ask_on_and_on(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, ssl=self._tls)
        try:
            for request in self._requests:
                began = time.perf_counter()
                if began > self._until:
                    return
                writer.write(request)
                status = await read_answer(reader)
                self.times.append(time.perf_counter() - began)
                self.failed += status >= 400
        finally:
            writer.close()


async def read_answer(reader: asyncio.StreamReader) -> int:
    """Reads one answer to its end; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").lower()
    fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    if "chunked" in fields.get("transfer-encoding", ""):
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    else:
        await reader.readexactly(int(fields.get("content-length", "0")))
    return int(head.split(" ", 2)[1])


def requests(port: int, path: str) -> list[bytes]:
    """The bytes of each request."""
    body = os.environ["BENCH_BODY"].encode()
    lines = [f"{os.environ['BENCH_METHOD']} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    cookies = Path(os.environ["BENCH_COOKIES"]).read_text().splitlines()
    heads = [[*lines, f"Cookie: {cookie}"] for cookie in cookies] or [lines]
    addresses = [
        f"10.{number // 250}.{number % 250}.1" for number in range(int(os.environ["BENCH_ADDRESSES"]))
    ]
    if addresses:
        heads = [[*heads[0], f"X-Forwarded-For: {address}"] for address in addresses]
    return ["\r\n".join([*head, "", ""]).encode() + body for head in heads]


async def main(port: int, path: str, connections: int, length: str) -> None:
    """Asks for so many seconds, or with "x9" nine times in all; prints how it went, times in microseconds."""
    turns: Iterator[bytes] = itertools.cycle(requests(port, path))
    began = time.perf_counter()
    counted = length.startswith("x")
    until = math.inf if counted else began + float(length)
    turns = itertools.islice(turns, int(length[1:])) if counted else turns
    streams = [Stream(port, turns, until) for _ in range(connections)]
    await asyncio.gather(*(stream.run() for stream in streams))
    took = time.perf_counter() - began
    times = sorted(itertools.chain.from_iterable(stream.times for stream in streams)) or [0.0]
    said = {f"p{part}": int(1e6 * times[len(times) * part // 100]) for part in (50, 75, 90, 99)}
    failed = sum(stream.failed for stream in streams)
    sys.stdout.write(
        json.dumps({"requests": len(times), "microseconds": int(1e6 * took), "failed": failed, **said}) + "\n"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
