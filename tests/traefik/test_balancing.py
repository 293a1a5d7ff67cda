"""deploy/traefik.yml and traefik-servers.yml, run by Traefik."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pytest

from drill.servers import free_port
from scale.front import DEPLOY, Front, prepared
from tests.forward_auth.behind import application
from tests.scale.balanced import Balanced, Broken, ask, breakers
from tests.traefik.conftest import PATH
from tests.workers.served import until


@contextmanager
def traefik(front: Front, servers: Sequence[int]) -> Iterator[None]:
    """One with the two files as they are but for addresses and folders."""
    assert PATH
    one, other = servers
    changed = {
        '":80"': f'"127.0.0.1:{front.plain_port}"',
        '":443"': f'"127.0.0.1:{front.port}"',
        "/etc/traefik": str(front.folder),
        "/etc/ssl/ai-editor": str(front.folder),
        "127.0.0.1:8081": f"127.0.0.1:{one}",
        "127.0.0.1:8082": f"127.0.0.1:{other}",
    }
    for name in ("traefik.yml", "traefik-servers.yml"):
        text = (DEPLOY / name).read_text()
        for before, after in changed.items():
            text = text.replace(before, after)
        (front.folder / name).write_text(text)
    with (front.folder / "traefik.log").open("wb") as said:
        command = [PATH, f"--configFile={front.folder / 'traefik.yml'}"]
        process = subprocess.Popen(command, stdout=said, stderr=said, cwd=front.folder)
    try:
        until(lambda: answers(front))
        yield
    finally:
        process.terminate()
        process.wait()


def answers(front: Front) -> bool:
    """It listens before it has read its files."""
    with suppress(OSError):
        return ask(front, "/health")[0].status == 200
    return False


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Before one that is there, and one that is not."""
    found = prepared(tmp_path_factory.mktemp("front"))
    with application() as behind, traefik(found, [behind, free_port()]):
        yield found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broken]:
    """Before two that are killed by whatever they take."""
    found = prepared(tmp_path_factory.mktemp("broken"))
    with breakers() as servers, traefik(found, [each.server_address[1] for each in servers]):
        yield Broken(found, servers)


class TestTraefik(Balanced):
    """Every test of a balancer."""


def test_what_changes_nothing_is_tried_again_where_it_was(broken: Broken) -> None:
    assert broken.sent("GET") == [0, 2]


def test_who_is_not_ready_is_left_out_until_it_is(broken: Broken) -> None:
    one, _ = broken.servers

    def asked() -> int:
        before = one.answered["/health"]
        assert all(ask(broken.front, "/health")[0].status == 200 for _ in range(4))
        return one.answered["/health"] - before

    one.ready = False
    until(lambda: asked() == 0)
    one.ready = True
    until(lambda: asked() == 2)
