"""METRICS_TOKEN."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from server.config.reader import Reader
from server.errors import SettingsError


@dataclass(frozen=True, slots=True)
class MetricsSettings:
    """What a scraper has to show; without it, it has to be on this machine, and nothing in production."""

    token: str | None = field(repr=False)


def read(read: Reader) -> MetricsSettings:
    """From the environment; raises SettingsError for a token that is short, or fits no header."""
    token = read.text("METRICS_TOKEN")
    if token is not None and not re.fullmatch(r"[!-~]{16,1000}", token):
        raise SettingsError("METRICS_TOKEN takes 16 to 1000 characters, ASCII without spaces")
    return MetricsSettings(token)
