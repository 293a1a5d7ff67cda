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
    touched = [logging.getLogger(name) for name in ("", "ai_editor.audit", "asyncio", "tornado.general")]
    before = [(each.handlers[:], each.level, each.propagate) for each in touched]
    touched[0].handlers.clear()

    def switch_on(wanted: str, form: Literal["text", "json"]) -> Written:
        logs.configure(wanted, form)
        return lambda: capsys.readouterr().err

    yield switch_on
    for each, (handlers, level, propagate) in zip(touched, before, strict=True):
        each.handlers[:], each.propagate = handlers, propagate
        each.setLevel(level)
