"""A server as the drills have it, but forked: to start one takes half a second of processor."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drill.servers import Server
from tests.nursery import nursery


class Forked(Server):
    """One that nobody limits."""

    def _launch(self) -> Any:
        with self.log.open("ab") as out:
            return nursery().start(["serve"], self.folder, self._environment(), out)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Server]:
    """One that answers, until the end of the block."""
    server = Forked(folder, **{"PLUGINS": "none", **settings})
    try:
        yield server.wait()
    finally:
        server.stop()
