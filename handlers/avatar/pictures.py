"""Pictures of people, in the shared storage: taken by content, drawn anew, served by a name that nobody can guess."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import re
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from handlers.avatar import errors
from server.crypto.random import random_id
from server.model import User
from server.services import Services

SIDE = 256
MAX_SIDE = 8192
# As RGBA 64 MB, and as much again while it is made smaller: few kilobytes of PNG can hold any number of pixels.
MAX_MEGAPIXELS = 16
DRAWN_AT_ONCE = 2
FOLDER = "/avatars/"
_FORMATS = ("PNG", "JPEG", "WEBP")
# What can be averaged as it is; a palette's numbers cannot.
_REDUCIBLE = ("L", "LA", "RGB", "RGBA", "CMYK")
_NAME = re.compile(r"[a-zA-Z0-9]{32}\.webp")


class Pictures:
    """Files below `folder`; their addresses begin with the public `base_url`."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self._folder, self._prefix = folder, base_url + FOLDER
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def store(self, user_id: str, upload: bytes) -> str:
        """Keeps a square of 256 pixels cut from the middle; its address. Raises the 413 or 415."""
        async with self._drawing:
            picture = await asyncio.to_thread(draw, upload)
        name = f"{_owner(user_id)}{random_id(16)}.webp"
        await asyncio.to_thread(self._write, name, picture)
        return self._prefix + name

    def _write(self, name: str, picture: bytes) -> None:
        """Under another name first: a half written picture is never served."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{name}.part"
        part.write_bytes(picture)
        part.replace(self._folder / name)

    async def read(self, name: str) -> bytes | None:
        """The WebP of this name, or None."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except OSError:
            return None

    async def remove(self, user_id: str, address: str | None) -> None:
        """Deletes the file behind an address, if it was uploaded by this user: anybody may name any address. S40."""
        name = (address or "").removeprefix(self._prefix)
        if _NAME.fullmatch(name) and name.startswith(_owner(user_id)):
            with contextlib.suppress(OSError):
                await asyncio.to_thread((self._folder / name).unlink)


def open_pictures(services: Services) -> Pictures:
    """The one of these services."""
    return Pictures(services.config.shared_dir / "avatars", services.config.base_url)


async def forget(services: Services, user: User) -> None:
    """Deletes the picture of a deleted user."""
    await services.of(Pictures).remove(user.id, user.image)


def _owner(user_id: str) -> str:
    """How the names of a user's files begin."""
    return hashlib.sha256(user_id.encode()).hexdigest()[:16]


def draw(upload: bytes) -> bytes:
    """The picture drawn anew as WebP: upright, square, without what the file said besides. S46."""
    try:
        with Image.open(io.BytesIO(upload), formats=_FORMATS) as image:
            _check_size(*image.size)
            image.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(_reduced(image)).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise errors.not_an_image() from error
    drawn = io.BytesIO()
    ImageOps.fit(upright, (SIDE, SIDE)).save(drawn, "WEBP", quality=85)
    return drawn.getvalue()


def _check_size(width: int, height: int) -> None:
    """Refuses by what the file says of itself, before a pixel is unpacked."""
    if max(width, height) > MAX_SIDE:
        raise errors.image_too_large(f"{MAX_SIDE} pixels a side")
    if width * height > MAX_MEGAPIXELS * 2**20:
        raise errors.image_too_large(f"{MAX_MEGAPIXELS} megapixels")


def _reduced(image: Image.Image) -> Image.Image:
    """The picture at no more than is needed to draw it well, so that what follows copies little."""
    factor = min(image.size) // (2 * SIDE)
    if factor < 2:
        return image
    return (image if image.mode in _REDUCIBLE else image.convert("RGBA")).reduce(factor)
