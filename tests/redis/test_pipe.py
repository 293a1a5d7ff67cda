"""Many commands at once on one connection to Redis: each gets its own answer, or is told that there is none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis as redis_py

from server.redis.pipe import Pipe, PipeError
from tests.redis.conftest import redis_server

Told = bytes | Exception


async def told(pipe: Pipe, *words: bytes | str | int) -> Told:
    answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
    pipe.send(str(words[0]), words[1:], answer.set_result)
    return await answer


@asynccontextmanager
async def scripted(folder: Path, answers: list[bytes], seconds: float = 5.0) -> AsyncIterator[Pipe]:
    """To something that answers so, piece by piece, whatever it is asked, and then hangs up if the last piece is empty."""

    done: list[asyncio.Event] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        done.append(asyncio.Event())
        own = done[-1]
        while asked := await reader.read(65536):
            if asked.startswith(b"*1\r\n$4\r\nPING") or b"SETINFO" in asked or b"HELLO" in asked:
                writer.write(b"+OK\r\n" * asked.count(b"*"))
                continue
            for piece in answers:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0.001)
            if answers and not answers[-1]:
                break
        writer.close()
        own.set()

    server = await asyncio.start_unix_server(answer, folder / "redis.sock")
    pipe = Pipe(f"unix://{folder}/redis.sock", seconds)
    try:
        yield pipe
    finally:
        await pipe.close()
        server.close()
        await asyncio.gather(*(each.wait() for each in done))


def test_a_thousand_commands_at_once(tmp_path: Path) -> None:
    server = redis_server(tmp_path)

    async def run() -> None:
        pipe = Pipe(server.url, 5.0)
        found = await asyncio.gather(
            *(told(pipe, "ECHO", b"%d\r\n" % number * number) for number in range(1000))
        )
        assert found == [b"%d\r\n" % number * number for number in range(1000)]
        assert await told(pipe, "INCR", "n") == b"1"
        error = await told(pipe, "NOSUCH")
        assert isinstance(error, PipeError)
        assert "unknown command" in str(error)
        await pipe.close()

    asyncio.run(run())
    server.stop()


def test_a_connection_that_ended_meanwhile_is_replaced(tmp_path: Path) -> None:
    server = redis_server(tmp_path)

    async def run() -> None:
        pipe = Pipe(server.url, 5.0)
        assert await told(pipe, "PING") == b"PONG"
        with redis_py.Redis.from_url(server.url) as other:
            other.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await asyncio.sleep(0.05)
        assert await told(pipe, "PING") == b"PONG"
        await pipe.close()

    asyncio.run(run())
    server.stop()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_answers_in_pieces(tmp_path: Path, size: int) -> None:
    whole = b"$5\r\na\r\nbc\r\n$0\r\n\r\n:12\r\n+OK\r\n-ERR no\r\n"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]

    async def run() -> None:
        async with scripted(tmp_path, pieces) as pipe:
            found = await asyncio.gather(*(told(pipe, "GET", number) for number in range(5)))
            assert found[:4] == [b"a\r\nbc", b"", b"12", b"OK"]
            assert str(found[4]) == "ERR no"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("answers", "seconds", "said"),
    [
        ([], 0.1, "does not answer"),
        ([b"$5\r\nab"], 0.1, "does not answer"),
        ([b"$5\r\nab", b""], 5.0, "ended"),
        ([b"nonsense\r\n"], 5.0, "not the language of Redis"),
        ([b"$x\r\n"], 5.0, "not the language of Redis"),
        ([b"$-1\r\n"], 5.0, "not the language of Redis"),
        ([b"*1\r\n:1\r\n"], 5.0, "not the language of Redis"),
    ],
)
def test_no_answer(tmp_path: Path, answers: list[bytes], seconds: float, said: str) -> None:
    async def run() -> None:
        async with scripted(tmp_path, answers, seconds) as pipe:
            for error in await asyncio.gather(*(told(pipe, "GET", number) for number in range(3))):
                assert isinstance(error, Exception)
                assert said in str(error)

    asyncio.run(run())


def test_nobody_there(tmp_path: Path) -> None:
    async def run() -> None:
        pipe = Pipe(f"unix://{tmp_path}/none", 0.5)
        found = await asyncio.gather(*(told(pipe, "PING") for _ in range(3)))
        assert all(isinstance(error, Exception) for error in found)
        await pipe.close()

    asyncio.run(run())


def test_closed_while_it_connects(tmp_path: Path) -> None:
    heard: list[Callable[[], None] | Told] = []

    async def run() -> None:
        pipe = Pipe(f"unix://{tmp_path}/none", 0.5)
        pipe.send("PING", [], heard.append)
        await pipe.close()

    asyncio.run(run())
    assert len(heard) == 1
