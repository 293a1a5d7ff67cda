"""What a server looks like that is somebody's own: its style, its icons, and the files in place of the bundle's."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from handlers.shell import bundle, icons
from handlers.shell.bundle import File
from server.branding.palette import STEPS, Tone
from server.branding.settings import Branding
from server.model import Json

_MANIFEST, _FAVICON = "/site.webmanifest", "/favicon.svg"
# The app's own mark as it is in web/public, and its colour there.
_PICTURES = (
    "/favicon.ico",
    "/apple-touch-icon.png",
    "/icon-192.png",
    "/icon-512.png",
    "/icon-maskable-512.png",
)
_MARK = "#194e49"
_INITIAL = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8.5" fill="{fill}"/>'
    '<text x="16" y="22.5" text-anchor="middle" font-family="ui-sans-serif, system-ui, sans-serif" font-size="18"'
    ' font-weight="600" fill="#fbf9f4">{initial}</text></svg>'
)


@dataclass(frozen=True)
class Icon:
    """A `<link>` in the head of a page."""

    rel: str
    href: str
    type: str = ""
    sizes: str = ""


class Looks:
    """Of one branding; `of` has them."""

    def __init__(self, branding: Branding) -> None:
        self.branding = branding
        self.style = _style(branding) if branding.color else ""
        self._made = self._files()

    @functools.cached_property
    def favicon(self) -> str:
        """The picture that every browser of today takes for its tab; another one has another address."""
        if not self.branding.own and not self.branding.color:
            return _FAVICON
        return f"{_FAVICON}?{hashlib.sha256(self._draw_favicon().bodies['']).hexdigest()[:8]}"

    @functools.cached_property
    def icons(self) -> tuple[Icon, ...]:
        """What a browser may show of it; without Pillow's help an SVG is all there is."""
        found = [Icon("icon", self.favicon, "image/svg+xml")]
        if self._has_pictures:
            found += [
                Icon("icon", "/favicon.ico", sizes="32x32"),
                Icon("apple-touch-icon", "/apple-touch-icon.png"),
            ]
        return tuple(found)

    @property
    def _has_pictures(self) -> bool:
        logo = self.branding.logo
        return not self.branding.own or (logo is not None and not logo.is_drawing)

    async def find(self, path: str) -> File | None:
        """The file at this path, the bundle's where there is none of its own; pictures are drawn once they are asked for."""
        made = self._made.get(path)
        return await asyncio.to_thread(made) if made else bundle.files().get(path)

    def _files(self) -> dict[str, Callable[[], File | None]]:
        branding, logo = self.branding, self.branding.logo
        found: dict[str, Callable[[], File | None]] = {}
        if branding.own or branding.color:
            found |= {
                _MANIFEST: functools.cache(self._write_manifest),
                _FAVICON: functools.cache(self._draw_favicon),
            }
        if logo and not logo.is_drawing:
            found |= {path: functools.cache(functools.partial(icons.draw, logo, path)) for path in _PICTURES}
        elif branding.own:
            found |= dict.fromkeys(_PICTURES, lambda: None)
        if logo:
            own = bundle.file_of(logo.media_type, logo.content)
            found[logo.path] = lambda: own
        return found

    def _draw_favicon(self) -> File:
        branding = self.branding
        fill = branding.palette.shade(800)
        if branding.logo:
            return icons.draw_favicon(branding.logo)
        if branding.own:
            drawn = _INITIAL.format(fill=fill, initial=escape(branding.initial))
        else:
            drawn = bundle.files()[_FAVICON].bodies[""].decode().replace(_MARK, fill)
        return bundle.file_of("image/svg+xml", drawn.encode())

    def _write_manifest(self) -> File:
        written = json.loads(bundle.files()[_MANIFEST].bodies[""])
        written |= {"name": self.branding.name, "short_name": self.branding.name}
        written["theme_color"] = self.branding.palette.shade(800)
        drawn = [{**each, "src": self.favicon} for each in written["icons"] if each["src"] == _FAVICON]
        others = [each for each in written["icons"] if each["src"] != _FAVICON and self._has_pictures]
        written["icons"] = drawn + others
        return bundle.file_of("application/manifest+json", json.dumps(written).encode())

    @property
    def boot(self) -> Json:
        """What the pages are told."""
        branding = self.branding
        told = {
            "name": branding.name,
            "logo": self._logo() if branding.own else None,
            "terms": branding.terms_url,
            "privacy": branding.privacy_url,
            "home": branding.home_url,
        }
        return {name: value for name, value in told.items() if value}

    def _logo(self) -> Json:
        """Where there is none, its initial is as good as one, and has a ground of its own."""
        logo = self.branding.logo
        if logo is None:
            return {"src": self.favicon}
        return {"src": logo.path, "plate": True, "wide": logo.is_wide}


@functools.cache
def of(branding: Branding) -> Looks:
    """Those of a branding, which are the same for all who ask."""
    return Looks(branding)


def _style(branding: Branding) -> str:
    """Rules outside the layers of web/src/styles/colours.css, where they win over it."""
    palette = branding.palette
    shades = (f"--ui-color-primary-{step}:{palette.shade(step)}" for step in STEPS)
    return f":root{{{';'.join(shades)}}}:root,.light{{{_tone(palette.light)}}}.dark{{{_tone(palette.dark)}}}"


def _tone(tone: Tone) -> str:
    return (
        f"--ui-primary:{tone.text};--focus:{tone.text};--button:{tone.button};--on-button:{tone.on_button};"
        f"--button-hover:{tone.hover};--button-active:{tone.active};--button-edge:{tone.edge}"
    )
