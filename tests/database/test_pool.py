"""The pool of connections, with things that are cheaper to open. S46."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from server.database.pool import Pool, PoolExhausted


class Door:
    """Opens numbered connections; counts those that are open, and may refuse, or be slow."""

    def __init__(self) -> None:
        self.opened: list[int] = []
        self.broken: set[int] = set()
        self.discarded: list[int] = []
        self.refused: set[int] = set()
        self.gate: asyncio.Event | None = None

    async def open(self) -> int:
        number = len(self.opened)
        self.opened.append(number)
        if self.gate:
            await self.gate.wait()
        if number in self.refused:
            self.discarded.append(number)
            raise ConnectionError
        return number

    def usable(self, connection: int) -> bool:
        return connection not in self.broken

    @property
    def alive(self) -> int:
        return len(self.opened) - len(self.discarded)

    def pool(self, size: int = 2, max_waiting: int = 10, timeout: float = 5.0) -> Pool[int]:
        return Pool(self.open, self.usable, self.discarded.append, size, max_waiting, timeout)


async def soon(wanted: Callable[[], Awaitable[int]]) -> asyncio.Task[int]:
    """A task that has run until it waits."""
    task = asyncio.ensure_future(wanted())
    await asyncio.sleep(0)
    assert not task.done()
    return task


@pytest.mark.gen_test
async def test_opens_when_asked_and_no_sooner() -> None:
    door = Door()
    pool = door.pool()
    assert door.opened == []
    pool.release(await pool.acquire())
    assert await pool.acquire() == 0
    assert door.opened == [0]


@pytest.mark.gen_test
async def test_the_warmest_comes_first() -> None:
    pool = Door().pool(3)
    taken = [await pool.acquire() for _ in range(3)]
    for connection in taken:
        pool.release(connection)
    assert [await pool.acquire() for _ in range(3)] == [2, 1, 0]


@pytest.mark.gen_test
async def test_waiters_are_served_in_turn() -> None:
    pool = Door().pool(1)
    connection = await pool.acquire()
    first, second = await soon(pool.acquire), await soon(pool.acquire)
    pool.release(connection)
    assert await first == 0
    assert not second.done()
    pool.release(0)
    assert await second == 0


@pytest.mark.gen_test
async def test_waiting_ends_in_time() -> None:
    door = Door()
    pool = door.pool(1, timeout=0.02)
    connection = await pool.acquire()
    with pytest.raises(PoolExhausted):
        await pool.acquire()
    pool.release(connection)
    assert await pool.acquire() == connection
    assert door.opened == [0]


@pytest.mark.gen_test
async def test_the_queue_is_bounded() -> None:
    pool = Door().pool(1, max_waiting=1)
    connection = await pool.acquire()
    waiting = await soon(pool.acquire)
    with pytest.raises(PoolExhausted):
        await pool.acquire()
    pool.release(connection)
    assert await waiting == 0


@pytest.mark.gen_test
async def test_a_cancelled_waiter_leaves_the_queue() -> None:
    pool = Door().pool(1)
    connection = await pool.acquire()
    gone, next_one = await soon(pool.acquire), await soon(pool.acquire)
    gone.cancel()
    pool.release(connection)
    assert await next_one == 0
    assert gone.cancelled()


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.gen_test
async def test_cancelled_in_the_moment_of_being_served(broken: bool) -> None:
    """What the cancelled one was given, a connection or the place of a broken one, goes to the next."""
    door = Door()
    pool = door.pool(1)
    connection = await pool.acquire()
    gone, next_one = await soon(pool.acquire), await soon(pool.acquire)
    door.broken |= {connection} if broken else set()
    pool.release(connection)
    gone.cancel()
    assert await next_one == (1 if broken else 0)
    assert gone.cancelled()
    assert door.alive == 1


@pytest.mark.gen_test
async def test_given_up_in_the_moment_of_being_served() -> None:
    """The connection that came with the last second's end is not lost."""
    pool = Door().pool(1, timeout=0.02)
    connection = await pool.acquire()
    late = await soon(pool.acquire)
    asyncio.get_running_loop().call_later(0.02, pool.release, connection)
    with contextlib.suppress(PoolExhausted):
        pool.release(await late)
    assert await pool.acquire() == connection


@pytest.mark.gen_test
async def test_never_more_than_its_size() -> None:
    """Between a place being free and its waiter opening there, a newcomer does not take it as well."""
    door = Door()
    pool = door.pool(1)
    connection = await pool.acquire()
    waiting = await soon(pool.acquire)
    door.broken.add(connection)
    pool.release(connection)
    newcomer = asyncio.ensure_future(pool.acquire())
    assert await waiting == 1
    await asyncio.sleep(0)
    assert not newcomer.done()
    assert door.alive == 1
    pool.release(1)
    assert await newcomer == 1


@pytest.mark.gen_test
async def test_opening_counts_before_it_is_done() -> None:
    door = Door()
    door.gate = asyncio.Event()
    pool = door.pool(1)
    opening, waiting = await soon(pool.acquire), await soon(pool.acquire)
    assert door.opened == [0]
    door.gate.set()
    pool.release(await opening)
    assert await waiting == 0


@pytest.mark.gen_test
async def test_a_broken_one_is_replaced() -> None:
    door = Door()
    pool = door.pool(1)
    connection = await pool.acquire()
    pool.release(connection)
    door.broken.add(connection)
    assert await pool.acquire() == 1
    assert door.discarded == [0]


@pytest.mark.gen_test
async def test_failing_to_open_lets_the_next_try() -> None:
    door = Door()
    door.gate, door.refused = asyncio.Event(), {0}
    pool = door.pool(1)
    unlucky, lucky = await soon(pool.acquire), await soon(pool.acquire)
    door.gate.set()
    with pytest.raises(ConnectionError):
        await unlucky
    assert await lucky == 1
    assert door.alive == 1


@pytest.mark.gen_test
async def test_cancelled_while_opening_lets_the_next_try() -> None:
    door = Door()
    door.gate = asyncio.Event()
    pool = door.pool(1)
    gone, lucky = await soon(pool.acquire), await soon(pool.acquire)
    gone.cancel()
    door.gate.set()
    assert await lucky == 1


@pytest.mark.gen_test
async def test_closing_closes_idle_ones_now_and_busy_ones_later() -> None:
    door = Door()
    pool = door.pool(2)
    busy, idle = await pool.acquire(), await pool.acquire()
    pool.release(idle)
    pool.close()
    assert door.discarded == [idle]
    pool.release(busy)
    assert door.discarded == [idle, busy]


@pytest.mark.gen_test
async def test_a_storm_of_cancellations_loses_nothing() -> None:
    door = Door()
    pool = door.pool(3, max_waiting=1000)

    async def work(number: int) -> None:
        connection = await pool.acquire()
        try:
            await asyncio.sleep(0)
            if number % 7 == 0:
                door.broken.add(connection)
        finally:
            pool.release(connection)

    tasks = [asyncio.ensure_future(work(number)) for number in range(300)]
    for number, task in enumerate(tasks):
        if number % 3 == 0:
            task.cancel()
        if number % 5 == 0:
            await asyncio.sleep(0)
    await asyncio.wait(tasks)
    assert door.alive <= 3
    taken = [await pool.acquire() for _ in range(3)]
    assert len(set(taken)) == 3
