"""deploy/forward-auth/nginx.conf, run by nginx."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scale.front import nginx as running
from tests.forward_auth.behind import Behind, Front, application, snippet, standing
from tests.nginx.conftest import PATH


@contextmanager
def nginx(front: int, ours: int, behind: int, folder: Path) -> Iterator[None]:
    """One with the snippet and nothing else."""
    assert PATH
    with running(PATH, snippet("nginx.conf", front, ours, behind), folder, front):
        yield


@pytest.fixture(scope="module")
def front(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """All of it."""
    folder = tmp_path_factory.mktemp("nginx")
    with application() as behind, standing(nginx, database_url, folder, behind) as found:
        yield found


class TestNginx(Behind):
    """Every test of a proxy."""
