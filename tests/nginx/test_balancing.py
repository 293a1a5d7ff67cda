"""deploy/nginx.conf, run by nginx."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from drill.servers import free_port
from scale.front import Front, balancing, prepared
from server import errors
from tests.forward_auth.behind import application
from tests.nginx.conftest import PATH
from tests.scale.balanced import Balanced, Broken, ask, breakers

TOKEN = "a-token-that-is-to-stay-secret"


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """Before one that is there, and one that is not."""
    assert PATH
    found = prepared(tmp_path_factory.mktemp("front"))
    with application() as behind, balancing(PATH, found, [behind, free_port()]):
        yield found


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Front]:
    """Before nobody."""
    assert PATH
    found = prepared(tmp_path)
    with balancing(PATH, found, [free_port(), free_port()]):
        yield found


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[Broken]:
    """Before two that are killed by whatever they take; three times, and nginx leaves one out for a while."""
    assert PATH
    found = prepared(tmp_path)
    with breakers() as servers, balancing(PATH, found, [each.server_address[1] for each in servers]):
        yield Broken(found, servers)


class TestNginx(Balanced):
    """Every test of a balancer."""


def test_what_changes_nothing_goes_to_the_other(broken: Broken) -> None:
    assert broken.sent("GET") == [1, 1]


def test_what_is_too_large_is_refused_as_we_refuse_it(front: Front) -> None:
    answer, body = ask(front, "/", "POST", b"x" * 2_000_000)
    assert json.loads(body) == errors.payload_too_large(1048576).body()
    assert answer.getheader("Content-Type") == "application/json"
    assert answer.getheader("Cache-Control") == "no-store"


@pytest.mark.parametrize(
    ("method", "error"),
    [("GET", errors.overloaded()), ("POST", errors.outcome_unknown())],
    ids=["GET", "POST"],
)
def test_where_nobody_answers_it_says_so_as_we_do(alone: Front, method: str, error: errors.APIError) -> None:
    answer, body = ask(alone, "/api/auth/ok", method, b"{}" if method == "POST" else None)
    assert (answer.status, json.loads(body)) == (503, error.body())
    assert answer.getheader("Retry-After") == "1"
    assert answer.getheader("Cache-Control") == "no-store"


def test_too_many_at_once_is_said_as_we_say_it() -> None:
    text = (Path(__file__).parents[2] / "deploy/nginx.conf").read_text()
    said = text.partition("return 429 '")[2].partition("';")[0]
    assert json.loads(said) == errors.too_many_requests(1).body()


def test_no_token_is_written_down(front: Front) -> None:  # S35
    paths = (
        "/api/auth/verify-email?token={}",
        "/api/auth/reset-password/{}?x={}",
        "/api/auth/callback/{}",
        "/avatars/{}",
    )
    for path in paths:
        assert ask(front, path.replace("{}", TOKEN))[0].status == 200
    written = "".join(path.read_text() for path in front.folder.glob("*.log"))
    assert written.count("/api/auth/") == 3
    assert TOKEN not in written
