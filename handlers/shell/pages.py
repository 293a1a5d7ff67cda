"""The list of pages, shared with the browser's router: path, title, who may see it."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, fields
from importlib import resources
from typing import Any, Literal

import web


@dataclass(frozen=True)
class PageEntry:
    """`member` pages ask for a session, `guest` pages are for those without one; `redirect` is where it really is.

    Whoever has signed in lands on the first `home` that is on; an `offline` page opens without the server, too.

    What draws it is its feature's file of its name, or else its cards, which are of several features; in its form are the
    fields, and beside it the ways to come in, of those features that offer one.
    """

    path: str
    name: str
    feature: str
    title: str
    access: Literal["public", "guest", "member"]
    layout: str
    redirect: str = ""
    home: bool = False
    offline: bool = False
    cards: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()


@functools.cache
def pages() -> tuple[tuple[re.Pattern[str], PageEntry], ...]:
    """Each page with the pattern of its path; `:name` stands for one segment."""
    entries = json.loads(resources.files(web).joinpath("pages.json").read_text())
    known = {field.name for field in fields(PageEntry)}
    listed = [PageEntry(**{key: _frozen(entry[key]) for key in entry.keys() & known}) for entry in entries]
    return tuple((re.compile(re.sub(r":\w+", "[^/]+", page.path)), page) for page in listed)


def _frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value


def sources(
    name: str, layout: str, ways: Collection[str] = (), features: Collection[str] | None = None
) -> list[str]:
    """The files of the app that draw a page: its layouts, then its own or its cards; an unlisted page is the shell's.

    `ways` are the features that offer a way to come in, by their folders, `features` those that are on: all, unless given.
    """
    page = next((page for _, page in pages() if page.name == name), None)
    cards = [each for each in (page.cards if page else ()) if features is None or _owner(each) in features]
    own = cards or (f"{page.feature if page else 'shell'}/pages/{name}",)
    offered = (*page.fields, *page.ways) if page else ()
    beside = [each for each in offered if _owner(each) in ways]
    layouts = [f"src/shell/layouts/{each}.vue" for each in layout.split("/")]
    return [*layouts, *(f"src/features/{each}.vue" for each in (*own, *beside))]


def _owner(file: str) -> str:
    return file.partition("/")[0]


def home(features: Collection[str]) -> str:
    """Where people land who have signed in; of the features that are on."""
    return next(page.path for _, page in pages() if page.home and page.feature in features)


def opens(features: Collection[str]) -> str:
    """What the paths of pages match that open without the server, for a browser; of the features that are on, or empty."""
    on = [each for each in pages() if each[1].feature in features]
    found = [pattern.pattern for pattern, page in on if page.offline]
    others = [pattern.pattern for pattern, page in on if not page.offline]
    return f"^(?!(?:{'|'.join(others)})$)(?:{'|'.join(found)})$" if found else ""


def find(path: str, features: Collection[str]) -> PageEntry | None:
    """The page at this path, or None; of the features that are on."""
    found = next((page for pattern, page in pages() if pattern.fullmatch(path)), None)
    return found if found and found.feature in features else None
