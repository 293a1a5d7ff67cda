"""A PostgreSQL and standbys that stream from it, as plain processes on loopback, for tests that take them away."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from server.postgres import binaries, postmaster
from server.postgres.account import choose_account
from server.postgres.home import Home
from server.postgres.initialize import NAME, SUPERUSER, ensure_cluster
from tests.conftest import execute

SECONDS = 60.0
# Nothing here has to survive a power cut; who lost the one it follows looks again soon.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "timezone": "UTC",
    "huge_pages": "off",
    "fsync": "off",
    "autovacuum": "off",
    "wal_keep_size": "256MB",
    "wal_retrieve_retry_interval": "100ms",
}

CLIENTS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE usename = %s AND wait_event IS DISTINCT FROM 'SyncRep'
"""


def until(what: Callable[[], object]) -> None:
    """Waits for something to become true."""
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def keep_place() -> socket.socket:
    """A port of loopback that is kept for servers which say SO_REUSEADDR, as PostgreSQL does; nobody else is given it."""
    kept = socket.socket()
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    kept.bind(("127.0.0.1", 0))
    return kept


class Node:
    """One server under a name of its own, at a port that is kept for it while it is down."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.home = Home(folder)
        self.home.prepare()
        self._place = keep_place()
        self.port = int(self._place.getsockname()[1])
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"postgresql://{NAME}@{self.host}/{NAME}"
        self.programs = binaries.find_binaries()
        self.account = choose_account(self.home.folder, self.programs)
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """A new cluster, which is nobody's standby."""
        ensure_cluster(self.home, self.programs, self.account)

    def execute(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """One statement of the superuser, who may write wherever that can be."""
        url = self.url.replace(f"//{NAME}@", f"//{SUPERUSER}@")
        return execute(f"{url}?options=-cdefault_transaction_read_only%3Doff", sql, params or None)

    def start(self, **more: str) -> None:
        """Returns when it answers; `more` are settings for this time."""
        settings = {**SETTINGS, "port": str(self.port), "cluster_name": self.name, **more}
        flags = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        log = self.home.open_log(self.account)
        command: list[str | Path] = [self.programs / "postgres", "-D", self.home.data, *flags]
        self._process = self.account.popen(command, cwd=self.home.folder, stdout=log, stderr=log)
        os.close(log)
        until(self.answers)

    def set(self, name: str, value: str) -> None:
        """A setting, of the server's own, from now on; connections there have it, too."""
        self.execute(f"ALTER SYSTEM SET {name} = %s", value)
        self.execute("SELECT pg_reload_conf()")

    def clients(self) -> int:
        """How many connections others than the tests have, but for those left behind that wait for a standby."""
        return int(self.execute(CLIENTS, NAME)[0][0])

    def answers(self) -> bool:
        """Whether it takes connections; raises where it has ended."""
        if self._process and self._process.poll() is not None:
            raise AssertionError(self.home.log.read_text())
        with contextlib.suppress(psycopg2.OperationalError):
            return self.execute("SELECT 1") == [(1,)]
        return False

    def stop(self) -> None:
        """As an administrator does: what is under way is broken off, and all that was written is sent to standbys."""
        if self._process:
            child = self._process
            postmaster.stop(child.pid, lambda: child.poll() is None)
        self._process = None

    def kill(self) -> None:
        """All of its processes at once, with SIGKILL."""
        self._signal(signal.SIGKILL)
        postmaster.end_leftovers(self.home.data)
        if self._process:
            self._process.wait()
        self._process = None

    def freeze(self) -> None:
        """It takes connections and answers nobody, and nobody is told."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """As if nothing had happened."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        """To the one that starts others first."""
        first = [self._process.pid] if self._process else []
        for pid in (*first, *(each for each in postmaster.workers(self.home.data) if each not in first)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def follow(self, primary: "Node") -> None:
        """Becomes its standby; where it was a primary, with all that it had thrown away."""
        if self._process and self.in_recovery():
            self.set("primary_conninfo", self._way_to(primary))
        else:
            self.stop()
            self._copy(primary)
            self.start()
        until(lambda: self.streams_from(primary))

    def _way_to(self, primary: "Node") -> str:
        return f"host=127.0.0.1 port={primary.port} user={SUPERUSER} application_name={self.name}"

    def _copy(self, primary: "Node") -> None:
        """What the primary has by now, and word to follow it."""
        shutil.rmtree(self.home.data, ignore_errors=True)
        command: list[str | Path] = [
            self.programs / "pg_basebackup",
            "--pgdata",
            self.home.data,
            "--checkpoint=fast",
        ]
        command += ["--write-recovery-conf", "--no-sync", "--dbname", self._way_to(primary)]
        process = self.account.popen(command, cwd=self.home.folder, stderr=subprocess.PIPE)
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()

    def streams_from(self, primary: "Node") -> bool:
        """Whether what happens there arrives here as it does."""
        states = primary.execute(
            "SELECT state FROM pg_stat_replication WHERE application_name = %s", self.name
        )
        return states == [("streaming",)]

    def in_recovery(self) -> bool:
        """Whether it is a standby."""
        return bool(self.execute("SELECT pg_is_in_recovery()")[0][0])

    def has_all_of(self, primary: "Node") -> bool:
        """Whether all that is written there by now can be read here."""
        [(written,)] = primary.execute("SELECT pg_current_wal_lsn()")
        return bool(self.execute("SELECT pg_last_wal_replay_lsn() >= %s", written)[0][0])

    def promote(self) -> None:
        """From a standby to a primary; returns when it writes."""
        assert self.execute("SELECT pg_promote(true, 60)") == [(True,)]

    def pause_replay(self) -> None:
        """It hears, and shows nothing new from now on."""
        self.execute("SELECT pg_wal_replay_pause()")
        until(lambda: self.execute("SELECT pg_get_wal_replay_pause_state()") == [("paused",)])

    def resume_replay(self) -> None:
        """It catches up."""
        self.execute("SELECT pg_wal_replay_resume()")

    def wait_for(self, *standbys: "Node") -> None:
        """From now on COMMIT waits for one of those; for nobody where there are none."""
        names = ", ".join(each.name for each in standbys)
        self.set("synchronous_standby_names", f"FIRST 1 ({names})" if names else "")
        state = "sync" if standbys else "async"
        until(lambda: (state,) in self.execute("SELECT sync_state FROM pg_stat_replication"))

    def close(self) -> None:
        """Ends it, whatever state it is in."""
        self.kill()
        self._place.close()


@contextmanager
def streaming(standbys: int = 1) -> Iterator[tuple[Node, ...]]:
    """A primary and so many standbys that stream from it, in that order; their names are n1, n2 and so on."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder, ExitStack() as stack:
        nodes = [Node(Path(folder, f"n{number}")) for number in range(1, standbys + 2)]
        for each in nodes:
            stack.callback(each.close)
        primary, *others = nodes
        primary.make()
        primary.start()
        for each in others:
            each.follow(primary)
        yield tuple(nodes)
