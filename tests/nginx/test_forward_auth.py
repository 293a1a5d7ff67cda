"""deploy/forward-auth/nginx.conf, run by nginx."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.forward_auth.behind import Behind, Front, application, snippet, standing
from tests.nginx.conftest import PATH

AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/snippet.conf;
}}
"""


@contextmanager
def nginx(front: int, ours: int, behind: int, folder: Path) -> Iterator[None]:
    """One with the snippet and nothing else."""
    assert PATH
    (folder / "snippet.conf").write_text(snippet("nginx.conf", front, ours, behind))
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder))
    process = subprocess.Popen([PATH, "-c", folder / "nginx.conf", "-e", folder / "error.log"])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="module")
def front(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """All of it."""
    folder = tmp_path_factory.mktemp("nginx")
    with application() as behind, standing(nginx, database_url, folder, behind) as found:
        yield found


class TestNginx(Behind):
    """Every test of a proxy."""
