"""Pictures that strangers made are read in a child process each, which is killed when it takes too much. S33 S46.

A child for each, and none that lives on: starting one costs 0.07 s of processor, 0.06 of them for Pillow, while a
picture of 16 megapixels takes 0.7.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from handlers.avatar import drawing, errors
from server.errors import internal_server_error, overloaded
from server.overload.turns import Turns

DRAWN_AT_ONCE = 2
# Each has up to a megabyte in memory.
MOST_WAITING = 16
# Its limit of processor ends it sooner, unless the machine is very busy.
SECONDS = 5.0
# So long before the end of a server its children are killed, for an answer that says so.
_TO_ANSWER = 0.5
# Nothing that it draws is as large.
MOST_DRAWN = 256 * 1024
# Progressive JPEGs of cameras and programs have about ten; each is work for the whole picture, and a few bytes.
MOST_SCANS = 64
_KINDS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")
_SCAN = b"\xff\xda"
# Python ends so after a trace.
_FAILED = 1
log = logging.getLogger(__name__)


class Studio:
    """Draws a few at a time; who has none in the line comes before who has many."""

    def __init__(self) -> None:
        self.line = Turns(DRAWN_AT_ONCE, 0.3, MOST_WAITING)
        self._children: set[Process] = set()
        self._ending = False

    async def draw(self, user_id: str, upload: bytes) -> bytes:
        """The picture as a WebP of 256 pixels; raises the 413, 415 or 503."""
        if not upload.startswith(_KINDS):
            raise errors.not_an_image()
        if upload.startswith(b"\xff\xd8") and upload.count(_SCAN) > MOST_SCANS:
            raise errors.image_too_complex()
        async with self.line.turn(user_id):
            ended, written = await self._ask_child(upload)
        if self._ending:
            raise overloaded()
        return _picture(ended, written)

    async def _ask_child(self, upload: bytes) -> tuple[int, bytes]:
        """How a child ended, and what it wrote. It has no variable, no descriptor and no folder of ours."""
        try:
            child = await asyncio.create_subprocess_exec(
                *_command(), stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/", start_new_session=True
            )
        except OSError as error:  # no memory, process or descriptor left
            log.error("no process can be started to read a picture: %s", error.strerror or error)
            raise overloaded() from error
        self._children.add(child)
        try:
            async with asyncio.timeout(SECONDS):
                return await _talk(child, upload)
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


async def _talk(child: Process, upload: bytes) -> tuple[int, bytes]:
    assert child.stdin
    assert child.stdout
    child.stdin.write(upload)
    child.stdin.close()
    try:
        await child.stdout.readexactly(MOST_DRAWN)
    except asyncio.IncompleteReadError as end:
        return await child.wait(), end.partial
    return drawing.TOO_MUCH, b""


def _command() -> tuple[str, ...]:
    """Python without the user's and the site's additions; of what is installed it is told where Pillow is."""
    found = importlib.util.find_spec("PIL")
    assert found
    assert found.origin
    packages = str(Path(found.origin).parent.parent)
    return sys.executable, "-I", "-S", "-B", str(Path(drawing.__file__)), packages


def _picture(ended: int, written: bytes) -> bytes:
    if ended == drawing.DRAWN:
        return written
    if ended == drawing.NO_IMAGE:
        raise errors.not_an_image()
    if ended == drawing.TOO_LARGE:
        raise errors.image_too_large(written.decode())
    if ended == _FAILED:
        log.error("the program that reads pictures fails by itself: try `python -c 'import PIL.Image'`")
        raise internal_server_error()
    raise errors.image_too_complex()
