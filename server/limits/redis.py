"""The counts of all servers on one Redis: exact, and for most requests from a lease that needs no question."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import secrets
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

from msgspec import Struct, field

from server.limits import policy, scripts
from server.limits.bounded import Bounded, monotonic
from server.limits.leases import Leases
from server.limits.link import RETRY_SECONDS, Link, failures
from server.limits.memory import MemoryStore, seconds
from server.limits.rules import Limit
from server.limits.shared import SharedStore
from server.redis.errors import is_to_end

# Not better-auth's: whoever watches its keys for sessions that are over would be told of every count.
CHANNEL = "ai-editor:limit"
PREFIX = CHANNEL.encode() + b":"
# How often somebody asks whether the leases that were called back are there, and for how long.
PAUSE_SECONDS, RECALL_SECONDS = 0.01, 1.0
MOST_RECALLED = 1000
Tell = Callable[[int], None]
Waiting = list[Tell]


class Asked(Struct):
    """Who waits for a key, by what name the next ones are counted."""

    limit: Limit
    name: str
    waiting: Waiting = field(default_factory=list)


class RedisStore:
    """Decides and counts in one script. While Redis is away `local` counts instead. S12.

    A window begins with the first request of a key and is over when its time is, as in better-auth's secondary storage.
    While many requests are left a server takes some of them for itself, and gives back what another one needs.
    """

    def __init__(
        self, url: str, local: MemoryStore | SharedStore, now: Callable[[], int] = monotonic
    ) -> None:
        self._local, self._now = local, now
        self._refused, self._leases = Bounded(now, 10_000), Leases(now)
        self._asked: dict[str, Asked] = {}
        self._link, self._own = Link(url), secrets.token_hex(4)
        self._recalled: OrderedDict[bytes, str] = OrderedDict()
        self._under_way: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._hears = False

    @property
    def away(self) -> bool:
        """Whether Redis does not answer, so that `local` counts."""
        return self._link.away

    # -- requests --

    async def request(self, key: str, limit: Limit) -> int:
        """Counts a request; 0 when it is allowed, else the seconds to wait."""
        known = self.request_at_once(key, limit)
        if known is not None:
            return known
        while (waited := await self._asked_for(key, limit)) < 0:
            await asyncio.sleep(PAUSE_SECONDS)
            if self._leases.use(key):
                return 0
        return waited

    async def _asked_for(self, key: str, limit: Limit) -> int:
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.ask(key, limit, lambda seconds: None if answer.done() else answer.set_result(seconds))
        return await answer

    def request_at_once(self, key: str, limit: Limit, name: str = "") -> int | None:
        """As `request`, without waiting; None where Redis has to be asked. The next may be counted by `name`."""
        refused = self._refused.get(key)
        if refused:
            return seconds(refused.until - self._now())
        if self._leases.use(key, name):
            return 0
        return self._local.request_at_once(key, limit) if self._link.away else None

    def adder(self, _: Limit) -> Callable[[str, int], int | None]:
        """As `request_at_once`, by a name that it was told, and the time; None where that cannot be done."""
        return self._leases.user()

    def ask(self, key: str, limit: Limit, tell: Tell, name: str = "") -> None:
        """Asks Redis, and tells what `request` returns, or -1 where it is to be asked again soon.

        All that are asked in one turn of the loop go in one message.
        """
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._send)
        self._asked.setdefault(key, Asked(limit, name)).waiting.append(tell)

    def _send(self) -> None:
        asked, self._asked = self._asked, {}
        arguments: list[int | str] = [int(self._hears), self._own, int(1000 * RECALL_SECONDS)]
        for each in asked.values():
            arguments += [each.limit.most, each.limit.milliseconds, len(each.waiting)]
        self._under_way.update(list(asked))
        self._link.ask(
            scripts.TAKE, [_name(key) for key in asked], arguments, functools.partial(self._told, asked)
        )

    def _told(self, asked: dict[str, Asked], said: bytes | None) -> None:
        self._under_way -= Counter(asked.keys())
        found = said.split() if said is not None else []
        for place, (key, each) in enumerate(asked.items()):
            if said is None:
                _tell(each.waiting, [self._local.request_at_once(key, each.limit) for _ in each.waiting])
            else:
                granted, left, window, recalled = found[4 * place : 4 * place + 4]
                self._taken(key, each, int(granted), int(left), window, recalled == b"1")

    def _taken(self, key: str, asked: Asked, granted: int, left: int, window: bytes, recalled: bool) -> None:
        """How many may pass; -1 says to ask again, as somebody else may have some left."""
        limit, waiting = asked.limit, asked.waiting
        passing = min(granted, len(waiting))
        if granted > passing:
            self._leases.add(key, granted - passing, self._now() + left, window, asked.name)
        if self._recalled.get(window) == key:  # the word may have come before the lease
            self._begin(self._give_back(window, _name(key)))
        refused = -1 if recalled else max(1, seconds(left))
        if not granted and not recalled:
            self._refused.put(key, limit.most, self._now() + left, limit.seconds)
        _tell(waiting, [0] * passing + [refused] * (len(waiting) - passing))

    # -- accounts --

    async def attempt(self, account: str) -> int:
        """Counts a failure; 0 when the attempt may be made, else the seconds to wait."""
        found = await self._link.run(scripts.ATTEMPT, [_name(account)], list(policy.SLOWING))
        return await self._local.attempt(account) if found is None else seconds(found)

    async def attempt_in(self, place: str) -> bool:
        """Counts a failure of a known place; False when it is not known, or has failed too often."""
        found = await self._link.run(scripts.ATTEMPT_IN, [_name(place)], [policy.PLACE_TRIES])
        return await self._local.attempt_in(place) if found is None else bool(found)

    async def forgive(self, account: str, place: str | None) -> None:
        """Forgets the account's failures, and knows the place from now on."""
        await self._local.forgive(account, place)
        keys = [_name(each) for each in (account, place) if each]
        await self._link.run(scripts.FORGIVE, keys, [policy.PLACE_LIFE])

    def forget(self, account: str) -> None:
        """Forgets what was counted here while Redis was away."""
        self._local.forget(account)

    # -- Redis --

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hears who needs what is held here; only then anything is."""
        hearing = self._begin(self._hear_forever())
        try:
            yield
        finally:
            hearing.cancel()

    async def close(self) -> None:
        """Lets go of Redis."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._link.close()

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return cast("asyncio.Task[None]", task)

    async def _hear_forever(self) -> None:
        while not is_to_end():
            with contextlib.suppress(*failures()):
                async with self._link.open().pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    while not is_to_end():
                        self._hear(await channel.get_message(timeout=RETRY_SECONDS))
            self._hears = False
            await asyncio.sleep(RETRY_SECONDS)

    def _hear(self, message: dict[str, Any] | None) -> None:
        """That this server is heard of from now on, or of what somebody else has none left."""
        if message and message["type"] == "subscribe":
            self._hears = True
        if message and message["type"] == "message":
            window, name = message["data"].split(b" ", 1)
            self._recalled[window] = _key(name)
            if len(self._recalled) > MOST_RECALLED:
                self._recalled.popitem(last=False)
            self._begin(self._give_back(window, name))

    async def _give_back(self, window: bytes, name: bytes) -> None:
        """What is held of a key in that window, if only nothing: whoever needs it waits for that."""
        key = _key(name)
        count, is_all = self._leases.end(key, window), not self._under_way[key]
        if is_all:
            self._recalled.pop(window, None)
        await self._link.run(scripts.GIVE_BACK, [name], [count, int(window), self._own, int(is_all)])


def _name(key: str) -> bytes:
    return PREFIX + key.encode("utf-8", "surrogatepass")


def _key(name: bytes) -> str:
    return name.removeprefix(PREFIX).decode("utf-8", "surrogatepass")


def _tell(waiting: Waiting, answers: Sequence[int]) -> None:
    loop = asyncio.get_running_loop()
    for tell, answer in zip(waiting, answers, strict=True):
        loop.call_soon(tell, answer)  # each by itself: what one of them raises keeps no other from its answer
