"""deploy/forward-auth/Caddyfile, run by Caddy."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.caddy.conftest import PATH
from tests.forward_auth.behind import Behind, Front, application, snippet, standing

# No address for its administration, which other Caddys have too.
AROUND = "{{\n\tadmin off\n}}\n{snippet}"


@contextmanager
def caddy(front: int, ours: int, behind: int, folder: Path) -> Iterator[None]:
    """One with the snippet, and a folder of its own."""
    assert PATH
    file = folder / "Caddyfile"
    file.write_text(AROUND.format(snippet=snippet("Caddyfile", front, ours, behind)))
    environment = {**os.environ, "HOME": str(folder)}
    with (folder / "caddy.log").open("wb") as said:
        process = subprocess.Popen(
            [PATH, "run", "--adapter", "caddyfile", "--config", file], env=environment, stderr=said
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def front(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """All of it."""
    folder = tmp_path_factory.mktemp("caddy")
    with application() as behind, standing(caddy, database_url, folder, behind) as found:
        yield found


class TestCaddy(Behind):
    """Every test of a proxy."""
