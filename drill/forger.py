"""Sends forged requests to a server, byte for byte, and keeps what came of them."""

from __future__ import annotations

import http.client
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

import hypothesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st

from drill import servers
from drill.forgery import Shape, Target, plain, requests, shapes, targets
from drill.victim import Victim, is_signed_in, sign_in

HANG = 1.0
# A shape goes to one target in so many, and the next shape to the next of them: many shapes, or quickly many inputs.
FEW, MANY = 4, 12
TOGETHER = 5  # shapes of one example: those of another one are often much alike
# What reads most of a request, and is asked most.
ALWAYS = Target("GET", "/api/auth/get-session")
PATIENCE = 15.0


@dataclass
class Found:
    """What one process has seen."""

    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failures: dict[str, bytes] = field(default_factory=dict)
    hangs: dict[str, bytes] = field(default_factory=dict)
    unanswered: dict[str, bytes] = field(default_factory=dict)
    longest: float = 0.0

    def add(self, other: Found) -> None:
        """What another one has seen, too; the least input of each kind stays."""
        self.count += other.count
        self.kinds += other.kinds
        self.longest = max(self.longest, other.longest)
        for name in ("failures", "hangs", "unanswered"):
            for key, request in getattr(other, name).items():
                keep(getattr(self, name), key, request)


def keep(kept: dict[str, bytes], key: str, request: bytes) -> None:
    """The shorter of two."""
    if key not in kept or len(request) < len(kept[key]):
        kept[key] = request


class Forger:
    """Sends requests byte for byte to one server."""

    def __init__(self, port: int, address: str, secret: str) -> None:
        self.found, self.shapes = Found(), 0
        self._port, self._address, self._secret = port, address, secret
        self._socket: socket.socket | None = None
        self._victim = Victim()

    def send_all(self, shape: Shape, wanted: list[Target]) -> None:
        """The shape to each target."""
        victim = self._signed_in() if shape.signed_in else Victim()
        for target, request in requests(shape, wanted, f"http://127.0.0.1:{self._port}", victim):
            self._judge(shape, target, request)

    def _judge(self, shape: Shape, target: Target, request: bytes) -> None:
        status, seconds = self._send(shape, target.method, request)
        # The machine may have been busy; what is the input's own doing comes again.
        if seconds > HANG or status == 503:
            second, again = self._send(shape, target.method, request)
            status, seconds = second if status == 503 else status, min(seconds, again)
        found = self.found
        found.count += 1
        found.kinds[f"{status // 100}xx" if status else "no answer"] += 1
        found.longest = max(found.longest, seconds)
        key = f"{target.method} {target.pattern}"
        if status >= 500:
            keep(found.failures, f"{status} {key}", request)
        if not status:  # to what was not all sent there is none
            kept = found.unanswered if shape.envelope.ends_early else found.failures
            keep(kept, f"no answer, {shape.envelope.frame}", request)
        if seconds > HANG:
            keep(found.hangs, key, request)

    def _send(self, shape: Shape, method: str, request: bytes) -> tuple[int, float]:
        """The status, or 0 where the connection was closed without one, and how long that took."""
        begun, fresh = time.monotonic(), self._socket is None
        status = 0
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
            self._socket.sendall(request)
            if shape.envelope.ends_early:
                self._socket.shutdown(socket.SHUT_WR)
            status = self._read(method)
            if shape.envelope.is_odd:  # what is left of it is nobody's next request
                self.hang_up()
        except TimeoutError:
            self.found.kinds["timeout"] += 1
            self.hang_up()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            if not fresh:  # it may have been closed before it had this request
                return self._send(shape, method, request)
        return status, time.monotonic() - begun

    def _read(self, method: str) -> int:
        assert self._socket
        response = http.client.HTTPResponse(self._socket, method=method)
        response.begin()
        response.read()
        if response.will_close or response.getheader("Connection") == "close":
            self.hang_up()
        return response.status

    def hang_up(self) -> None:
        """The next request makes a new connection."""
        if self._socket:
            self._socket.close()
        self._socket = None

    def _signed_in(self) -> Victim:
        """Somebody whose session is there."""
        if not is_signed_in(self._port, self._victim):
            self._victim = sign_in(self._port, self._address, self._secret)
        return self._victim


def forge(port: int, address: str, count: int, same: bool = False, secret: str = servers.SECRET) -> Found:
    """So many requests; the `same` ones each time, of more kinds, or others. The secret is the server's."""
    forger, wanted, shares = Forger(port, address, secret), targets(), MANY if same else FEW

    each = TOGETHER * (1 + len(wanted) // shares)

    @hypothesis.settings(
        max_examples=max(1, count // each),
        deadline=None,
        database=None,
        derandomize=same,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(shapes(), min_size=TOGETHER, max_size=TOGETHER))
    def run(drawn: list[Shape]) -> None:
        for shape in drawn:
            forger.shapes += 1
            forger.send_all(shape, [ALWAYS, *wanted[forger.shapes % shares :: shares]])

    for shape in plain():
        forger.send_all(shape, [ALWAYS])
    while forger.found.count < count:  # what is drawn too large is drawn again
        run()
    forger.hang_up()
    return forger.found
