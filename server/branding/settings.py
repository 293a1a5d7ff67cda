"""The settings of it: APP_NAME, APP_LOGO, APP_COLOR, TERMS_URL, PRIVACY_URL and HOME_URL, read and checked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from server.branding import logo, palette
from server.branding.logo import Logo
from server.branding.palette import PINE, Palette
from server.errors import SettingsError
from server.protocol import rules, uri

APP = "AI-Editor"
MOST_LETTERS = 60
_MOST_ADDRESS = 2000
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"  # Persian and emoji need them
_MARKS = ("Mn", "Mc", "Me")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class Branding(Struct, frozen=True):
    """What people see of whose server it is; by itself the app's own name and colour.

    Addresses are absolute, or a path of this origin.
    """

    name: str = APP
    logo: Logo | None = None
    color: str | None = None
    terms_url: str | None = None
    privacy_url: str | None = None
    home_url: str | None = None

    @property
    def own(self) -> bool:
        """Whether somebody made it theirs: then nothing speaks of this app any more, nor shows its mark."""
        return self.name != APP or self.logo is not None

    @property
    def palette(self) -> Palette:
        """The colour, in all that is needed of it."""
        return palette.derive(self.color) if self.color else PINE

    @property
    def initial(self) -> str:
        """What stands for the name where there is no logo: its first letter, with the marks and joiners on it."""
        start = next(at for at, each in enumerate(self.name) if _is_shown(each))
        found = self.name[start]
        for each in self.name[start + 1 :]:
            if not (unicodedata.category(each) in _MARKS or each == "\u200d" or found[-1] == "\u200d"):
                break
            found += each
        large = found.upper()
        return large if len(large) == len(found) else found


def read(text: Callable[[str], str | None], base_url: str) -> Branding:
    """From a reader's `text`; raises SettingsError."""
    return Branding(
        name=_name(text("APP_NAME") or APP),
        logo=_logo(text("APP_LOGO")),
        color=_color(text("APP_COLOR")),
        terms_url=_address("TERMS_URL", text("TERMS_URL"), "/terms"),
        privacy_url=_address("PRIVACY_URL", text("PRIVACY_URL"), "/privacy"),
        home_url=_home(text("HOME_URL"), base_url),
    )


def _name(name: str) -> str:
    """It stands in titles, in subjects and as the sender of mails."""
    hidden = any(unicodedata.category(each) in _HIDDEN and each not in _JOINERS for each in name)
    if hidden or len(name) > MOST_LETTERS or re.search(r"[<>{}\\]", name) or not _shows_something(name):
        shown = "".join(each for each in name[:MOST_LETTERS] if each.isprintable())
        raise SettingsError(
            f"APP_NAME is {shown!r}; it takes a name of at most {MOST_LETTERS} letters, such as Acme"
            " (without < > { } and \\, and what cannot be seen)"
        )
    return name


def _shows_something(name: str) -> bool:
    """A letter, a digit or a picture: of dots and dashes no initial can be made."""
    return not rules.shows_nothing(name) and any(map(_is_shown, name))


def _is_shown(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter) == "So"


def _logo(path: str | None) -> Logo | None:
    if path is None:
        return None
    try:
        if "://" in path or path.startswith("data:"):
            raise ValueError("it is an address")
        return logo.read(Path(path).expanduser().absolute())
    except (OSError, RuntimeError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise SettingsError(
            f"APP_LOGO is {path[:80]!r} ({why}); it takes the path of a picture: SVG, PNG or WebP of at most"
            f" {logo.MOST_BYTES // 1024} kB"
        ) from None


def _color(color: str | None) -> str | None:
    if color is not None and not _COLOUR.fullmatch(color):
        raise SettingsError(
            f"APP_COLOR is {color[:80]!r}; it takes # and six hexadecimal digits, such as #1a73e8"
        )
    return color and color.lower()


def _home(address: str | None, base_url: str) -> str | None:
    """Not this server's start page itself, where a browser would go in a circle."""
    found = _address("HOME_URL", address, "/login")
    parsed = uri.parse(found, base_url) if found else None
    if parsed and parsed.origin == uri.origin(base_url) and parsed.pathname in ("", "/"):
        raise SettingsError(
            f"HOME_URL is {address!r}, which is the start page itself; it takes /login, or another address"
        )
    return found


def _address(name: str, text: str | None, example: str) -> str | None:
    """An http(s) address as a browser reads it, or a path of this origin as it stands."""
    if text is None:
        return None
    is_path = text.startswith("/")
    fits = re.fullmatch(r"[!-~\u00a1-\U0010ffff]+", text) and len(text) <= _MOST_ADDRESS
    parsed = uri.parse(text, "https://path.invalid" if is_path else None) if fits else None
    good = parsed is not None and (
        not re.match(r"/[/\\]", text)
        if is_path
        else _is_web(text) and not (parsed.username or parsed.password)
    )
    if parsed is None or not good:
        raise SettingsError(
            f"{name} is {text[:80]!r}; it takes an address such as https://www.example.com{example}, or a path of"
            f" this server such as {example}"
        )
    return f"{parsed.pathname}{parsed.search}{parsed.hash}" if is_path else parsed.href


def _is_web(text: str) -> bool:
    return re.match(r"https?://[^/?#\\]", text, re.IGNORECASE) is not None
