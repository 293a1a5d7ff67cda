"""The whole of it as processes on loopback: nginx, two servers, a PostgreSQL with a standby, a Redis."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from drill import ground
from drill.people import until
from drill.servers import Server, Trouble
from scale.front import Door, Front, balancing, prepared
from server.postgres.initialize import NAME
from tests.nginx.conftest import PATH as NGINX
from tests.relay.conftest import PATH as REDIS
from tests.relay.conftest import Redis
from tests.standbys import Node, streaming

# What the servers of a town have besides.
SETTINGS = {
    "TRUSTED_PROXIES": "127.0.0.1",
    # The drills go to each server past nginx, too.
    "BETTER_AUTH_TRUSTED_ORIGINS": "http://127.0.0.1:*,https://127.0.0.1:*",
}
# How long nginx leaves a server out that has failed: `fail_timeout`.
LEFT_OUT_SECONDS = 2.0
COUNTED = {"RATE_LIMIT_ENABLED": "yes", "RATE_LIMIT_STORAGE": "redis"}


@dataclass
class Town:
    """All of it, running."""

    primary: Node
    standbys: tuple[Node, ...]
    redis: Redis
    servers: list[Server]
    front: Front

    @property
    def address(self) -> str:
        """The database, for a look from outside."""
        return self.primary.url

    def way(self, port: int) -> Door:
        """To nginx."""
        assert port == self.front.port
        return self.front.door()

    def wait_until_used(self, server: Server) -> None:
        """Until nginx passes requests on to a server again, and as much longer as docs/scaling.md says; asks, too."""
        name = f"127.0.0.1:{server.port}"
        before = self.front.passed_on().answered[name]

        def used() -> bool:
            door.ask("/ok")
            return self.front.passed_on().answered[name] > before

        with self.front.door() as door:
            if not until(used, 60):
                raise Trouble("nginx does not come back to a server")
        time.sleep(LEFT_OUT_SECONDS)


def end_by_force(server: Server) -> None:
    """kill -9 of all of its processes."""
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()


@contextmanager
def town(standbys: int = 0, /, **settings: str) -> Iterator[Town]:
    """Two servers with those settings, of which one has two workers, and what they stand on."""
    if not NGINX or not REDIS:
        raise Trouble("nginx and redis-server are needed: install both")
    with ExitStack() as stack:
        folder = stack.enter_context(ground.folder())
        primary, *others = stack.enter_context(streaming(standbys))
        redis = Redis(REDIS, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redis-"))))
        redis.start()
        stack.callback(redis.stop)
        facts = {**SETTINGS, "DATABASE_URL": _address(primary, *others), "REDIS_URL": redis.url, **settings}
        if others:  # whichever of them is a standby at the time
            facts["READ_DATABASE_URL"] = ",".join(each.url for each in (primary, *others))
            primary.execute(f"GRANT pg_read_all_stats TO {NAME}")
        front = prepared(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="front-"))))
        facts |= {"BETTER_AUTH_URL": front.origin, "SHARED_DIR": str(folder / "shared")}
        workers = {"one": "1", "two": "2"}
        servers = [
            _started(stack, folder / name, {"WORKERS": count, **facts}) for name, count in workers.items()
        ]
        stack.enter_context(balancing(NGINX, front, [each.port for each in servers]))
        for each in servers:
            each.wait()
        yield Town(primary, tuple(others), redis, servers, front)


def _address(primary: Node, *others: Node) -> str:
    """Whichever of them takes changes."""
    hosts = ",".join(each.host for each in (primary, *others))
    return (
        urlsplit(primary.url)
        ._replace(netloc=f"{NAME}@{hosts}", query="target_session_attrs=read-write")
        .geturl()
    )


def _started(stack: ExitStack, folder: Path, facts: dict[str, str]) -> Server:
    server = Server(folder, **facts)
    stack.callback(server.stop)
    return server
