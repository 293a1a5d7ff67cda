"""The program of the child that reads one picture: standard input to standard output, with nothing else to reach.

Its arguments are where Pillow is, and what the picture is for. It imports nothing of the server's, so that it starts fast
and knows nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import resource
import struct
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

MEGABYTE = 2**20


class Purpose(NamedTuple):
    """What a picture is drawn for: how large it becomes, how large it may have been, what it may take."""

    side: int
    square: bool
    # By what the file says of itself: few kilobytes of PNG can hold any number of pixels, each of four bytes in memory.
    max_side: int
    megapixels: int
    # Of processor, with the start of this program.
    seconds: int
    memory: int
    formats: tuple[str, ...]


PURPOSES = {
    # An honest one of that size takes 0.8 s.
    "avatar": Purpose(256, True, 8192, 16, 2, 768 * MEGABYTE, ("PNG", "JPEG", "WEBP")),
    # Cameras of telephones have 50 megapixels, and screens of today 15; an honest one takes 4 s.
    "text": Purpose(2560, False, 16383, 64, 10, 1024 * MEGABYTE, ("PNG", "JPEG", "WEBP", "GIF")),
}
_MODULES = {"PNG": ("Png",), "JPEG": ("Jpeg", "Mpo"), "WEBP": ("WebP",), "GIF": ("Gif",)}
# How it ends, besides by a signal.
DRAWN, NO_IMAGE, TOO_LARGE, TOO_MUCH = 0, 10, 11, 12
# What can be averaged as it is; a palette's numbers cannot.
_REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK")


def main(packages: str, name: str) -> int:
    """How it went; the picture after its width and height, or what was too large, is written out."""
    purpose = PURPOSES[name]
    os.closerange(3, 1 << 16)  # uvloop closes nothing for those whom it starts
    _limit(resource.RLIMIT_CPU, purpose.seconds)
    _limit(resource.RLIMIT_AS, purpose.memory)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    sys.path.append(packages)
    import_readers(purpose.formats)
    # Nothing can be opened from here on, neither files nor sockets.
    _limit(resource.RLIMIT_NOFILE, 3)
    upload = sys.stdin.buffer.read()
    try:
        ended, words = read(upload, purpose)
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


def import_readers(formats: tuple[str, ...]) -> None:
    """All that these kinds need, as Pillow otherwise imports it late; TIFF's is the one that reads EXIF."""
    importlib.import_module("copy")  # GIF's
    for name in ("Tiff", *(module for each in formats for module in _MODULES[each])):
        importlib.import_module(f"PIL.{name}ImagePlugin")
    # Else it would import all others when it finds none of them in a file.
    image: Any = importlib.import_module("PIL.Image")
    image.preinit()
    image._initialized = 2  # noqa: SLF001


def read(upload: bytes, purpose: Purpose) -> tuple[int, bytes]:
    """The picture drawn anew as WebP: upright, as large as it is to be, without what the file said besides. S46."""
    from PIL import Image

    # Its own bound has no answer of its own, and ours is lower.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(upload), formats=purpose.formats) as image:
        if too_large := _too_large(*image.size, purpose):
            return TOO_LARGE, too_large.encode()
        image.draft("RGB", (purpose.side, purpose.side))
        made = _square(image, purpose) if purpose.square else _whole(image, purpose)
    drawn = io.BytesIO()
    made.save(drawn, "WEBP", quality=85)
    return DRAWN, struct.pack(">II", *made.size) + drawn.getvalue()


def _square(image: Image.Image, purpose: Purpose) -> Image.Image:
    from PIL import ImageOps

    upright = ImageOps.exif_transpose(_reduced(image, purpose)).convert("RGBA")
    return ImageOps.fit(upright, (purpose.side, purpose.side))


def _whole(image: Image.Image, purpose: Purpose) -> Image.Image:
    """Made smaller first of all: each step copies what there is."""
    from PIL import ImageOps

    small = _reduced(image, purpose)
    if small.mode not in _REDUCIBLE:
        small = small.convert("RGBA")
    small.thumbnail((purpose.side, purpose.side))
    return _without_alpha(ImageOps.exif_transpose(small).convert("RGBA"))


def _too_large(width: int, height: int, purpose: Purpose) -> str:
    """What the picture is larger than, by what the file says of itself, before a pixel is unpacked; else nothing."""
    if max(width, height) > purpose.max_side:
        return f"{purpose.max_side} pixels a side"
    too_many = width * height > purpose.megapixels * MEGABYTE
    return f"{purpose.megapixels} megapixels" if too_many else ""


def _reduced(image: Image.Image, purpose: Purpose) -> Image.Image:
    """The picture at no more than is needed to draw it well, so that what follows copies little."""
    of = min(image.size) if purpose.square else max(image.size)
    factor = of // (2 * purpose.side)
    if factor < 2:
        return image
    return (image if image.mode in _REDUCIBLE else image.convert("RGBA")).reduce(factor)


def _without_alpha(image: Image.Image) -> Image.Image:
    """As most are: there is a fourth less to write."""
    low, _ = image.getchannel("A").getextrema()
    return image.convert("RGB") if low == 255 else image


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
