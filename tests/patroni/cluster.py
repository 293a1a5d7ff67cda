"""Two PostgreSQL under Patroni, as deploy/patroni.yml has it, and an etcd: processes on loopback, in a folder."""

import contextlib
import os
import signal
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from server.postgres import binaries, postmaster
from server.postgres.account import Account, choose_account
from tests.conftest import execute
from tests.standbys import SETTINGS, keep_place, until

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "patroni.yml"
SUPERUSER, PASSWORD = "postgres", "first-password"
# Nobody is to wait for long.
QUICKLY = {
    "ttl: 30": "ttl: 5",
    "loop_wait: 10": "loop_wait: 1",
    "retry_timeout: 10": "retry_timeout: 2",
    "10.0.0.0/24": "127.0.0.0/8",
}
LEFT_TO_PATRONI = ("listen_addresses", "max_connections")


class Member:
    """A Patroni and the PostgreSQL that it keeps."""

    def __init__(self, patroni: str, folder: Path, etcd: int, account: Account) -> None:
        self.name, self.program, self._folder, self._account = folder.name, patroni, folder, account
        folder.mkdir()
        self._places = [keep_place(), keep_place()]
        self.port, rest = (int(each.getsockname()[1]) for each in self._places)
        self.host, self._rest = f"127.0.0.1:{self.port}", f"127.0.0.1:{rest}"
        self._data, self.log = folder / "data", folder / "patroni.log"
        self.configuration = folder / "patroni.yml"
        self.configuration.write_text(self._configured(etcd))
        self._process: subprocess.Popen[bytes] | None = None

    def _configured(self, etcd: int) -> str:
        """The published file, with this machine's addresses and folders."""
        text = CONFIGURATION.read_text()
        settings = {name: value for name, value in SETTINGS.items() if name not in LEFT_TO_PATRONI}
        lines = "".join(f"\n    {name}: '{value}'" for name, value in settings.items())
        changes = {
            **QUICKLY,
            "name: db1": f"name: {self.name}",
            "10.0.0.11:5432": self.host,
            "10.0.0.11:8008": self._rest,
            "10.0.0.21:2379": f"127.0.0.1:{etcd}",
            "/var/lib/postgresql/18/main": str(self._data),
            "/usr/lib/postgresql/18/bin": str(binaries.find_binaries()),
            "  pg_hba:": f"  parameters:{lines}\n  pg_hba:",
        }
        for published, here in changes.items():
            assert published in text
            text = text.replace(published, here)
        return text

    def start(self) -> None:
        """Patroni, which starts PostgreSQL when it finds that right."""
        with self.log.open("ab") as log:
            command: list[str | Path] = [self.program, self.configuration]
            self._process = self._account.popen(
                command, cwd=self._folder, env=environment(self._folder), stdout=log, stderr=log
            )

    def execute(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        """One statement of the superuser."""
        return execute(f"postgresql://{SUPERUSER}:{PASSWORD}@{self.host}/ai_editor", sql, params or None)

    def says(self, what: str) -> bool:
        """Whether its REST API answers 200 to that."""
        try:
            with urllib.request.urlopen(f"http://{self._rest}/{what}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def writes(self) -> bool:
        """Whether its PostgreSQL takes changes."""
        with contextlib.suppress(psycopg2.Error):
            return self.execute("SELECT pg_is_in_recovery()") == [(False,)]
        return False

    def kill(self) -> None:
        """Patroni and PostgreSQL, all of their processes, with SIGKILL."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        postmaster.end_leftovers(self._data)
        self._process = None

    def close(self) -> None:
        """Ends it, and gives its ports back."""
        self.kill()
        for each in self._places:
            each.close()


class Cluster:
    """The members; `ask` is patronictl."""

    def __init__(self, members: tuple[Member, ...]) -> None:
        self.members = members
        self.url = f"postgresql://ai_editor:fourth@{','.join(each.host for each in members)}/ai_editor"
        self.url += "?target_session_attrs=read-write"

    @property
    def leader(self) -> Member:
        """The one that takes changes, once there is one."""
        until(lambda: any(each.writes() for each in self.members))
        return next(each for each in self.members if each.writes())

    def other(self, member: Member) -> Member:
        """The one that it is not."""
        return next(each for each in self.members if each is not member)

    def is_whole(self) -> bool:
        """Whether a standby would take over without a loss."""
        return any(each.says("synchronous") for each in self.members)

    def switch_over(self) -> None:
        """As a person does before they work on the machine of the leader."""
        program, leader = Path(self.members[0].program).with_name("patronictl"), self.leader
        command: list[str | Path] = [program, "-c", leader.configuration, "switchover", "ai-editor"]
        command += ["--leader", leader.name, "--candidate", self.other(leader).name, "--force"]
        subprocess.run(command, check=True, env=environment(Path("/")), stdout=subprocess.DEVNULL)


def environment(home: Path) -> dict[str, str]:
    """Patroni is a Python program of the distribution's, and no other Python is to be seen by it."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


@contextmanager
def running(patroni: str, etcd: str) -> Iterator[Cluster]:
    """A leader, and a standby that COMMIT waits for."""
    with tempfile.TemporaryDirectory(prefix="patroni-") as name, ExitStack() as stack:
        folder = Path(name)
        account = choose_account(folder, binaries.find_binaries())
        port = stack.enter_context(started(etcd, folder))
        members = tuple(Member(patroni, folder / each, port, account) for each in ("db1", "db2"))
        for each in members:
            stack.callback(each.close)
            each.start()
        cluster = Cluster(members)
        prepare(cluster)
        yield cluster


def prepare(cluster: Cluster) -> None:
    """The role and the database, as docs/postgresql.md has them made."""
    url = f"postgresql://{SUPERUSER}:{PASSWORD}@{{}}/postgres?connect_timeout=5"
    until(lambda: any(each.says("leader") for each in cluster.members))
    leader = next(each for each in cluster.members if each.says("leader"))
    execute(url.format(leader.host), "CREATE ROLE ai_editor LOGIN PASSWORD 'fourth'")
    execute(url.format(leader.host), "CREATE DATABASE ai_editor OWNER ai_editor")
    until(cluster.is_whole)


@contextmanager
def started(etcd: str, folder: Path) -> Iterator[int]:
    """An etcd of one; the port where it is asked."""
    places = [keep_place(), keep_place()]
    ask, peer = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in places)
    command: list[str | Path] = [
        *(etcd, "--name", "one", "--data-dir", folder / "etcd", "--unsafe-no-fsync"),
        *("--listen-client-urls", ask, "--advertise-client-urls", ask),
        *(
            "--listen-peer-urls",
            peer,
            "--initial-advertise-peer-urls",
            peer,
            "--initial-cluster",
            f"one={peer}",
        ),
    ]
    with (folder / "etcd.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        yield int(places[0].getsockname()[1])
    finally:
        process.kill()
        process.wait()
        for each in places:
            each.close()
