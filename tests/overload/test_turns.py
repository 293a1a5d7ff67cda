"""Who waits for a turn, who goes first, and who is told to come again. S46."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from server.errors import APIError
from server.limits import shared
from server.overload.board import Board
from server.overload.turns import ASKER, Asker, Turns


@asynccontextmanager
async def taken(turns: Turns, places: int) -> AsyncIterator[None]:
    """All places, until the block ends."""
    done = asyncio.Event()

    async def hold() -> None:
        async with turns.turn("holder"):
            await done.wait()

    holding = [asyncio.create_task(hold()) for _ in range(places)]
    while turns.running < places:
        await asyncio.sleep(0)
    try:
        yield
    finally:
        done.set()
        await asyncio.gather(*holding)


async def note(turns: Turns, group: str, order: list[str], asker: Asker | None = None) -> None:
    ASKER.set(asker)
    async with turns.turn(group):
        order.append(group)


async def waiting(turns: Turns, *works: object) -> list[asyncio.Task[None]]:
    """These in the line, in this order."""
    tasks: list[asyncio.Task[None]] = []
    for work in works:
        before = turns.pending
        tasks.append(asyncio.create_task(work))  # type: ignore[arg-type]
        while turns.pending == before:
            await asyncio.sleep(0)
    return tasks


async def queue(turns: Turns, order: list[str], *names: str) -> list[asyncio.Task[None]]:
    """Who notes their names when their turn comes, in the line in this order."""
    return await waiting(turns, *(note(turns, name, order) for name in names))


@contextmanager
def two_workers(seconds: float) -> Iterator[tuple[Turns, Turns]]:
    """The lines of two processes of one supervisor, which see each other's."""
    with shared.make() as common:
        lines = Turns(2, seconds), Turns(2, seconds)
        for each in lines:
            each.share(Board(common.fileno()))
        yield lines


@pytest.mark.gen_test
async def test_who_waits_once_goes_before_who_waits_twice() -> None:
    turns, order = Turns(1, 0.001), list[str]()
    async with taken(turns, 1):
        tasks = await queue(turns, order, "eve", "eve", "eve", "ada", "bob")
    await asyncio.gather(*tasks)
    assert order == ["eve", "ada", "bob", "eve", "eve"]
    assert turns.pending == 0


@pytest.mark.gen_test
async def test_who_was_let_in_is_not_refused_later() -> None:
    """The second hash of a request goes first, however long the line is meanwhile."""
    turns, order, asker = Turns(1, 3.0), list[str](), Asker()
    await note(turns, "", order, asker)
    turns._wall = turns._work = 3.0
    async with taken(turns, 1):
        with pytest.raises(APIError) as raised:
            await note(turns, "", order)
        assert raised.value.headers == {"Retry-After": "3"}
        (task,) = await waiting(turns, note(turns, "again", order, asker))
    await task
    assert order == ["", "again"]


@pytest.mark.gen_test
async def test_a_free_place_is_given_however_long_it_takes() -> None:
    turns, order = Turns(2, 60.0), list[str]()
    async with taken(turns, 1):
        await note(turns, "slow", order)
    assert order == ["slow"]


@pytest.mark.gen_test
async def test_the_end_refuses_what_would_not_be_done() -> None:
    turns, order = Turns(1, 1.0), list[str]()
    async with taken(turns, 1):
        tasks = await queue(turns, order, "first", "second")
        turns.stop(2.0)
        with pytest.raises(APIError) as raised:
            await tasks[1]
        assert raised.value.status == 503
        with pytest.raises(APIError):
            await note(turns, "third", order)
    await tasks[0]
    assert order == ["first"]


@pytest.mark.gen_test
async def test_a_cancelled_wait_leaves_no_place_taken() -> None:
    turns, order = Turns(1, 0.001), list[str]()
    async with taken(turns, 1):
        tasks = await queue(turns, order, "first", "second")
        tasks[0].cancel()
        await asyncio.wait(tasks[:1])
    await tasks[1]
    assert order == ["second"]
    assert turns.pending == 0


@pytest.mark.gen_test
async def test_a_place_that_came_to_somebody_cancelled_goes_on() -> None:
    """Both happen before the one who waits runs again."""
    turns, order = Turns(1, 0.001), list[str]()
    async with taken(turns, 1):
        tasks = await queue(turns, order, "first", "second")
        first = turns._line[0].turn
    assert first.done()
    tasks[0].cancel()
    await asyncio.wait(tasks)
    assert order[-1] == "second"
    assert turns.pending == 0


@pytest.mark.gen_test
async def test_the_work_of_other_processes_counts() -> None:
    """As two workers of one supervisor: what one has before it, the other's people would wait for."""
    with two_workers(2.0) as (ours, theirs):
        order: list[str] = []
        async with taken(theirs, 2):
            assert ours.wait >= 2.0
            ours._wall = ours._work = 3.0
            with pytest.raises(APIError):
                await note(ours, "", order)
        await note(ours, "", order)
        assert order == [""]


@pytest.mark.gen_test
async def test_processes_share_the_places_but_each_has_one() -> None:
    with two_workers(0.001) as (ours, theirs):
        order: list[str] = []
        async with taken(theirs, 2):
            async with taken(ours, 1):
                (task,) = await waiting(ours, note(ours, "second", order))
                assert (ours.running, order) == (1, [])
            await task
        assert order == ["second"]


@pytest.mark.gen_test
async def test_what_a_killed_process_had_before_it_is_forgotten() -> None:
    program = (
        "import sys; from server.overload.board import Board\n"
        "Board(int(sys.argv[1])).write(100.0, 2); print(flush=True); sys.stdin.read()"
    )
    with shared.make() as common:
        ours, number = Board(common.fileno()), common.fileno()
        child = subprocess.Popen(
            [sys.executable, "-c", program, str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(number,),
            cwd=Path(__file__).parents[2],
        )
        assert child.stdout
        child.stdout.readline()
        assert ours.others() == (100.0, 2)
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert ours.others() == (0.0, 0)
