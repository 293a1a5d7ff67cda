"""Another process that runs or uses an embedded PostgreSQL, and can be killed.

As a program: `python -m tests.embedded.process owned|attached FOLDER [UID]` prints the address, waits for the
end of its input, and leaves. It gives up root by itself, as that user may not reach this interpreter.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from server import postgres

ROOT = Path(__file__).parents[2]


class Process:
    """Such a process, started."""

    def __init__(self, mode: str, home: Path, uid: int | None, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.embedded.process", mode, str(home)]
        self.popen = subprocess.Popen(
            command if uid is None else [*command, str(uid)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.popen.pid

    def address(self) -> str:
        """Waits for the address it prints."""
        assert self.popen.stdout
        line = self.popen.stdout.readline().strip()
        assert line, self.popen.communicate()[1]
        return line

    def end(self) -> None:
        """Lets it leave, and waits until it has; it may have said that it started a killed server again."""
        said = self.popen.communicate(timeout=150)[1].splitlines()
        errors = [line for line in said if not line.startswith("the embedded PostgreSQL")]
        assert (self.popen.returncode, errors) == (0, [])

    def refusal(self) -> str:
        """Waits for the one line with which it fails."""
        output, errors = self.popen.communicate(timeout=150)
        assert (self.popen.returncode, output) == (1, ""), errors
        assert errors.count("\n") == 1
        return errors.strip()

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """Kills it, with no chance to clean up."""
        self.popen.kill()
        self.popen.communicate()


def main(mode: str, folder: str, uid: str | None = None) -> None:
    """Owns or uses the cluster until the end of standard input."""
    if uid is not None:
        os.setgroups([])
        os.setgid(int(uid))
        os.setuid(int(uid))
    run = postgres.attached if mode == "attached" else postgres.owned
    try:
        with run(Path(folder)) as address:
            print(address, flush=True)
            sys.stdin.read()
    except postgres.PostgresError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main(*sys.argv[1:])
