"""Another process that runs or uses an embedded PostgreSQL, and can be killed.

As a program, `owned|attached FOLDER [UID]` prints the address, waits for the end of its input, and leaves. It gives up
root by itself, as that user may not reach this interpreter.
"""

import os
import signal
import sys
from pathlib import Path

from server import postgres
from tests import clusters
from tests.nursery import nursery

ROOT = Path(__file__).parents[2]


class Process:
    """Such a process, started."""

    def __init__(self, mode: str, home: Path, uid: int | None, environment: dict[str, str]) -> None:
        arguments = [mode, str(home), *([] if uid is None else [str(uid)])]
        theirs, ours = os.pipe()
        self._stdin = os.fdopen(ours, "w")
        self.popen = nursery().start(
            arguments, ROOT, {**os.environ, **environment}, program=__name__, stdin=theirs
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.popen.pid

    def address(self) -> str:
        """Waits for the address it prints."""
        assert self.popen.stdout
        line = self.popen.stdout.readline().strip()
        assert line, self._communicate()[1]
        return line

    def end(self) -> None:
        """Lets it leave, and waits until it has; it may have said that it started a killed server again."""
        said = self._communicate()[1].splitlines()
        errors = [line for line in said if not line.startswith("the embedded PostgreSQL")]
        assert (self.popen.returncode, errors) == (0, [])

    def refusal(self) -> str:
        """Waits for the one line with which it fails, and what it waited for before."""
        output, errors = self._communicate()
        assert (self.popen.returncode, output) == (1, ""), errors
        waits = [line for line in errors.splitlines() if line.startswith("the embedded PostgreSQL in")]
        assert errors.count("\n") == 1 + len(waits)
        return errors.strip()

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        self.popen.send_signal(number)

    def kill(self) -> None:
        """Kills it, with no chance to clean up."""
        self.popen.kill()
        self._communicate()

    def _communicate(self) -> tuple[str, str]:
        self._stdin.close()
        return self.popen.communicate(150)


def main() -> None:
    """Owns or uses the cluster until the end of standard input."""
    mode, folder, *uid = sys.argv[1:]
    os.setsid()
    clusters.make()
    if uid:
        os.setgroups([])
        os.setgid(int(uid[0]))
        os.setuid(int(uid[0]))
    run = postgres.attached if mode == "attached" else postgres.owned
    try:
        with run(Path(folder)) as address:
            print(address, flush=True)
            sys.stdin.read()
    except postgres.PostgresError as error:
        sys.exit(str(error))
