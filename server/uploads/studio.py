"""Pictures that strangers made are read in a child process each, which is killed when it takes too much. S33 S46.

A child for each, and none that lives on: starting one costs 0.07 s of processor, 0.06 of them for Pillow, while a
picture of 16 megapixels takes 0.7.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import re
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from msgspec import Struct

from server.errors import internal_server_error, overloaded
from server.overload.turns import LONGEST_SECONDS, Turns
from server.uploads import drawing

DRAWN_AT_ONCE = 2
# Progressive JPEGs of cameras and programs have about ten; each is work for the whole picture, and a few bytes.
MOST_SCANS = 64
# So long before the end of a server its children are killed, for an answer that says so.
_TO_ANSWER = 0.5
_CHUNK = 1 << 20
# Of the others that begin with RIFF most are sounds.
_KINDS = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
    "GIF": re.compile(rb"GIF8[79]a"),
}
_SCAN = b"\xff\xda"
_SIZE = struct.Struct(">II")
# Python ends so after a trace.
_FAILED = 1
log = logging.getLogger(__name__)
Why = Literal["no picture", "too large", "too complex"]


class NotDrawn(Exception):
    """A picture that is not drawn: why, and what it is larger than."""

    def __init__(self, why: Why, limit: str = "") -> None:
        super().__init__(why)
        self.why, self.limit = why, limit


class Drawn(Struct, frozen=True):
    """A WebP, and how many pixels it has."""

    data: bytes
    width: int
    height: int


class Purpose(Struct, frozen=True):
    """What pictures are drawn for, by the name that the program knows, and what drawing may take here.

    `seconds`: its limit of processor ends it sooner, unless the machine is very busy. `most` is more than it draws.
    Who would wait longer than `patience` for a turn is told so.
    """

    name: str
    seconds: float
    most: int
    guess: float
    waiting: int
    patience: float = LONGEST_SECONDS

    def takes(self, head: bytes) -> bool:
        """Whether a file that begins so may be one."""
        return any(_KINDS[each].match(head) for each in drawing.PURPOSES[self.name].formats)


# Of those who wait each has up to a megabyte in memory.
AVATAR = Purpose("avatar", 5.0, 256 * 1024, 0.3, 16)
# What has come in as a file can wait, as whoever sent it did.
TEXT = Purpose("text", 30.0, 16 * 1024 * 1024, 1.0, 64, 30.0)


class Studio:
    """Draws a few at a time; who has none in the line comes before who has many."""

    def __init__(self, purpose: Purpose) -> None:
        self.line = Turns(DRAWN_AT_ONCE, purpose.guess, purpose.waiting, purpose.patience)
        self._purpose = purpose
        self._children: set[Process] = set()
        self._ending = False

    def may_be_picture(self, head: bytes) -> bool:
        """Whether a file that begins so is of a kind that is drawn."""
        return self._purpose.takes(head)

    async def draw(self, user_id: str, upload: bytes | Path) -> Drawn:
        """The picture in these bytes, or in this file; raises NotDrawn, or the 503."""
        if isinstance(upload, Path):
            with await asyncio.to_thread(upload.open, "rb") as file:
                self._check(*await asyncio.to_thread(_look, file))
                return await self._draw(user_id, file, b"")
        self._check(*_glance(upload))
        return await self._draw(user_id, PIPE, upload)

    def _check(self, head: bytes, scans: int) -> None:
        if not self.may_be_picture(head):
            raise NotDrawn("no picture")
        if _KINDS["JPEG"].match(head) and scans > MOST_SCANS:
            raise NotDrawn("too complex")

    async def _draw(self, user_id: str, source: int | IO[bytes], upload: bytes) -> Drawn:
        async with self.line.turn(user_id):
            ended, written = await self._ask_child(source, upload)
        if self._ending:
            raise overloaded()
        return _picture(ended, written)

    async def _ask_child(self, source: int | IO[bytes], upload: bytes) -> tuple[int, bytes]:
        """How a child ended, and what it wrote. It has no variable, no descriptor and no folder of ours."""
        try:
            child = await asyncio.create_subprocess_exec(
                *_command(self._purpose.name),
                stdin=source, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/", start_new_session=True,
            )  # fmt: skip
        except OSError as error:  # no memory, process or descriptor left
            log.error("no process can be started to read a picture: %s", error.strerror or error)
            raise overloaded() from error
        self._children.add(child)
        try:
            async with asyncio.timeout(self._purpose.seconds):
                return await _talk(child, upload, self._purpose.most)
        except TimeoutError:
            return drawing.TOO_MUCH, b""
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await asyncio.shield(child.wait())
            self._children.discard(child)

    @property
    def children(self) -> int:
        """How many pictures are being read."""
        return len(self._children)

    def stop(self, seconds: float) -> None:
        """The server ends in so many seconds: who waits too long is told so, and no child lives longer."""
        self.line.stop(seconds)
        asyncio.get_running_loop().call_later(max(0.0, seconds - _TO_ANSWER), self._kill)

    def _kill(self) -> None:
        self._ending = True
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                child.kill()


async def _talk(child: Process, upload: bytes, most: int) -> tuple[int, bytes]:
    assert child.stdout
    if child.stdin:
        child.stdin.write(upload)
        child.stdin.close()
    try:
        await child.stdout.readexactly(most)
    except asyncio.IncompleteReadError as end:
        return await child.wait(), end.partial
    return drawing.TOO_MUCH, b""


def _glance(upload: bytes) -> tuple[bytes, int]:
    return upload[:16], upload.count(_SCAN)


def _look(file: IO[bytes]) -> tuple[bytes, int]:
    """How a file begins, and how many scans of a JPEG may be in it; it is at its beginning again then."""
    head = file.read(16)
    found = sum(_scans(file))
    file.seek(0)
    return head, found


def _scans(file: IO[bytes]) -> Iterator[int]:
    last = b""
    while chunk := file.read(_CHUNK):
        yield (last + chunk).count(_SCAN)
        last = chunk[-1:]


def _command(purpose: str) -> tuple[str, ...]:
    """Python without the user's and the site's additions; of what is installed it is told where Pillow is."""
    found = importlib.util.find_spec("PIL")
    assert found
    assert found.origin
    packages = str(Path(found.origin).parent.parent)
    return sys.executable, "-I", "-S", "-B", str(Path(drawing.__file__)), packages, purpose


def _picture(ended: int, written: bytes) -> Drawn:
    if ended == drawing.DRAWN:
        return Drawn(written[_SIZE.size :], *_SIZE.unpack_from(written))
    if ended == drawing.NO_IMAGE:
        raise NotDrawn("no picture")
    if ended == drawing.TOO_LARGE:
        raise NotDrawn("too large", written.decode())
    if ended == _FAILED:
        log.error("the program that reads pictures fails by itself: try `python -c 'import PIL.Image'`")
        raise internal_server_error()
    raise NotDrawn("too complex")
