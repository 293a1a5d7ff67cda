"""`make dev`: the server, and before it Vite's own, which has a change of the browser app on the page at once."""

import contextlib
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from say import Stop, step

POLL, PATIENCE = 0.1, 60.0


def run(root: Path, program: Path, environment: Mapping[str, str]) -> int:
    """Runs both until either ends, or Ctrl-C, which both of them hear; the exit code of who was first."""
    port, behind = environment.get("PORT") or "8080", _free_port()
    _check_free(int(port))
    # Only to develop, whatever a .env says, and for this machine alone.
    ours = {**environment, "APP_ENV": "development", "HOST": "127.0.0.1", "PORT": str(behind), "WORKERS": "1"}
    ours["BETTER_AUTH_URL"] = f"http://localhost:{port}"
    vite = [
        *("node", root / "web" / "node_modules" / "vite" / "bin" / "vite.js"),
        *(
            "--host",
            "localhost",
            "--port",
            port,
            "--strictPort",
            "--clearScreen",
            "false",
            "--logLevel",
            "warn",
        ),
    ]
    theirs = {**environment, "AI_EDITOR_SERVER": f"http://127.0.0.1:{behind}"}
    with contextlib.ExitStack() as stack:
        started = [str(program), "serve", *shlex.split(environment.get("ARGS", ""))]
        server = stack.enter_context(_running(started, root, ours))
        _await(server, behind)
        before = stack.enter_context(_running([str(each) for each in vite], root / "web", theirs))
        _await(before, int(port))
        step(
            f"the app with Vite before it: http://localhost:{port} (a change of web/src is on the page at once)"
        )
        while (code := _ended(server, before)) is None:
            time.sleep(POLL)
    return code


def _ended(*processes: subprocess.Popen[bytes]) -> int | None:
    return next((code for each in processes if (code := each.poll()) is not None), None)


@contextlib.contextmanager
def _running(
    command: list[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Ends with the block: by the Ctrl-C that came to it, or by our word."""
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL)
    try:
        yield process
    finally:
        if sys.exc_info()[0] is not KeyboardInterrupt:
            process.terminate()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _listens(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Stop("it did not start: see above")
        time.sleep(POLL)


def _listens(port: int) -> bool:
    for address in ("127.0.0.1", "::1"):
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
            return True
    return False


def _check_free(port: int) -> None:
    if _listens(port):
        raise Stop(f"port {port} is in use: stop what is there, or set PORT")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
