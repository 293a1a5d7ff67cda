"""Logging: text for people, JSON for machines, one line an event, nothing secret and no line breaks from outside."""

from __future__ import annotations

import codecs
import json
import logging
from datetime import UTC, datetime
from typing import Any, Literal

_escape = codecs.getencoder(
    "unicode_escape"
)  # found now: later there may be no descriptor left to read it with
# What every record has; the rest is what the caller adds, whatever it calls it.
_COMMON = {*vars(logging.makeLogRecord({})), "message", "asctime"}


def _added(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _COMMON}


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(_added(record))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in _added(record).items())
        time = self.formatTime(record, "%H:%M:%S")
        line = f"{time} {record.levelname.lower():7} {record.getMessage()} {extra}".rstrip()
        line = _escape(line)[0].decode()
        return line + (self._indented_trace(record.exc_info) if record.exc_info else "")

    def _indented_trace(self, exc_info: Any) -> str:
        """So that no line of an exception's text passes for a line of the log."""
        return "".join(f"\n    {line}" for line in self.formatException(exc_info).splitlines())


def announcement(message: str, **facts: object) -> str:
    """A line of JSON for what is said at any level."""
    record = logging.makeLogRecord(
        {"name": "ai_editor", "levelno": logging.INFO, "levelname": "INFO", "msg": message, **facts}
    )
    return _Json().format(record)


def configure_audit(form: Literal["text", "json"]) -> None:
    """Sends the audit alone to standard error, as a command does. S36."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    audit = logging.getLogger("ai_editor.audit")
    audit.handlers, audit.propagate = [handler], False
    audit.setLevel(logging.INFO)


def configure(level: str, form: Literal["text", "json"]) -> None:
    """Sends all logs to standard error, and the audit whatever the level is. S36."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Json() if form == "json" else _Text())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    audit = logging.getLogger("ai_editor.audit")
    audit.handlers, audit.propagate = [], True
    audit.setLevel(logging.INFO)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    # What it says of a malformed request quotes the line, which may be a cookie. S35
    logging.getLogger("tornado.general").setLevel(logging.WARNING)
