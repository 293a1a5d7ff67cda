"""A process that has imported the program and forks for each command: the same as a new one, less its start-up.

As a program: `python -m tests.cli.nursery FD` reads jobs from the socket FD, one JSON document a line, and answers
each with the command's exit code.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Nursery:
    """Such a process, started."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.cli.nursery", str(theirs.fileno())]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        self._jobs = ours.makefile("rw")
        ours.close()

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[Path]
    ) -> int:
        """The exit code of `ai-editor` with standard input, output and error in those files."""
        job = {
            "arguments": arguments,
            "folder": str(folder),
            "environment": dict(environment),
            "streams": [str(path) for path in streams],
        }
        self._jobs.write(json.dumps(job) + "\n")
        self._jobs.flush()
        return int(self._jobs.readline())

    def close(self) -> None:
        """Ends it."""
        self._jobs.close()
        self._process.wait()


def main(jobs: int) -> None:
    import server.__main__  # noqa: F401

    with socket.socket(fileno=jobs) as connection, connection.makefile("rw") as lines:
        for line in lines:
            child = os.fork()
            if not child:
                _become(json.loads(line))
            lines.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
            lines.flush()


def _become(job: dict[str, Any]) -> None:
    from server.__main__ import main

    os.chdir(job["folder"])
    os.environ.clear()
    os.environ.update(job["environment"])
    time.tzset()
    modes = (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY)
    for number, (path, mode) in enumerate(zip(job["streams"], modes, strict=True)):
        os.dup2(os.open(path, mode), number)
    sys.argv[1:] = job["arguments"]
    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
