"""A primary with a standby, and two servers that write to the one and read from the other."""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.standbys import Node, streaming, until
from tests.workers.served import Served

SECRET = "a secret for tests alone, of more than thirty-two bytes"
PASSWORD = "correct horse battery staple"
Answer = tuple[int, object, str]


class Reading(Served):
    """A server, and what it tells of its reads."""

    def number(self, name: str) -> int:
        """A line of /metrics."""
        with urllib.request.urlopen(f"{self.address}/metrics") as answer:
            found = re.search(rf"^ai_editor_{re.escape(name)} (\d+)", answer.read().decode(), re.MULTILINE)
        return int(found[1]) if found else 0

    @property
    def usable(self) -> int:
        """How many replicas are read from."""
        return self.number("database_replicas_usable")

    @property
    def from_replica(self) -> int:
        """How many reads a replica has answered."""
        return self.number('database_reads_total{by="replica"}')

    def session(self, cookie: str) -> object:
        """What get-session says."""
        status, body, _ = self.call("/api/auth/get-session", cookie=cookie)
        assert status == 200
        return body

    def sign_up(self, email: str) -> str:
        """A new person's cookie."""
        body = {"email": email, "name": "Ada", "password": PASSWORD}
        status, _, cookie = self.call("/api/auth/sign-up/email", body)
        assert status == 200
        return cookie

    def sign_in(self, email: str) -> str:
        """The same person's next cookie."""
        status, _, cookie = self.call("/api/auth/sign-in/email", {"email": email, "password": PASSWORD})
        assert status == 200
        return cookie

    def list(self, what: str, cookie: str) -> list[object]:
        """list-sessions and the like."""
        status, body, _ = self.call(f"/api/auth/{what}", cookie=cookie)
        assert status == 200
        assert isinstance(body, list)
        return body


@dataclass(frozen=True)
class Scene:
    """Two servers of one deployment, and their PostgreSQLs."""

    primary: Node
    standby: Node
    here: Reading
    there: Reading
    folder: Path

    def reading(self, addresses: str) -> Reading:
        """One more server, with other replicas."""
        return Reading(self.folder, **settings(self.primary, addresses))


def settings(primary: Node, replicas: str) -> dict[str, str]:
    """Of a server that reads from those."""
    return {
        "DATABASE_URL": primary.url,
        "READ_DATABASE_URL": replicas,
        "BETTER_AUTH_SECRET": SECRET,
        "WORKERS": "1",
        "LOG_LEVEL": "info",
    }


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """For all tests of a module; each leaves the standby as it was."""
    folder = tmp_path_factory.mktemp("replicas")
    with streaming() as (primary, standby):
        given = settings(primary, standby.url)
        with Reading(folder, **given) as here, Reading(folder, **given) as there:
            yield Scene(primary, standby, here, there, folder)


@pytest.fixture
def ready(scene: Scene) -> Scene:
    """Both servers read from the standby, and what was written before is settled."""
    until(lambda: scene.here.usable and scene.there.usable)
    return scene


def named(body: object) -> str:
    """The name in an answer of get-session; nothing where nobody is signed in."""
    return str(body["user"]["name"]) if isinstance(body, dict) else ""
