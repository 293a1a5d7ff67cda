"""The list of pages, shared with the browser's router: path, title, who may see it."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass, fields
from importlib import resources
from typing import Literal


@dataclass(frozen=True)
class PageEntry:
    """`member` pages ask for a session, `guest` pages are for those without one; `redirect` is where it really is."""

    path: str
    name: str
    title: str
    access: Literal["public", "guest", "member"]
    layout: str
    redirect: str = ""


@functools.cache
def pages() -> tuple[tuple[re.Pattern[str], PageEntry], ...]:
    """Each page with the pattern of its path; `:name` stands for one segment."""
    entries = json.loads(resources.files("web").joinpath("pages.json").read_text())
    known = {field.name for field in fields(PageEntry)}
    listed = [PageEntry(**{key: entry[key] for key in entry.keys() & known}) for entry in entries]
    return tuple((re.compile(re.sub(r":\w+", "[^/]+", page.path)), page) for page in listed)


def find(path: str) -> PageEntry | None:
    """The page at this path, or None."""
    return next((page for pattern, page in pages() if pattern.fullmatch(path)), None)
