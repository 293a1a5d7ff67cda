"""Another PostgreSQL takes over under load, and the servers go there: nothing that was acknowledged is lost. S38."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from drill.ledger import Ledger
from drill.people import crowd
from drill.proof import prove
from drill.servers import Server, serving
from drill.wire import Answer, Line
from tests.replication.conftest import both
from tests.standbys import Node, streaming, until

END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ai_editor'"


@dataclass
class Noted(Ledger):
    """With what no answer may be."""

    wrong: list[str] = field(default_factory=list)

    def note(self, answer: Answer) -> Answer:
        if answer.status >= 500 and (answer.status != 503 or "Retry-After" not in answer.headers):
            self.wrong.append(f"{answer.status} {answer.body!r} {answer.headers}")
        return super().note(answer)


@dataclass
class Stage:
    """Two PostgreSQL, of which one is the standby, and two servers of ours, one of them with two workers."""

    primary: Node
    standby: Node
    servers: tuple[Server, ...]
    ledger: Noted = field(default_factory=Noted)

    def go_on(self, answers: int = 150) -> None:
        """Waits for so many more good answers."""
        wanted = self.ledger.kinds["200"] + answers
        until(lambda: self.ledger.kinds["200"] > wanted)

    def fail(self, answers: int = 10) -> None:
        """Waits for so many more failures."""
        wanted = self.ledger.kinds["503"] + answers
        until(lambda: self.ledger.kinds["503"] > wanted)

    def promote(self) -> float:
        """The standby takes over; when it was seen to."""
        self.standby.promote()
        self.primary, self.standby = self.standby, self.primary
        return time.monotonic()

    def judge(self, since: float) -> None:
        """Whether all that was acknowledged is there, and all servers of ours are who they were."""
        prove(self.ledger, self.primary.url, *self.servers)
        back = self.ledger.recovered(since)
        print(
            f"back after {back} s; {dict(self.ledger.kinds)}; longest {self.ledger.longest:.1f} s; stale {self.ledger.stale}"
        )
        assert self.ledger.wrong == []
        assert self.ledger.lost == []
        assert self.ledger.false_sign_outs == 0
        assert set(self.ledger.kinds) <= {"200", "503"}
        assert back is not None
        assert back < 20


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The servers run on through all tests."""
    with streaming() as (primary, standby):
        url = both(primary, standby)
        folders = [tmp_path_factory.mktemp("server") for _ in range(2)]
        with (
            serving(folders[0], DATABASE_URL=url) as one,
            serving(folders[1], DATABASE_URL=url, WORKERS="2") as two,
        ):
            yield Stage(primary, standby, (one, two))


@pytest.fixture(autouse=True)
def healthy(stage: Stage) -> Iterator[None]:
    """Before each test COMMIT waits for the standby, and nobody is told anything."""
    stage.ledger = Noted()
    stage.primary.wait_for(stage.standby)
    yield
    stage.primary.wait_for()


@contextmanager
def people(stage: Stage) -> Iterator[None]:
    """Who sign up, in and out at all servers of ours."""
    with crowd(stage.ledger, *(each.port for each in stage.servers)):
        stage.go_on()
        yield


def ready(server: Server) -> int:
    """What /health/ready answers."""
    line = Line(server.port)
    answer = line.ask("//health/ready")
    line.close()
    return answer.status


@pytest.mark.parametrize("comes_back", ["as a standby", "read-only"])
def test_the_primary_is_killed(stage: Stage, comes_back: str) -> None:
    with people(stage):
        stage.primary.kill()
        stage.fail()
        since = stage.promote()
        stage.go_on()
        if comes_back == "read-only":
            stage.standby.start(default_transaction_read_only="on")
            stage.go_on()
            assert stage.standby.clients() == 0
        stage.standby.follow(stage.primary)
        stage.go_on()
    stage.judge(since)


def test_the_primary_is_frozen(stage: Stage) -> None:
    """It believes that it is the primary still, and would take changes."""
    with people(stage):
        stage.primary.freeze()
        stage.fail()
        since = stage.promote()
        stage.go_on()
        stage.standby.thaw()
        until(lambda: stage.standby.clients() == 0)
        stage.go_on()
        assert stage.standby.clients() == 0
        stage.standby.follow(stage.primary)
        stage.go_on()
    stage.judge(since)


def test_the_primary_becomes_read_only_and_another_takes_over(stage: Stage) -> None:
    """No connection is ended: what listens there would hear nothing any more, and be believed."""
    with people(stage):
        stage.primary.set("default_transaction_read_only", "on")
        stage.fail()
        since = stage.promote()
        stage.go_on()
        until(lambda: stage.standby.clients() == 0)
        stage.standby.follow(stage.primary)
        stage.go_on()
    stage.judge(since)


@pytest.mark.parametrize("ended", [True, False])
def test_the_database_is_read_only_for_a_while(stage: Stage, ended: bool) -> None:
    with people(stage):
        stage.primary.execute("ALTER DATABASE ai_editor SET default_transaction_read_only = on")
        if ended:
            stage.primary.execute(END)
        stage.fail()
        assert all(ready(each) == 503 for each in stage.servers)
        stage.primary.execute("ALTER DATABASE ai_editor RESET default_transaction_read_only")
        since = time.monotonic()
        stage.go_on()
    stage.judge(since)
