"""Which language a browser asks for: Accept-Language, and the request that is being answered."""

from __future__ import annotations

import re
from contextvars import ContextVar

from server.languages import sentences

# Longer than browsers' by far; what is behind it is not read.
_MOST = 500
_ITEM = re.compile(
    r"\s*([a-z]{1,8}(?:-[a-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?"
)

# What the request that is being answered asks for, as it stands in its header; nothing where a command is at work.
ASKED: ContextVar[str] = ContextVar("languages", default="")


def current() -> str:
    """The language of whoever asks."""
    return choose(ASKED.get())


def choose(header: str) -> str:
    """The known language that Accept-Language prefers, by its weights, then by its order; English without any."""
    best, most = sentences.ENGLISH, 0.0
    refused = {tag for tag, weight in _items(header) if weight == 0}
    for tag, weight in _items(header):
        found = sentences.ENGLISH if tag == "*" else _known(tag)
        if found and found.lower() not in refused and weight > most:
            best, most = found, weight
    return best


def _items(header: str) -> list[tuple[str, float]]:
    """Each tag with its weight; what is none is left out. RFC 9110, 12.5.4."""
    found = [_ITEM.fullmatch(item) for item in header[:_MOST].lower().split(",")]
    return [(item[1], float(item[2] or 1)) for item in found if item]


def _known(tag: str) -> str | None:
    """ "de-AT" is answered in "de": the longest beginning that there is. RFC 4647, 3.4."""
    known = {name.lower(): name for name in sentences.languages()}
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return known.get(tag)
