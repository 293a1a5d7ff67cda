"""A server that runs out of descriptors goes on. S46."""

import resource
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.workers.served import Served

FEW = 256


class Limited(Served):
    """With few open files at most, and fewer to begin with."""

    command = (
        "-c",
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (128, {FEW}));"
        "sys.argv[1:] = ['serve']; runpy.run_module('server', None, '__main__')",
    )

    def end(self) -> str:
        """Ends it; what it has said since it served."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=90)[1]


@pytest.fixture
def served() -> Iterator[Limited]:
    with tempfile.TemporaryDirectory() as folder, Limited(Path(folder), WORKERS="1") as found:
        yield found


def test_connections_that_only_wait_make_room(served: Limited) -> None:
    """Twice as many as there are descriptors; whoever asks is answered at once, and the log stays short."""
    address = ("127.0.0.1", urlsplit(served.address).port or 0)
    with ExitStack() as stack:
        for number in range(2 * FEW):
            stack.enter_context(socket.create_connection(address)).sendall(b"GET /slow")
            if number % 64 == 63:
                assert served.call("/health")[0] == 200
        assert served.call("/health/ready")[0] == 200
        assert served.call("/api/auth/get-session")[0] == 200
    said = served.end()
    assert said.count("connections are open") == 1
    assert len(said.splitlines()) < 5


def test_with_no_descriptor_left_it_waits_without_a_word_too_many(served: Limited) -> None:
    """The limit is lowered under it."""
    resource.prlimit(served.process.pid, resource.RLIMIT_NOFILE, (40, 40))
    address = ("127.0.0.1", urlsplit(served.address).port or 0)
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(address))
        assert served.call("/health")[0] == 200
    assert served.call("/health")[0] == 200
    said = served.end()
    assert 1 <= said.count("no connection can be taken") <= 2
    assert "Traceback" not in said, said
