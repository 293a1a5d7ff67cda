"""The log as an operator sees it."""

import logging
from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from server.telemetry import logs

Written = Callable[[], str]
Log = Callable[[str, Literal["text", "json"]], Written]


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[Log]:
    """log(level, form) switches the log on; what it returns says what was written since."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()

    def switch_on(wanted: str, form: Literal["text", "json"]) -> Written:
        logs.configure(wanted, form)
        return lambda: capsys.readouterr().err

    yield switch_on
    root.handlers[:] = handlers
    root.setLevel(level)
