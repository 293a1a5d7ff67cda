"""redis+sentinel://: after the Redis that leads is gone, sessions are where the Sentinels say, without a restart."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis as redis_py
from msgspec import structs

from drill.servers import free_port
from server.config.settings import Settings, load
from server.errors import SettingsError
from server.redis import sentinels
from server.services import Services
from tests.client import Client
from tests.relay.conftest import PATH


class Watch:
    """A leader, one that follows it, and a Sentinel that decides alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.leader, self.follower, self.sentinel = (free_port() for _ in range(3))
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Returns when the Sentinel knows both, which it asks about when it starts, and then every ten seconds."""
        self._run(self.leader)
        self._run(self.follower, "--replicaof", f"127.0.0.1 {self.leader}")
        deadline = time.monotonic() + 60
        while not self._is_followed():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        file = self._folder / "sentinel.conf"
        file.write_text(
            f"port {self.sentinel}\ndir {self._folder}\nsentinel monitor ours 127.0.0.1 {self.leader} 1\n"
            "sentinel down-after-milliseconds ours 500\nsentinel failover-timeout ours 2000\n"
        )
        self.processes[self.sentinel] = subprocess.Popen(
            [str(PATH), str(file), "--sentinel"], stdout=subprocess.DEVNULL
        )
        with redis_py.Redis(port=self.sentinel, socket_timeout=5) as asked:
            while not self._knows(asked):
                assert time.monotonic() < deadline
                time.sleep(0.1)

    def _is_followed(self) -> bool:
        try:
            with redis_py.Redis(port=self.leader, socket_timeout=5) as asked:
                told: Any = asked.info("replication")
                return bool(told.get("slave0", {}).get("state") == "online")
        except redis_py.RedisError:
            return False

    def _knows(self, asked: redis_py.Redis) -> bool:
        try:
            execute: Any = asked.execute_command
            return "slave" in str(execute("SENTINEL", "REPLICAS", "ours"))
        except redis_py.RedisError:
            return False

    def _run(self, port: int, *more: str) -> None:
        soon = ("--repl-diskless-sync-delay", "0")
        options = ["--port", str(port), "--save", "", "--dir", str(self._folder), *soon, *more]
        self.processes[port] = subprocess.Popen([str(PATH), *options], stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        """All that are left."""
        for process in self.processes.values():
            process.kill()
            process.wait()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with ExitStack() as stack:
        made = Watch(tmp_path)
        stack.callback(made.stop)
        made.start()
        yield made


@pytest.fixture
def config(config: Settings, watch: Watch) -> Settings:
    url = f"redis+sentinel://127.0.0.1:{watch.sentinel}/ours/0"
    return replace(config, sessions=structs.replace(config.sessions, store="redis"), redis_url=url)


@pytest.mark.gen_test
async def test_a_follower_that_leads_is_found(client: Client, app: Services, watch: Watch) -> None:
    await client.sign_up()
    with redis_py.Redis(port=watch.leader, socket_timeout=20) as leader:
        assert leader.execute_command("WAIT", 1, 10_000) == 1
    watch.processes[watch.leader].kill()
    deadline = time.monotonic() + 60
    while (answer := await client.sign_in()).status != 200:
        assert answer.status == 503
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    with redis_py.Redis(port=watch.follower, socket_timeout=20) as follower:
        assert follower.execute_command("ROLE")[0] == b"master"
    while not app.sessions.memory.trusted:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert (await client.session())["user"]["name"] == "Ada"


def test_what_an_address_says() -> None:
    found = sentinels.read("rediss+sentinel://me:p%40ss@a,[::1]:1/ours/3?sentinel_auth=yes")
    assert found
    assert found.hosts == (("a", 26379), ("::1", 1))
    assert found.service == "ours"
    who = {"username": "me", "password": "p@ss", "ssl": True}
    assert found.options == who | {"db": 3}
    assert found.ask_with == who
    assert sentinels.read("redis://a/0") is None


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://",
        "redis+sentinel://a",
        "redis+sentinel://a/",
        "redis+sentinel://a:0/ours",
        "redis+sentinel://a:65536/ours",
        "redis+sentinel://a,/ours",
        "redis+sentinel://a/ours/x",
        "redis+sentinel://a/ours?db=1",
        "redis+sentinel://a b/ours",
        "http+sentinel://a/ours",
    ],
)
def test_what_is_no_address(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        load({"REDIS_URL": url, "BETTER_AUTH_SECRET": "x" * 32}, tmp_path)
