"""Icons from a logo: an SVG is one, of a PNG or WebP they are drawn in the sizes that are asked for."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import TYPE_CHECKING

from handlers.shell import bundle
from handlers.shell.bundle import File
from server.branding.logo import Logo

if TYPE_CHECKING:
    from PIL import Image

_CLEAR, _WHITE = (0, 0, 0, 0), (255, 255, 255, 255)
# Side, how much of it the logo takes, what is behind: a phone cuts corners off, and has black for what is clear.
_DRAWN = {
    "/favicon.ico": (32, 1.0, _CLEAR),
    "/apple-touch-icon.png": (180, 0.8, _WHITE),
    "/icon-192.png": (192, 1.0, _CLEAR),
    "/icon-512.png": (512, 1.0, _CLEAR),
    "/icon-maskable-512.png": (512, 0.7, _WHITE),
}
_INLINE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 192 192">'
    '<image width="192" height="192" href="data:image/png;base64,{}"/></svg>'
)


def draw(logo: Logo, path: str) -> File:
    """The icon that has this path, of a logo that is no SVG."""
    kind, media_type = ("ICO", "image/x-icon") if path.endswith(".ico") else ("PNG", "image/png")
    return bundle.file_of(media_type, _saved(_square(logo, *_DRAWN[path]), kind))


def draw_favicon(logo: Logo) -> File:
    """An SVG, whatever the logo is."""
    if logo.is_drawing:
        return bundle.file_of(logo.media_type, logo.content)
    inner = b64encode(_saved(_square(logo, *_DRAWN["/icon-192.png"]), "PNG")).decode()
    return bundle.file_of("image/svg+xml", _INLINE.format(inner).encode())


def _square(logo: Logo, side: int, share: float, behind: tuple[int, int, int, int]) -> Image.Image:
    """Whole, in the middle."""
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(logo.content)) as opened:
        inner = ImageOps.contain(opened.convert("RGBA"), (round(side * share),) * 2)
    canvas = Image.new("RGBA", (side, side), behind)
    canvas.alpha_composite(inner, ((side - inner.width) // 2, (side - inner.height) // 2))
    return canvas


def _saved(picture: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()
