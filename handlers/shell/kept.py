"""What a browser keeps for when there is no server: a worker, and the shell as it is for nobody in particular."""

from __future__ import annotations

import functools
import json
from importlib import resources

import web
from handlers.shell import bundle, looks, pages
from handlers.shell.bundle import File
from handlers.shell.looks import Looks
from handlers.shell.policy import digest, policy
from handlers.shell.routes import BundleFile, templates
from server.languages.accept import current
from server.languages.sentences import translate

# A worker may ask this origin, and run nothing but itself.
_WORKER = "default-src 'none'; connect-src 'self'; script-src 'self'"


@functools.cache
def _text(name: str) -> str:
    return resources.files(web).joinpath("templates", name).read_text()


class Worker(BundleFile):
    """The worker, or where no page opens without a server, one that takes an earlier one away."""

    async def find(self) -> File | None:
        """The bundle's, unless documents are off."""
        if pages.opens(self.services.parts.names):
            return bundle.files().get("/sw.js")
        return bundle.file_of("text/javascript", _text("gone.js").encode())

    def describe(self, file: File) -> None:
        """Its policy is what it has asked for counts against, not that of a page."""
        self.set_header("Content-Security-Policy", _WORKER)


class KeptShell(BundleFile):
    """The shell without anybody's data, the same for all of one language: its scripts run by their digest."""

    async def find(self) -> File | None:
        """Nothing where no page opens without a server: a worker that hears so goes."""
        opens = pages.opens(self.services.parts.names)
        return _kept(self.services.boot, self._look, current(), opens) if opens else None

    def describe(self, file: File) -> None:
        """What it needs beside the build, and which pages it opens, goes to the worker that keeps it."""
        self.set_header("Vary", "Accept-Encoding, Accept-Language")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")
        style = digest(self._look.style) if self._look.style else ""
        script = digest(_text("kept.js"))
        self.set_header("Content-Security-Policy", policy(self.services.sources, script, style))
        self.set_header("X-Kept-Files", " ".join((bundle.entry().script, *self._pictures())))
        self.set_header("X-Kept-Opens", pages.opens(self.services.parts.names))

    @property
    def _look(self) -> Looks:
        return looks.of(self.services.config.branding)

    def _pictures(self) -> tuple[str, ...]:
        logo = self._look.branding.logo
        return (self._look.favicon, *((logo.path,) if logo else ()))


@functools.cache
def _kept(settings: str, look: Looks, language: str, opens: str) -> File:
    shown = {
        "app": look.branding,
        "boot": {"session": None, "settings": json.loads(settings)},
        "entry": bundle.entry(),
        "home": pages.home(json.loads(settings)["features"]),
        "language": language,
        "look": look,
        "loader": _text("kept.js"),
        "opens": opens,
        "say": functools.partial(translate, language, app=look.branding.name),
    }
    return bundle.file_of("text/html", templates().get_template("kept.html").render(shown).encode())
