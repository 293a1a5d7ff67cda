"""A password that is set by command lifts the lock of its owner in the server that runs. S11."""

import json
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.cli.conftest import PASSWORD
from tests.cli.test_serving import serving

NEW = "another horse altogether"


@pytest.fixture
def ai_editor() -> Iterator[Commands]:
    """Commands in a folder whose server counts failures in its memory, and has made its own secret."""
    with tempfile.TemporaryDirectory() as folder:
        limits = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.0/8,::1"}
        yield Commands(Path(folder), {"PORT": "0", "LOG_LEVEL": "info", **limits})


def sign_in(address: str, password: str, place: int) -> int:
    """The status of a try from a network of its own."""
    body = json.dumps({"email": "ada@example.com", "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": address, "X-Forwarded-For": f"10.0.{place}.1"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{address}/api/auth/sign-in/email", body, headers)
        ) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_owner_comes_in_again(ai_editor: Commands) -> None:
    with serving(ai_editor) as address:
        arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
        assert ai_editor(*arguments, stdin=PASSWORD).code == 0
        tries = [sign_in(address, "a wrong one", place) for place in range(12)]
        assert tries == [401] * 10 + [429] * 2
        assert sign_in(address, PASSWORD, 99) == 429
        done = ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin=NEW)
        assert "event=password-set by=command" in done.err
        until, status = time.monotonic() + 30, 0
        while (status := sign_in(address, NEW, 100 + int(time.monotonic() * 50) % 150)) != 200:
            assert time.monotonic() < until, status
            time.sleep(0.05)
