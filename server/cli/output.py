"""What commands print: tables and facts for people, one JSON document for machines."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import click

from server import clock

GAP = 2
MINIMUM = 10
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_JOINERS = "\u200c\u200d"  # Persian and emoji need them
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_UNITS = (
    (timedelta(days=1), "day", "days"),
    (timedelta(hours=1), "h", "h"),
    (timedelta(minutes=1), "min", "min"),
)


def never_fail() -> None:
    """Has whatever the terminal's encoding lacks written as a question mark, and what was closed thrown away."""
    while (
        descriptor := os.open(os.devnull, os.O_RDWR)
    ) <= 2:  # else a file or socket of ours would be taken for it
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    sys.stdout, sys.stderr = sys.stdout or os.fdopen(1, "w"), sys.stderr or os.fdopen(2, "w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextlib.contextmanager
def written() -> Iterator[None]:
    """A place for the output that takes no more is one line on standard error, and exit code 1."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to write fails no more
        click.echo(f"ai-editor: the output cannot be written: {error.strerror}", err=True)
        sys.exit(1)


def document(value: object) -> None:
    """Prints one JSON document, in ASCII: it survives every terminal, pipe and locale."""
    click.echo(json.dumps(value, indent=2))


def plain(text: str) -> str:
    """Text that cannot steer a terminal: names and user agents come from strangers."""
    return "".join(
        c if c in _JOINERS or unicodedata.category(c) not in _UNPRINTABLE else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], flexible: Sequence[str] = ()) -> None:
    """Prints aligned columns; on a terminal those named in `flexible` give way, so that a row stays on a line."""
    if not rows:
        return
    cells = [list(titles), *([plain(cell) for cell in row] for row in rows)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    widths = [max(width(row[column]) for row in cells) for column in range(len(titles))]
    if room is not None:
        _shrink(widths, [titles.index(title) for title in flexible], room)
    for row in cells:
        padded = (_pad(cut(cell, widths[column]), widths[column]) for column, cell in enumerate(row))
        line = (" " * GAP).join(padded).rstrip()
        click.echo(line if room is None else cut(line, room))


def _shrink(widths: list[int], flexible: Sequence[int], room: int) -> None:
    """Takes from the widest flexible column until all fit, or all are at their least."""
    while sum(widths) + GAP * (len(widths) - 1) > room:
        widest = max(flexible, key=lambda column: widths[column], default=None)
        if widest is None or widths[widest] <= MINIMUM:
            return
        widths[widest] -= 1


def facts(pairs: Mapping[str, str]) -> None:
    """Prints one `name  value` a line."""
    longest = max(len(name) for name in pairs)
    for name, value in pairs.items():
        click.echo(f"{name:{longest}}  {plain(value)}".rstrip())


def width(text: str) -> int:
    """The columns of a terminal that the text takes."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character in _JOINERS or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def cut(text: str, room: int) -> str:
    """The text, or as much of it as fits with an ellipsis."""
    if width(text) <= room:
        return text
    kept, used = "", 1
    for character in text:
        used += _width(character)
        if used > room:
            break
        kept += character
    return kept.rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def when(moment: datetime) -> str:
    """A time as people say it: `5 min ago`, `in 6 days`; far away it is a date."""
    distance = moment - clock.now()
    length = abs(distance)
    if length < timedelta(minutes=1):
        return "just now"
    if length > timedelta(days=99):
        return f"{moment.astimezone():%Y-%m-%d}"
    unit, one, many = next(entry for entry in _UNITS if length >= entry[0])
    count = round(length / unit)
    words = f"{count} {one if count == 1 else many}"
    return f"in {words}" if distance > timedelta() else f"{words} ago"


def exactly(moment: datetime) -> str:
    """The local time, and how long ago or ahead that is."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S %Z} ({when(moment)})"


def counted(number: int, one: str) -> str:
    """`1 session`, `2 sessions`."""
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
