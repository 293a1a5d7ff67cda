"""A server that stands still, or hears nothing, while a session is ended at another one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from drill import ground
from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.people import sign_out, sign_up, until
from drill.proof import prove
from drill.proxy import proxied
from drill.servers import Server, kill, serving
from drill.wire import Line

FROZEN = 0.6  # seconds: what a server believes without a sign of life, and a tenth
STALE = 0.5  # seconds that a wrong yes may be old, where nothing else is said


def freeze() -> Outcome:
    """SIGSTOP of a server that has the sessions in memory, SIGCONT after their end elsewhere."""
    found, ledger = Outcome("freeze", "a server frozen for 0.5–3 s, sessions ended at another"), Ledger()
    with (
        ground.database() as (folder, address),
        serving(folder, DATABASE_URL=address) as here,
        serving(folder, DATABASE_URL=address) as there,
    ):
        for pause in (0.5, 1.0, 3.0) * 2:
            _freeze_once(ledger, here, there, pause)
        prove(ledger, address, here, there)
        found.take(ledger)
        found.allow(("200",))
        found.fresh_within(FROZEN)
        found.back_within(5, ledger.recovered(0))
    return found


def _freeze_once(ledger: Ledger, here: Server, there: Server, pause: float) -> None:
    accounts = _people(ledger, here, 4)
    here.send(signal.SIGSTOP)
    for account in accounts:
        sign_out(ledger, Line(there.port), account)
    time.sleep(pause)
    asking = [Thread(target=ledger.look_for_ended, args=(Line(here.port), account)) for account in accounts]
    for thread in asking:
        thread.start()
    time.sleep(0.1)  # until their questions lie at its door
    here.send(signal.SIGCONT)
    for thread in asking:
        thread.join()


def _people(ledger: Ledger, here: Server, count: int) -> list[Account]:
    """Signed in, and in that server's memory."""
    line = Line(here.port)
    accounts = [account for _ in range(count) if (account := sign_up(ledger, line))]
    for account in accounts:
        for _ in range(3):
            ledger.look(line, account)
    line.close()
    return accounts


def silence() -> Outcome:
    """The way to PostgreSQL goes silent for one of two servers."""
    found, ledger = Outcome("silence", "no packet to or from PostgreSQL for 6 s, twice"), Ledger()
    with (
        ground.database() as (folder, address),
        proxied(address) as way,
        serving(folder, DATABASE_URL=way.address) as here,
        serving(folder, DATABASE_URL=address) as there,
    ):
        back = 0.0
        for _ in range(2):
            accounts = _people(ledger, here, 6)
            way.silence()
            _ask_until(ledger, here, there, accounts, 6)
            way.resume()
            back = time.monotonic()
            until(here.is_ready, 20)
            _settle(ledger, here)
        prove(ledger, address, here, there)
        found.take(ledger)
        found.allow(("200", "503"))
        found.fresh_within(STALE)
        found.demand(ledger.longest <= 5, f"a request took {ledger.longest:.1f} s")
        found.notes.append(f"the longest request took {ledger.longest:.1f} s")
        found.back_within(3, ledger.recovered(back))
    return found


def _ask_until(ledger: Ledger, here: Server, there: Server, accounts: list[Account], seconds: float) -> None:
    """Ends the sessions elsewhere, then asks here for a while, everybody for themselves."""
    for account in accounts:
        sign_out(ledger, Line(there.port), account)
    until_then = time.monotonic() + seconds

    def ask(account: Account) -> None:
        line = Line(here.port)
        while time.monotonic() < until_then:
            ledger.look_for_ended(line, account)
            time.sleep(0.05)
        line.close()

    threads = [Thread(target=ask, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _settle(ledger: Ledger, here: Server) -> None:
    """Somebody new is served again."""
    line = Line(here.port)
    until(lambda: sign_up(ledger, line), 10)
    line.close()


def redis() -> Outcome:
    """Servers that hear through Redis, which is frozen."""
    found, ledger = Outcome("redis", "Redis frozen for 3 s, sessions ended elsewhere"), Ledger()
    program = _redis_program()
    if program is None:
        found.left_out = True
        found.notes.append("there is no redis-server here")
        return found
    with (
        ground.database() as (folder, address),
        proxied(address, deaf=True) as way,
        _redis(program, folder) as (process, url),
        serving(folder, DATABASE_URL=way.address, REDIS_URL=url) as here,
        serving(folder, DATABASE_URL=address, REDIS_URL=url) as there,
    ):
        accounts = _people(ledger, here, 6)
        kill(process.pid, signal.SIGSTOP)
        _ask_until(ledger, here, there, accounts, 3)
        back = kill(process.pid, signal.SIGCONT)
        _settle(ledger, here)
        prove(ledger, address, here, there)
        found.take(ledger)
        found.allow(("200", "503"))
        found.fresh_within(STALE)
        found.back_within(3, ledger.recovered(back))
    return found


def _redis_program() -> str | None:
    named = os.environ.get("REDIS_SERVER")
    return shutil.which(named) if named else shutil.which("redis-server") or shutil.which("valkey-server")


@contextmanager
def _redis(program: str, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    socket = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        until(socket.exists, 20)
        yield process, f"unix://{socket}"
    finally:
        kill(process.pid)
        process.wait()
