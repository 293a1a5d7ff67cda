"""The program of the child that reads one picture: standard input to standard output, with nothing else to reach.

Its argument is where Pillow is. It imports nothing of the server's, so that it starts fast and knows nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import resource
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

SIDE = 256
MAX_SIDE = 8192
# As RGBA 64 MB, and as much again while it is made smaller: few kilobytes of PNG can hold any number of pixels.
MAX_MEGAPIXELS = 16
# An honest picture of that size takes 0.7 s of processor, with the start of this program 0.8.
SECONDS = 2
MEMORY = 768 * 1024 * 1024
# How it ends, besides by a signal.
DRAWN, NO_IMAGE, TOO_LARGE, TOO_MUCH = 0, 10, 11, 12
_FORMATS = ("PNG", "JPEG", "WEBP")
# What can be averaged as it is; a palette's numbers cannot.
_REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK")


def main(packages: str) -> int:
    """How it went; the picture, or what was too large, is written out."""
    os.closerange(3, 1 << 16)  # uvloop closes nothing for those whom it starts
    _limit(resource.RLIMIT_CPU, SECONDS)
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.path.append(packages)
    import_readers()
    # Nothing can be opened from here on, neither files nor sockets.
    _limit(resource.RLIMIT_NOFILE, 3)
    upload = sys.stdin.buffer.read()
    try:
        ended, words = read(upload)
    except MemoryError:
        return TOO_MUCH
    except Exception:  # of whatever kind: a decoder that is fed nonsense has many
        return NO_IMAGE
    sys.stdout.buffer.write(words)
    return ended


def _limit(what: int, most: int) -> None:
    """A system that lacks one limit has the others: macOS bounds no memory."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(what, (most, most))


def import_readers() -> None:
    """All that the three kinds need, as Pillow otherwise imports it late; TIFF's is the one that reads EXIF."""
    for name in ("Jpeg", "Mpo", "Png", "Tiff", "WebP"):
        importlib.import_module(f"PIL.{name}ImagePlugin")
    # Else it would import all others when it finds none of them in a file.
    image: Any = importlib.import_module("PIL.Image")
    image.preinit()
    image._initialized = 2  # noqa: SLF001


def read(upload: bytes) -> tuple[int, bytes]:
    """The picture drawn anew as WebP: upright, square, without what the file said besides. S46."""
    from PIL import Image, ImageOps

    # Its own bound has no answer of its own, and ours is lower.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(upload), formats=_FORMATS) as image:
        if too_large := _too_large(*image.size):
            return TOO_LARGE, too_large.encode()
        image.draft("RGB", (SIDE, SIDE))
        upright = ImageOps.exif_transpose(_reduced(image)).convert("RGBA")
    drawn = io.BytesIO()
    ImageOps.fit(upright, (SIDE, SIDE)).save(drawn, "WEBP", quality=85)
    return DRAWN, drawn.getvalue()


def _too_large(width: int, height: int) -> str:
    """What the picture is larger than, by what the file says of itself, before a pixel is unpacked; else nothing."""
    if max(width, height) > MAX_SIDE:
        return f"{MAX_SIDE} pixels a side"
    return f"{MAX_MEGAPIXELS} megapixels" if width * height > MAX_MEGAPIXELS * 2**20 else ""


def _reduced(image: Image.Image) -> Image.Image:
    """The picture at no more than is needed to draw it well, so that what follows copies little."""
    factor = min(image.size) // (2 * SIDE)
    if factor < 2:
        return image
    return (image if image.mode in _REDUCIBLE else image.convert("RGBA")).reduce(factor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
