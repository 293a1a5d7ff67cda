"""The end of a server that has much before it: who would wait beyond it is told so. S46."""

import io
import signal
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.workers.served import Served, until

PASSWORD = "correct horse battery"


@pytest.fixture
def served() -> Iterator[Served]:
    """One process, at the cost of production."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Served(Path(folder), WORKERS="1", BCRYPT_COST="12") as found,
    ):
        yield found


def status(request: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def sign_in(served: Served) -> int:
    return served.call("/api/auth/sign-in/email", {"email": "ada@example.com", "password": PASSWORD})[0]


def upload(served: Served, cookie: str, picture: bytes) -> int:
    headers = {"Origin": served.address, "Cookie": cookie, "Content-Type": "image/webp"}
    return status(urllib.request.Request(served.address + "/api/avatar", picture, headers))


def all_at_once(count: int, ask: Callable[[], int]) -> tuple[ThreadPoolExecutor, list[Future[int]]]:
    pool, begun = ThreadPoolExecutor(count), threading.Barrier(count + 1)

    def one() -> int:
        begun.wait()
        return ask()

    asked = [pool.submit(one) for _ in range(count)]
    begun.wait()
    return pool, asked


def end_of(served: Served, pool: ThreadPoolExecutor, asked: list[Future[int]]) -> set[int]:
    """Stops it once it has begun to answer; what all of them were told."""
    until(lambda: any(each.done() for each in asked))
    served.process.send_signal(signal.SIGTERM)
    with pool:
        told = {each.result() for each in asked}
    served.process.communicate(timeout=90)
    assert served.process.returncode == 0
    return told


def test_queued_sign_ins_are_answered_or_told(served: Served) -> None:
    served.call("/api/auth/sign-up/email", {"name": "Ada", "email": "ada@example.com", "password": PASSWORD})
    told = end_of(served, *all_at_once(40, lambda: sign_in(served)))
    assert 200 in told
    assert told <= {200, 503}


def test_queued_pictures_are_answered_or_told(served: Served) -> None:
    body = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    cookie = served.call("/api/auth/sign-up/email", body)[2]
    drawn = io.BytesIO()
    Image.new("RGB", (4096, 4096), "teal").save(drawn, "WEBP", lossless=True)
    told = end_of(served, *all_at_once(18, lambda: upload(served, cookie, drawn.getvalue())))
    assert told <= {200, 413, 503}
    kept = (served.folder / "data" / "shared" / "avatars").iterdir()
    assert [path.name for path in kept if path.suffix != ".webp"] == []
