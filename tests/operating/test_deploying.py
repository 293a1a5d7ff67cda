"""docs/deploying.md: its settings serve, behind its Caddyfile, and its unit starts what is there."""

import configparser
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from drill.servers import free_port, listens
from server.cli import build
from server.config.settings import load
from tests.caddy.conftest import PATH
from tests.cli.commands import Commands
from tests.client import PASSWORD
from tests.conftest import SECRET
from tests.operating.page import Operator, blocks
from tests.operating.page import settings as settings_of
from tests.workers.served import Starting, until


def found(heading: str, language: str) -> str:
    [text] = [text for kind, text in blocks(heading) if kind == language]
    return text


@contextmanager
def caddy(folder: Path, front: int, behind: int) -> Iterator[None]:
    """With the page's lines: plain http, and the name is this machine's."""
    assert PATH
    text = found("Proxy", "caddyfile").replace("auth.example.com", f"http://127.0.0.1:{front}")
    file = folder / "Caddyfile"
    text = text.replace("127.0.0.1:8080", f"127.0.0.1:{behind}")
    file.write_text("{\n\tadmin off\n}\n" + text)
    with (folder / "caddy.log").open("wb") as said:
        command = [PATH, "run", "--adapter", "caddyfile", "--config", str(file)]
        process = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)}, stderr=said)
    try:
        until(lambda: listens(front))
        yield
    finally:
        process.terminate()
        process.wait()


def test_its_settings_serve_behind_its_proxy(new_whole_database: Callable[[], str], tmp_path: Path) -> None:
    [given] = settings_of("Settings")
    assert load({**given, "BETTER_AUTH_SECRET": SECRET}, tmp_path).production
    database, front, behind = new_whole_database(), free_port(), free_port()
    ours = {
        **{name: value for name, value in given.items() if name not in ("SMTP_URL", "MAIL_FROM")},
        "BETTER_AUTH_SECRET": SECRET,
        "DATABASE_URL": database,
        "DATA_DIR": str(tmp_path / "data"),
    }
    with (
        Starting(
            tmp_path, **{**ours, "APP_ENV": "production", "PORT": str(behind), "WORKERS": "1"}
        ) as started,
        caddy(tmp_path, front, behind),
    ):
        started.hear("https://auth.example.com")
        with urlopen(f"http://127.0.0.1:{front}/health/ready", timeout=60) as answer:
            assert answer.status == 200
        body = f'{{"name": "Ada", "email": "ada@example.com", "password": "{PASSWORD}"}}'.encode()
        address = f"http://127.0.0.1:{front}/api/auth/sign-up/email"
        headers = {"Content-Type": "application/json", "Origin": given["BETTER_AUTH_URL"]}
        with urlopen(Request(address, body, headers), timeout=60) as answer:
            assert answer.headers["Set-Cookie"].startswith("__Secure-better-auth.session_token=")
        said = Operator(Commands(tmp_path, ours), database).follow("Look")
    assert "The database is up to date." in said
    assert [line for line in said.splitlines() if line.startswith("failure")] == []


def test_its_unit_starts_what_is_there() -> None:
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(found("Start", "ini"))
    service = unit["Service"]
    program, command = service["ExecStart"].split()
    assert f"ln -s {program} " in found("Install", "bash")
    assert command in build(()).commands
    [given] = settings_of("Settings")
    assert given["DATA_DIR"].startswith(service["WorkingDirectory"] + "/")
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert float(service["TimeoutStopSec"]) > 10
