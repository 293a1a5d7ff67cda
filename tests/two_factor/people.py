"""People with a second factor, and the authenticator in their hands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from handlers.two_factor import codes
from server import clock
from tests.client import PASSWORD, Answer, Client
from tests.conftest import Sql
from tests.promises import promised


@dataclass
class Clock:
    """The server's clock, which stands until it is moved."""

    now: datetime = field(default_factory=clock.now)

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@contextmanager
def standing() -> Iterator[Clock]:
    """The clock of the server in this process, in the middle of a step of an authenticator."""
    found = Clock()
    found.move(15 - found.now.timestamp() % codes.PERIOD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: found.now)
        yield found


@dataclass
class Person:
    """Somebody with an authenticator: their browser, its key, their backup codes."""

    browser: Client
    key: bytes
    backup_codes: list[str]
    clock: Clock

    def code(self, steps: int = 0) -> str:
        """What the authenticator shows, or showed, or will show."""
        return codes.totp(self.key, int(self.clock.now.timestamp() // codes.PERIOD) + steps)


def key_in(uri: str) -> bytes:
    """The key in what an authenticator reads."""
    return codes.key_of("base32:" + parse_qs(urlsplit(uri).query)["secret"][0])


async def enrol(client: Client, moved: Clock, email: str = "ada@example.com") -> Person:
    """A new user whose second factor is on since one step ago."""
    browser = Client(client.base_url)
    assert (await browser.sign_up(email)).status == 200
    said = (await browser.api("/two-factor/enable", {"password": PASSWORD})).json
    person = Person(browser, key_in(said["totpURI"]), said["backupCodes"], moved)
    assert (await browser.api("/two-factor/verify-totp", {"code": person.code()})).status == 200
    moved.move(codes.PERIOD)
    return person


async def challenged(client: Client, email: str = "ada@example.com", **more: Any) -> Client:
    """A browser in which the password was right, and nothing else yet."""
    browser = Client(client.base_url)
    answer = await browser.sign_in(email, **more)
    assert answer.json["twoFactorRedirect"] is True
    return browser


async def show(browser: Client, way: str, code: str, **more: object) -> Answer:
    """A code at one of the endpoints."""
    return await browser.api(f"/two-factor/{way}", {"code": code, **more})


def mailed(sql: Sql) -> str:
    """The code of the newest mail."""
    return promised(sql, "two-factor-otp")[-1].context["code"]
