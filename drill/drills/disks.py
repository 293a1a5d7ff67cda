"""A full disk under the outbox and under the pictures."""

from __future__ import annotations

import email
import email.policy
import io
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from PIL import Image

from drill import ground
from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.people import sign_up, until
from drill.proof import prove
from drill.servers import Server, serving
from drill.wire import Line

MAILS = 10
WAITING = "SELECT count(*) FROM ai_editor_mail"
LOST_AFTER = 20.0  # seconds in which a mail that was held up has to be tried again


def full() -> Outcome:
    """Both are filled up, asked, and made room in again."""
    found, ledger = Outcome("disk", f"{MAILS} mails and {MAILS} pictures on a full disk"), Ledger()
    with ground.database() as (folder, address), ground.small_disk(folder / "data", "600k") as mounted:
        if not mounted:
            found.notes.append("no small disk could be mounted: a limit on the size of files stands for it")
        with serving(folder, DATABASE_URL=address) as server:
            accounts = [each for _ in range(MAILS) if (each := sign_up(ledger, Line(server.port)))]
            with _filled(folder / "data") if mounted else _limited(server):
                _ask_for_mails(ledger, server, accounts)
                _ask_for_pictures(ledger, server, accounts)
                _look_for_leftovers(found, folder / "data")
            _wait_for_mails(found, folder / "data/outbox", address, accounts)
            _look_for_leftovers(found, folder / "data")
            prove(ledger, address, server)
        found.take(ledger)
        found.allow(("200", "507", "503"))
    return found


@contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Every byte of it is taken."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    yield
    filler.unlink()


@contextmanager
def _limited(server: Server) -> Iterator[None]:
    """The server can make files, and write nothing into them."""
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def _ask_for_mails(ledger: Ledger, server: Server, accounts: list[Account]) -> None:
    line = Line(server.port)
    for account in accounts:
        ledger.note(line.ask("/request-password-reset", {"email": account.email, "redirectTo": "/"}))
    line.close()


def _ask_for_pictures(ledger: Ledger, server: Server, accounts: list[Account]) -> None:
    drawn = io.BytesIO()
    Image.effect_noise((256, 256), 90).save(drawn, "PNG")
    line = Line(server.port)
    for account in accounts:
        answer = line.ask("//api/avatar", raw=drawn.getvalue(), kind="image/png", cookie=account.cookie)
        ledger.note(answer)
    line.close()


def _look_for_leftovers(found: Outcome, disk: Path) -> None:
    """Unfinished files, and mails with nothing in them."""
    time.sleep(0.2)
    left = [path for path in disk.rglob("*") if path.suffix == ".part" or path.name.startswith(".2")]
    empty = [path for path in disk.rglob("*.eml") if _is_empty(path)]
    found.demand(not left, f"{len(left)} unfinished files")
    found.demand(not empty, f"{len(empty)} empty mails")


def _is_empty(path: Path) -> bool:
    try:
        return not path.stat().st_size
    except FileNotFoundError:  # renamed since
        return False


def _wait_for_mails(found: Outcome, outbox: Path, address: str, accounts: list[Account]) -> None:
    """Each that was promised comes, once there is room."""
    begun = time.monotonic()
    wanted = {account.email for account in accounts}
    until(lambda: wanted <= _arrived(outbox), LOST_AFTER)
    missing = wanted - _arrived(outbox)
    waiting = _waiting(address)
    found.recovery = None if missing else time.monotonic() - begun
    found.notes.append(f"{len(wanted) - len(missing)} of {len(wanted)} mails arrived, {waiting} wait")
    found.demand(len(missing) <= waiting, f"{len(missing) - waiting} promised mails lost")


def _arrived(outbox: Path) -> set[str]:
    """Whom whole reset mails have reached."""
    found = set()
    for path in outbox.glob("2*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if "token" in path.read_text() or "reset" in path.read_text().lower():
            found.add(str(mail["To"]))
    return found


def _waiting(address: str) -> int:
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            row = cursor.fetchone()
            return int(row[0]) if row else 0
    finally:
        connection.close()
