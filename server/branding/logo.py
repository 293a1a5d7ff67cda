"""A picture of one's own: read once, at the start, and judged by what is in it rather than by its name."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

MOST_BYTES = 512 * 1024
_MOST_PIXELS = 4096
_SVG = "http://www.w3.org/2000/svg svg"
_SUFFIX = {"image/svg+xml": "svg", "image/png": "png", "image/webp": "webp"}
_WIDE = 2.0


@dataclass(frozen=True, slots=True)
class Logo:
    """Its bytes as they are; `ratio` is width by height, 1 where an SVG does not say."""

    media_type: str
    ratio: float
    content: bytes = field(repr=False)
    digest: str

    @property
    def path(self) -> str:
        """Where it is served; another picture has another address."""
        return f"/assets/logo-{self.digest}.{_SUFFIX[self.media_type]}"

    @property
    def is_drawing(self) -> bool:
        """Whether it is an SVG, which is sharp in any size and which Pillow cannot draw."""
        return self.media_type == "image/svg+xml"

    @property
    def is_wide(self) -> bool:
        """Whether it is taken for a name that is drawn, beside which none is written."""
        return self.ratio >= _WIDE


def read(path: Path) -> Logo:
    """The picture at `path`; raises ValueError that says what is wrong with it, or OSError."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES // 1024} kB")
    media_type, ratio = _measure(content)
    return Logo(media_type, ratio, content, hashlib.sha256(content).hexdigest()[:16])


def _measure(content: bytes) -> tuple[str, float]:
    if content.startswith(b"\x89PNG") or content[8:12] == b"WEBP":
        return _raster(content)
    return "image/svg+xml", _drawing(content)


def _raster(content: bytes) -> tuple[str, float]:
    from PIL import Image

    try:
        with (
            warnings.catch_warnings(action="error"),
            Image.open(io.BytesIO(content), formats=("PNG", "WEBP")) as picture,
        ):
            kind, (width, height) = picture.format, picture.size
            if max(width, height) > _MOST_PIXELS:
                raise ValueError(f"it has {width} by {height} pixels, of {_MOST_PIXELS} at most each way")
            picture.load()
    except (OSError, SyntaxError, Warning) as error:
        raise ValueError("it is damaged") from error
    return f"image/{str(kind).lower()}", width / height


def _drawing(content: bytes) -> float:
    """Width by height of an SVG; without DTD and entities, which no picture needs."""
    found: list[dict[str, str]] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(name: str, attributes: dict[str, str]) -> None:
        if not found and name != _SVG:
            raise ValueError('its outermost element is no <svg xmlns="http://www.w3.org/2000/svg">')
        found.append(attributes if not found else {})

    def refuse(*_: object) -> None:
        raise ValueError("it declares entities")

    parser.StartElementHandler = begin
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError("it is none of SVG, PNG and WebP") from error
    return _ratio(found[0])


def _ratio(attributes: dict[str, str]) -> float:
    """As the view box has it, else width and height."""
    sides = attributes.get("viewBox", "").replace(",", " ").split()[2:] or [
        attributes.get(name, "").removesuffix("px") for name in ("width", "height")
    ]
    try:
        width, height = (float(each) for each in sides)
    except ValueError:
        return 1.0
    return width / height if 0 < width < float("inf") and 0 < height < float("inf") else 1.0
