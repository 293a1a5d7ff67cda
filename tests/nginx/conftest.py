"""nginx, where this machine has one; else these tests are left out, which is said (in CI it is an error)."""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from drill.servers import listens
from tests.workers.served import until

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import NGINX

PATH = NGINX.find()

if PATH is None and not os.environ.get("CI"):
    print(NGINX.missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]

# `kept` says for how many requests a connection to us is good.
CONFIGURATION = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    upstream app {{ server 127.0.0.1:{behind}; {kept} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""


@contextmanager
def nginx(port: int, behind: int, kept: str) -> Iterator[Path]:
    """One that passes on from `port`; the file that it complains in."""
    assert PATH, NGINX.advice
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "nginx.conf")
        file.write_text(CONFIGURATION.format(folder=folder, port=port, behind=behind, kept=kept))
        complaints = Path(folder, "error.log")
        process = subprocess.Popen([PATH, "-c", file, "-e", complaints])
        try:
            until(lambda: listens(port))
            yield complaints
        finally:
            process.terminate()
            process.wait()


@pytest.fixture
def port() -> int:
    """One that was free a moment ago: nginx takes no socket from us."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
