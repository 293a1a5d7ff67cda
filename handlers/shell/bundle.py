"""The built frontend in memory: each file with its compressed forms, and what the shell has to load."""

from __future__ import annotations

import functools
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from msgspec import Struct

import web
from handlers.shell import pages
from server.config.settings import Settings
from server.errors import StartError

_ENTRY = "src/main.ts"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2"}


class File(Struct, frozen=True):
    """One file: its media type, a validator, and its bytes by content encoding ("" is plain)."""

    media_type: str
    etag: str
    bodies: dict[str, bytes]


@dataclass(frozen=True)
class Entry:
    """What the shell's head names: the script, its style sheets, the modules it will import."""

    script: str
    styles: tuple[str, ...]
    preloads: tuple[str, ...]


@functools.cache
def files() -> dict[str, File]:
    """URL path → file, for all that the bundle holds but its manifest."""
    found = dict(_walk(resources.files(web).joinpath("dist"), ""))
    return {
        path: _file(path, {encoding: found[path + suffix] for encoding, suffix in _present(path, found)})
        for path in found
        if not path.endswith((".br", ".gz")) and not path.startswith("/.vite/")
    }


def _present(path: str, found: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(name, suffix) for name, suffix in (("", ""), *_ENCODINGS) if path + suffix in found]


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    if not folder.is_dir():
        raise StartError("the browser app is not built: run `make web`")
    found = []
    for item in folder.iterdir():
        path = f"{prefix}/{item.name}"
        found += _walk(item, path) if item.is_dir() else [(path, item.read_bytes())]
    return found


def _file(path: str, bodies: dict[str, bytes]) -> File:
    suffix = path[path.rfind(".") :]
    return file_of(_TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream", bodies)


def file_of(media_type: str, bodies: dict[str, bytes] | bytes) -> File:
    """A file of these bytes, by content encoding or as they are."""
    bodies = bodies if isinstance(bodies, dict) else {"": bodies}
    text = media_type.startswith("text/") or media_type == "image/svg+xml"
    etag = f'W/"{hashlib.sha256(bodies[""]).hexdigest()[:20]}"'  # weak: the compressed forms have it, too
    return File(media_type + ("; charset=utf-8" if text else ""), etag, bodies)


def check(_settings: Settings) -> None:
    """Raises StartError when the bundle is not there."""
    entry()


@functools.cache
def entry(
    page: str = "",
    layout: str = "",
    ways: tuple[str, ...] = (),
    features: tuple[str, ...] | None = None,
    language: str = "",
) -> Entry:
    """Read from Vite's manifest: what every page loads, and what this page and its layouts do; raises StartError.

    `ways` are the features that offer a way to come in, `features` those that are on: all, unless given;
    a page waits for the catalogue of its `language`.
    """
    manifest = _manifest()
    found = _Needed(manifest)
    found.add(_ENTRY)
    found.preload(f"locales/{language}/app.json")
    for key in pages.sources(page, layout, ways, features) if page else ():
        found.preload(key)
    return Entry(f"/{manifest[_ENTRY]['file']}", tuple(found.styles), tuple(found.preloads))


@functools.cache
def _manifest() -> dict[str, dict[str, Any]]:
    path = resources.files(web).joinpath("dist", ".vite", "manifest.json")
    if not path.is_file():
        raise StartError("the browser app is not built: run `make web`")
    manifest: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return manifest


class _Needed:
    """The style sheets and static imports of chunks, those of their imports included, each once."""

    def __init__(self, manifest: dict[str, dict[str, Any]]) -> None:
        self._manifest = manifest
        self._seen: set[str] = set()
        self.styles: list[str] = []
        self.preloads: list[str] = []

    def preload(self, key: str) -> None:
        """A chunk that will be imported, where the bundle has it, and all that it needs."""
        if key in self._manifest and key not in self._seen:
            self.preloads.append(f"/{self._manifest[key]['file']}")
            self.add(key)

    def add(self, key: str) -> None:
        """What a chunk needs beside itself."""
        self._seen.add(key)
        chunk = self._manifest[key]
        for imported in chunk.get("imports", []):
            self.preload(imported)
        self.styles += [path for name in chunk.get("css", []) if (path := f"/{name}") not in self.styles]
