"""deploy/forward-auth/traefik.yml, run by Traefik."""

import http.client
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drill.servers import listens
from tests.forward_auth.behind import Behind, Front, application, snippet, standing
from tests.traefik.conftest import PATH
from tests.workers.served import until


@contextmanager
def traefik(front: int, ours: int, behind: int, folder: Path) -> Iterator[None]:
    """One with the snippet, and nothing that it would ask the world for."""
    assert PATH
    file = folder / "forward-auth.yml"
    file.write_text(snippet("traefik.yml", front, ours, behind))
    options = [
        *(f"--providers.file.filename={file}", f"--entryPoints.web.address=127.0.0.1:{front}"),
        *("--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"),
    ]
    with (folder / "traefik.log").open("wb") as said:
        process = subprocess.Popen([PATH, *options], stdout=said, stderr=said, cwd=folder)
    try:
        until(lambda: listens(front) and _knows_where_to(front))
        yield
    finally:
        process.terminate()
        process.wait()


def _knows_where_to(port: int) -> bool:
    """It listens before it has read its file, and answers 404 until then."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/health")
    answer = connection.getresponse().status
    connection.close()
    return answer == 200


@pytest.fixture(scope="module")
def front(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """All of it."""
    folder = tmp_path_factory.mktemp("traefik")
    with application() as behind, standing(traefik, database_url, folder, behind) as found:
        yield found


class TestTraefik(Behind):
    """Every test of a proxy."""
