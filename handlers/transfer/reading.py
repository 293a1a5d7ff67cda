"""The rows of a file, one at a time, however long it is: JSON lines, one JSON document, or CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import ijson
import orjson
from msgspec import Struct

from handlers.transfer.fields import Fields
from handlers.transfer.person import Unfit

MOST_LINE = 1024 * 1024
# What a document may have between two people, beside them.
MOST_BETWEEN = 64 * 1024 * 1024
_BOM, _UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_TABLES = ("user", "users", "data")
_TABLE = re.compile(rb'\{\s*"(users?|data)"\s*:\s*\[')

Shape = Literal["lines", "document", "csv"]


class Unreadable(Exception):
    """The file cannot be read, or not to its end; one line that says why."""


class Row(Struct, frozen=True):
    """A line's number, or the how manieth it is in a document, and what stands there or why it cannot be read."""

    place: int
    found: Fields | Unfit


class _Metered:
    """A file that refuses to be read on where nothing comes of it, so that nothing large is kept in memory."""

    def __init__(self, file: BinaryIO, most: int) -> None:
        self._file, self._most, self._since = file, most, 0

    def read(self, size: int) -> bytes:
        """As a file has it, but more at once where no row comes: a long word is gone through anew with each piece."""
        read = self._file.read(max(size, min(self._since, MOST_LINE)))
        self._since += len(read)
        if self._since > self._most:
            raise Unreadable(f"there is something of more than {MOST_BETWEEN >> 20} MB that is no person")
        return read

    def came(self) -> None:
        """A row came of what was read."""
        self._since = 0


class Source:
    """A file that is read once or several times; `position` is how far, in bytes."""

    def __init__(self, path: Path, heads: tuple[str, ...] = ()) -> None:
        self.path, self._heads = path, heads
        self.size, self.position = path.stat().st_size, 0
        self.shape: Shape = self._recognize()

    @property
    def unit(self) -> str:
        """What the places of its rows count."""
        return "row" if self.shape == "document" else "line"

    def _recognize(self) -> Shape:
        with self.path.open("rb") as file:
            head = file.readline(MOST_LINE)
            while head and not head.removeprefix(_BOM).strip():
                head = file.readline(MOST_LINE)
        if not head:
            raise Unreadable("the file is empty")
        if head.startswith(_UTF_16) or b"\0" in head[:4]:
            raise Unreadable("the file is UTF-16 or UTF-32: save it as UTF-8")
        plain = head.removeprefix(_BOM).lstrip()
        self._is_array = plain.startswith(b"[")
        if self._is_array:
            return "document"
        return _shape_of(plain) if plain.startswith(b"{") else "csv"

    def rows(self, paths: tuple[str, ...]) -> Iterator[Row]:
        """Each row; of a document those at `paths`. Raises Unreadable where it cannot go on."""
        with self.path.open("rb") as file:
            if file.read(len(_BOM)) != _BOM:
                file.seek(0)
            found = {"lines": self._lines, "csv": self._csv}.get(self.shape)
            if found:
                yield from found(file)
            else:
                yield from self._document(file, paths)

    def _lines(self, file: BinaryIO) -> Iterator[Row]:
        for place, line in self._each_line(file):
            if isinstance(line, Unfit):
                yield Row(place, line)
            elif line.strip():
                yield Row(place, _parsed(line))

    def _each_line(self, file: BinaryIO) -> Iterator[tuple[int, bytes | Unfit]]:
        """A line that is longer than any person is passed over without being kept."""
        place = 0
        while line := file.readline(MOST_LINE):
            place += 1
            self.position = file.tell()
            if line.endswith(b"\n") or len(line) < MOST_LINE:
                yield place, line
                continue
            while (rest := file.readline(MOST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield place, Unfit("length", f"the line is longer than {MOST_LINE >> 20} MB")

    def _csv(self, file: BinaryIO) -> Iterator[Row]:
        place = 0

        def texts() -> Iterator[str]:
            nonlocal place
            for place, line in self._each_line(file):  # noqa: B007  # it is read outside
                yield "\n" if isinstance(line, Unfit) else line.decode(errors="surrogateescape")

        csv.field_size_limit(MOST_LINE)
        reader = csv.reader(texts(), strict=True)
        heads = list(self._heads)
        while True:
            begun = place + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield Row(begun, Unfit("csv", f"there is no CSV from here to line {place}: {error}"))
                continue
            if cells is None:
                return
            if not heads:
                heads = [cell.strip() for cell in cells]
            elif any(cells):
                yield Row(begun, _record(heads, cells, bool(self._heads)))

    def _document(self, file: BinaryIO, paths: tuple[str, ...]) -> Iterator[Row]:
        start, place = file.tell(), 0
        for path in ("item",) if self._is_array else paths:
            metered = _Metered(file, MOST_BETWEEN if self._is_array else self.size)
            try:
                file.seek(start)
                for found in ijson.items(metered, path, use_float=True):
                    place += 1
                    metered.came()
                    self.position = max(self.position, file.tell())
                    yield Row(place, _object(found))
            except (ijson.JSONError, ValueError) as error:
                raise Unreadable(
                    f"the JSON breaks off or is none after row {place}: {_line(error)}"
                ) from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:80]


def _shape_of(head: bytes) -> Shape:
    """An object in a line is a person, unless it holds a table of them."""
    if _TABLE.match(head):
        return "document"
    try:
        found = orjson.loads(head)
    except ValueError:
        return "lines" if head.rstrip().endswith(b"}") else "document"  # … that goes on in the next line
    tables = "email" not in found and any(isinstance(found.get(name), list) for name in _TABLES)
    return "document" if tables else "lines"


def _parsed(line: bytes) -> Fields | Unfit:
    try:
        found = orjson.loads(line)
    except ValueError:
        return Unfit("json", "the line is no JSON")
    return _object(found)


def _object(found: object) -> Fields | Unfit:
    return found if isinstance(found, dict) else Unfit("json", "this is no object")


def _record(heads: list[str], cells: list[str], short: bool) -> Fields | Unfit:
    """A row of CSV by its columns; where these are not named, the last ones may be left out."""
    if len(cells) > len(heads) or (len(cells) < len(heads) and not short):
        return Unfit("csv", f"the line has {len(cells)} cells where there are {len(heads)} columns")
    return dict(zip(heads, cells, strict=False))
