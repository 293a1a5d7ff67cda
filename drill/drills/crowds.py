"""Many at once: who send slowly, read nothing, hang up, or take every descriptor."""

from __future__ import annotations

import json
import socket
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from drill import ground
from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import sign_up, until
from drill.servers import Server, serving
from drill.wire import Answer, Line

MEGABYTE = 2**20
SLOW, UNREAD = 250, 100
STORM = 200
GONE = 120


def slow() -> Outcome:
    """Bodies that come byte by byte, and answers that nobody reads."""
    found, ledger = Outcome("slow", f"{SLOW} slow bodies of 1 MB, {UNREAD} clients that never read"), Ledger()
    with ground.folder() as folder, serving(folder) as server:
        account = sign_up(ledger, Line(server.port))
        before = server.memory()
        with _sockets(server, SLOW) as bodies, _sockets(server, UNREAD) as readers:
            _send_slowly(bodies)
            for each in readers:
                _send(each, b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
            took = [_timed_look(ledger, server, account.cookie if account else "") for _ in range(40)]
            grown = (server.memory() - before) / MEGABYTE
            ended = server.stop()
        found.take(ledger)
        found.allow(("200",))
        found.notes.append(
            f"get-session meanwhile {statistics.median(took) * 1000:.0f} ms, memory +{grown:.0f} MB,"
            f" the end took {ended:.1f} s"
        )
        found.demand(grown <= 100, f"memory grew by {grown:.0f} MB")
        found.demand(ended <= 6, f"the end took {ended:.1f} s")
        found.recovery = 0.0
    return found


def _send_slowly(bodies: list[socket.socket]) -> None:
    """Heads that promise a megabyte, and most of it."""
    head = (
        "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {MEGABYTE - 1}\r\n\r\n"
    )
    for each in bodies:
        _send(each, head.encode() + b"{" + b" " * (MEGABYTE * 9 // 10))


def _send(each: socket.socket, data: bytes) -> None:
    """As much as the other side takes in a moment."""
    each.settimeout(0.05)
    try:
        each.sendall(data)
    except OSError:
        return


def _timed_look(ledger: Ledger, server: Server, cookie: str) -> float:
    line = Line(server.port)
    answer = ledger.note(line.ask("/get-session", cookie=cookie))
    line.close()
    return answer.seconds


@contextmanager
def _sockets(server: Server, count: int) -> Iterator[list[socket.socket]]:
    made: list[socket.socket] = []
    try:
        for _ in range(count):
            one = socket.socket()
            one.settimeout(2)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            made.append(one)
            if one.connect_ex(("127.0.0.1", server.port)):
                break
        yield made
    finally:
        for one in made:
            one.close()


def storm() -> Outcome:
    """Two hundred sign-ins at the usual cost; who comes later, and whoever asks for a session."""
    found, ledger = Outcome("storm", f"{STORM} sign-ins at once, bcrypt at cost 12"), Ledger()
    with (
        ground.database() as (folder, address),
        serving(folder, DATABASE_URL=address, BCRYPT_COST="12") as server,
        ThreadPoolExecutor(STORM + 1) as pool,
    ):
        account = sign_up(ledger, Line(server.port))
        if account is None:
            found.demand(False, "nobody could sign up")
            return found
        body = {"email": account.email, "password": account.passwords[0]}
        begun = time.monotonic()
        asked = [pool.submit(Line(server.port, 18).ask, "/sign-in/email", body) for _ in range(STORM)]
        time.sleep(1)
        took = sorted(_timed_look(ledger, server, account.cookie) for _ in range(100))
        later = pool.submit(Line(server.port, 18).ask, "/sign-in/email", body)
        answers = [ledger.note(each.result()) for each in (*asked, later)]
        _judge_storm(found, answers, took)
        until(server.is_ready, 5)
        found.take(ledger)
        found.allow(("200", "503"))
        found.recovery = time.monotonic() - begun
        server.process.kill()
    return found


def _judge_storm(found: Outcome, answers: list[Answer], took: list[float]) -> None:
    longest = max(answer.seconds for answer in answers)
    found.notes.append(
        f"{sum(each.status == 200 for each in answers)} signed in, the longest wait {longest:.1f} s,"
        f" who came a second later {answers[-1].seconds:.1f} s ({answers[-1].kind}),"
        f" get-session p99 {took[-2] * 1000:.0f} ms"
    )
    found.demand(longest <= 6, f"a sign-in waited {longest:.1f} s")
    silent = [each for each in answers if each.status == 503 and "Retry-After" not in each.headers]
    found.demand(not silent, f"{len(silent)} refusals do not say when to come back")


def hung_up() -> Outcome:
    """Sign-ins whose clients do not wait: the next one must not wait for them."""
    found, ledger = Outcome("hung-up", f"{GONE} sign-ins whose clients hang up"), Ledger()
    with (
        ground.database() as (folder, address),
        serving(folder, DATABASE_URL=address, BCRYPT_COST="12") as server,
    ):
        account = sign_up(ledger, Line(server.port))
        if account is None:
            found.demand(False, "nobody could sign up")
            return found
        body = {"email": account.email, "password": account.passwords[0]}
        text = json.dumps(body)
        request = (
            "POST /api/auth/sign-in/email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(text)}\r\n\r\n{text}"
        )
        with _sockets(server, GONE) as gone:
            for each in gone:
                _send(each, request.encode())
            time.sleep(0.3)
        took = _until_let_in(ledger, server, body)
        found.take(ledger)
        found.allow(("200", "503"))
        found.recovery = took
        found.notes.append(f"the next one was signed in after {took:.1f} s")
        found.demand(took <= 5, f"the next one was signed in after {took:.1f} s")
        server.process.kill()
    return found


def _until_let_in(ledger: Ledger, server: Server, body: dict[str, str]) -> float:
    """The seconds for one who asks again; that a client has closed is seen only when something is said to it."""
    begun = time.monotonic()
    while ledger.note(Line(server.port, 25).ask("/sign-in/email", body)).status != 200:
        if time.monotonic() - begun > 25:
            break
        time.sleep(0.25)
    return time.monotonic() - begun


def descriptors() -> Outcome:
    """More idle connections than the process may have descriptors."""
    found, ledger = Outcome("descriptors", "400 idle connections, 256 descriptors"), Ledger()
    with ground.folder() as folder, serving(folder, 256) as server:
        account = sign_up(ledger, Line(server.port))
        with _sockets(server, 400):
            begun, before = time.monotonic(), server.log.stat().st_size
            took = _timed_look(ledger, server, account.cookie if account else "")
            time.sleep(max(0.0, 3 - (time.monotonic() - begun)))
            said = server.log.stat().st_size - before
        back = time.monotonic()
        answered = until(server.is_ready, 10)
        found.take(ledger)
        found.allow(("200", "503"))
        found.notes.append(f"a new connection waited {took:.1f} s, {said // 1024} kB of log in a few seconds")
        found.demand(said < 50_000, f"{said // 1024} kB of log")
        found.demand(took <= 5, f"a new connection waited {took:.1f} s")
        found.recovery = time.monotonic() - back if answered else None
        found.demand(answered, "it did not recover")
    return found
