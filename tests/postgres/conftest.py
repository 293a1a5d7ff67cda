"""A folder for a cluster, and processes that share it, as root and as a person."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest

from server import postgres
from server.postgres import postmaster
from tests.postgres.process import Process

# Whom a process here becomes when root starts it; NAMELESS is one for whom the machine has no name.
NAMELESS = 54_321
USERS = {"person": pwd.getpwnam("nobody").pw_uid, "nameless": NAMELESS}
ROOT = os.geteuid() == 0
ACCOUNTS = ["root", "person"] if ROOT else ["person"]
RARE_ACCOUNTS = ["root without namespaces", "nameless"] if ROOT else []


@dataclass
class Place:
    """A folder that a cluster may live in, and who works there."""

    folder: Path
    account: str
    environment: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """What a server would call `DATA_DIR/postgres`."""
        return self.folder / "postgres"

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    @property
    def uid(self) -> int | None:
        """Whom a process here becomes, if root started it."""
        return USERS.get(self.account) if ROOT else None

    def begin(self, mode: str = "owned") -> Process:
        """Starts a process that owns or uses the cluster."""
        process = Process(mode, self.home, self.uid, self.environment)
        self.processes.append(process)
        return process

    def postmaster(self) -> int:
        """The server's process id."""
        pid = postmaster.read_pid(self.data)
        assert pid
        return pid

    def running(self) -> bool:
        """Whether any process of PostgreSQL works in the folder."""
        return any(postmaster.is_server(int(entry.name), self.data) for entry in Path("/proc").glob("[0-9]*"))

    def wait_for_guards(self) -> None:
        """Whoever guarded the cluster of a killed process looks after it, and may be late with it."""
        while any(self._is_guard(entry) for entry in Path("/proc").glob("[0-9]*")):
            time.sleep(0.02)

    def _is_guard(self, process: Path) -> bool:
        with contextlib.suppress(OSError):
            return process.joinpath("cmdline").read_bytes().endswith(bytes(self.home) + b"\0")
        return False


@pytest.fixture(scope="session")
def programs() -> Iterator[Path]:
    """PostgreSQL's programs where every user may read them, which the tests' own folder may not be."""
    programs = postgres.find_binaries()
    packages = programs.parents[2]
    if packages.name != "site-packages":
        yield programs
        return
    folder = Path(tempfile.mkdtemp(prefix="embedded-bin-"))
    folder.chmod(0o755)
    for part in packages.glob(f"{programs.parents[1].name}*"):
        shutil.copytree(part, folder / part.name, symlinks=True)
    yield folder / programs.relative_to(packages)
    shutil.rmtree(folder)


@pytest.fixture(params=ACCOUNTS)
def place(request: pytest.FixtureRequest, programs: Path) -> Iterator[Place]:
    """An empty one for each account; nothing may run there afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    environment = {"PG_BIN": str(programs)}
    if request.param == "root without namespaces":
        environment["PATH"] = str(folder)
    here = Place(folder, request.param, environment)
    folder.chmod(0o755)
    if here.uid is not None:
        os.chown(folder, here.uid, here.uid)
    yield here
    for process in here.processes:
        process.kill()
    here.wait_for_guards()
    left = here.running()
    postmaster.end_leftovers(here.data)
    shutil.rmtree(folder)
    assert not left, "PostgreSQL was left running"


@pytest.fixture(scope="session")
def made(programs: Path) -> Iterator[Callable[[Place], None]]:
    """Puts a cluster, made once for each account, into a place: a first start takes its time."""
    store = Path(tempfile.mkdtemp(prefix="embedded-made-"))
    store.chmod(0o755)

    def put(place: Place) -> None:
        kept = store / place.account
        if not kept.exists():
            process = place.begin()
            process.address()
            process.end()
            subprocess.run(["cp", "-a", place.folder, kept], check=True)
        else:
            subprocess.run(["cp", "-a", f"{kept}/.", place.folder], check=True)

    yield put
    shutil.rmtree(store)


@pytest.fixture
def cluster(place: Place, made: Callable[[Place], None]) -> Place:
    """A place with a cluster that has run before."""
    made(place)
    return place


def query(address: str, statement: str) -> list[tuple[object, ...]]:
    """Runs one statement on a connection of its own."""
    connection = psycopg2.connect(address)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()
