"""The servers that are measured, each one process on a port of its own."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.stage import Person, Stage
from bench.trouble import Trouble
from drill.servers import free_port

HERE = Path(__file__).parent
ROOT = HERE.parent
PEERS = HERE / "peers"
API = "/api/auth"
POOL = 10
START_SECONDS = 60.0


@dataclass(frozen=True)
class Contender:
    """One server in one configuration; `start` gives a command, its environment and its folder."""

    name: str
    start: Callable[[Stage, int], tuple[Sequence[str | Path], dict[str, str], Path]]
    cached: bool = False
    own: bool = False

    def person(self, stage: Stage) -> Person:
        """Whose password it can check without rewriting the hash."""
        return stage.ours if self.own else stage.theirs


@dataclass(frozen=True)
class Answer:
    """What came back to a single request."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Running:
    """A contender that answers."""

    contender: Contender
    stage: Stage
    process: subprocess.Popen[bytes]
    port: int

    def ask(self, path: str, cookie: str = "", method: str = "GET", body: str = "") -> Answer:
        """One request on a connection of its own."""
        return ask(self.port, path, cookie, method, body)

    def cookie(self) -> str:
        """The session's cookie, and beside it what the server has put into the browser to save the look-up."""
        cookie = self.stage.cookie(self.stage.ours.token)
        if not self.contender.cached:
            return cookie
        found = self.ask(f"{API}/get-session", cookie).headers.get_all("Set-Cookie") or []
        cached = [line.split(";")[0] for line in found if "session_data" in line.split("=")[0]]
        if not cached:
            raise Trouble(f"{self.contender.name} sets no cookie cache")
        return "; ".join([cookie, *cached])

    def check_session(self, cookie: str) -> bytes:
        """The body of get-session; raises Trouble where it is not the right one."""
        answer = self.ask(f"{API}/get-session", cookie)
        try:
            told = json.loads(answer.body)["session"]["token"]
        except (ValueError, TypeError, KeyError):
            told = None
        if answer.status != 200 or told != self.stage.ours.token:
            raise Trouble(
                f"{self.contender.name} answers get-session with {answer.status} {answer.body[:200]!r}"
            )
        return answer.body


def ask(port: int, path: str, cookie: str = "", method: str = "GET", body: str = "") -> Answer:
    """One request to a port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Cookie": cookie} if cookie else {}
    if body:
        headers["Content-Type"] = "application/json"
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def own(name: str, **settings: str) -> Contender:
    """Our server, with its defaults but for the settings."""

    def command(stage: Stage, port: int) -> tuple[Sequence[str | Path], dict[str, str], Path]:
        environment = {
            "DATABASE_URL": stage.address,
            "BETTER_AUTH_SECRET": stage.secret,
            "BETTER_AUTH_URL": f"http://127.0.0.1:{port}",
            "DATA_DIR": str(stage.folder / f"data-{port}"),
            "PORT": str(port),
            "RATE_LIMIT_ENABLED": "no",
            "DB_POOL_SIZE": str(POOL),
            **settings,
        }
        return [sys.executable, "-m", "server", "serve"], environment, ROOT

    return Contender(name, command, own=True)


def better_auth(name: str, runtime: str, cached: bool) -> Contender:
    """better-auth on `node` or `bun`."""

    def command(stage: Stage, port: int) -> tuple[Sequence[str | Path], dict[str, str], Path]:
        program = "node" if runtime == "node" else bun()
        facts = {"NODE_ENV": "production", **_facts(stage, port, cached)}
        return [program, "server.mjs"], facts, PEERS / runtime

    return Contender(name, command, cached)


def better_auth_server(name: str, cached: bool) -> Contender:
    """better-auth-server from PyPI on uvicorn, with uvloop and httptools."""

    def command(stage: Stage, port: int) -> tuple[Sequence[str | Path], dict[str, str], Path]:
        options = ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-access-log"]
        folder = PEERS / "python"
        return [folder / ".venv/bin/uvicorn", *options, "peer:app"], _facts(stage, port, cached), folder

    return Contender(name, command, cached)


def bare(name: str, body: bytes, media_type: str) -> Contender:
    """A bare Tornado handler that writes `body`."""

    def command(stage: Stage, port: int) -> tuple[Sequence[str | Path], dict[str, str], Path]:
        file = stage.folder / f"bare-{port}"
        file.write_bytes(body)
        return [sys.executable, "-m", "bench.bare", str(port), file, media_type], {}, ROOT

    return Contender(name, command)


def _facts(stage: Stage, port: int, cached: bool) -> dict[str, str]:
    return {
        "BENCH_DATABASE": stage.address,
        "BENCH_SECRET": stage.secret,
        "BENCH_PORT": str(port),
        "BENCH_POOL": str(POOL),
        "BENCH_COOKIE_CACHE": "yes" if cached else "no",
    }


def bun() -> Path:
    """Bun's program: its package moves it into place, unless npm was told not to run scripts."""
    modules = PEERS / "bun/node_modules"
    for program in (modules / ".bin/bun", *modules.glob("@oven/bun-*/bin/bun*")):
        if (
            program.exists()
            and not subprocess.run([program, "--version"], capture_output=True, check=False).returncode
        ):
            return program
    raise Trouble("there is no Bun for this machine")


@contextmanager
def running(stage: Stage, *contenders: Contender) -> Iterator[list[Running]]:
    """All of them at once, until the end of the block."""
    with ExitStack() as stack:
        yield [stack.enter_context(_running(stage, contender)) for contender in contenders]


@contextmanager
def _running(stage: Stage, contender: Contender) -> Iterator[Running]:
    port = free_port()
    process, log = launch(stage, contender, port)
    try:
        _wait(process, port, contender.name, log)
        yield Running(contender, stage, process, port)
    finally:
        stop(process)


def launch(stage: Stage, contender: Contender, port: int) -> tuple[subprocess.Popen[bytes], Path]:
    """Starts it, and does not wait; its process, and the file it writes to."""
    command, facts, folder = contender.start(stage, port)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    log = stage.folder / f"log-{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=folder, env=kept | facts, stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
    return process, log


def _wait(process: subprocess.Popen[bytes], port: int, name: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            ask(port, f"{API}/ok")
            return
        except OSError:
            time.sleep(0.02)
    raise Trouble(f"{name} does not start: {log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
