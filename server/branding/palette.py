"""From one colour to all that the app and its mails need of it: shades, and in light and dark what can be read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from msgspec import Struct

from server.branding import oklch
from server.branding.oklch import contrast

STEPS = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)
WHITE, DARK = "#ffffff", "#1b1a18"
READ, SEEN = 4.5, 3.0
# How light each step is, and how much of the colour's strength it has: as the app's own green.
_LIGHTNESS = (0.971, 0.929, 0.867, 0.788, 0.706, 0.607, 0.523, 0.448, 0.388, 0.338, 0.251)
_STRENGTH = (0.12, 0.3, 0.57, 0.82, 1.0, 1.0, 0.9, 0.75, 0.62, 0.5, 0.37)
# What text stands on: cards, the page, what is raised above it; see web/src/styles/colours.css.
_LIGHT_GROUND = (WHITE, "#faf9f6", "#f3f1ec")
_DARK_GROUND = (DARK, "#121110", "#292825")
_TINT = 0.1  # how strong the colour is behind text that has it, too


class Tone(Struct, frozen=True):
    """In light or in dark: text and lines of the colour; a button with its text, under the pointer, pressed, its edge."""

    text: str
    button: str
    on_button: str
    hover: str
    active: str
    edge: str


class Palette(Struct, frozen=True):
    """`shades` are those of STEPS."""

    shades: tuple[str, ...]
    light: Tone
    dark: Tone

    def shade(self, step: int) -> str:
        """One of them."""
        return self.shades[STEPS.index(step)]


# As web/src/styles/colours.css has it.
PINE = Palette(
    ("#eef8f5", "#d5eee8", "#afdfd5", "#82cabd", "#57b3a5", "#349486", "#23796e", "#1c615a", "#194e49", "#173f3c", "#0b2726"),
    Tone("#1c615a", "#1c615a", WHITE, "#194e49", "#173f3c", "#1c615a"),
    Tone("#82cabd", "#82cabd", "#0b2726", "#afdfd5", "#d5eee8", "#82cabd"),
)  # fmt: skip


@functools.cache
def derive(colour: str) -> Palette:
    """What `#rrggbb` becomes: itself wherever it can be read, else the nearest to it that can."""
    _, chroma, hue = oklch.read(colour)
    shades = (
        oklch.write(light, chroma * part, hue) for light, part in zip(_LIGHTNESS, _STRENGTH, strict=True)
    )
    return Palette(tuple(shades), _light(colour), _dark(colour))


def _light(colour: str) -> Tone:
    text = _shifted(colour, lambda found: _reads(found, _LIGHT_GROUND), -1)
    edge = _shifted(colour, lambda found: _least(found, _LIGHT_GROUND) >= SEEN, -1)
    return _tone(text, colour, edge)


def _dark(colour: str) -> Tone:
    """A button of a dark colour would not be seen here: it is as light as it takes."""
    text = _shifted(colour, lambda found: _reads(found, _DARK_GROUND), 1)
    button = _shifted(colour, lambda found: _least(found, _DARK_GROUND) >= SEEN, 1)
    return _tone(text, button, button)


def _tone(text: str, colour: str, edge: str) -> Tone:
    button = _shifted(colour, lambda found: contrast(found, _on(found)) >= READ, -1)
    written = _on(button)
    away = 1 if written == DARK else -1
    hover, active = (_step(button, written, away * part) for part in (0.05, 0.1))
    return Tone(text, button, written, hover, active, button if edge == colour else edge)


def _on(colour: str) -> str:
    """What is written on it: white if that can be read, dark if not."""
    return WHITE if contrast(colour, WHITE) >= READ or contrast(colour, DARK) < READ else DARK


def _step(colour: str, written: str, by: float) -> str:
    """A little lighter or darker; the other way where there is no way left, or none that could be read."""
    light, chroma, hue = oklch.read(colour)
    moved = light + by if 0.05 <= light + by <= 1 else light - by
    found = oklch.write(moved, chroma, hue)
    return found if contrast(found, written) >= READ else colour


def _reads(colour: str, grounds: Iterable[str]) -> bool:
    """On each of them, and on the first with a tint of the colour itself."""
    first, *others = grounds
    return _least(colour, (first, *others, oklch.mix(colour, first, _TINT))) >= READ


def _least(colour: str, grounds: Iterable[str]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _shifted(colour: str, good: Callable[[str], bool], towards: int) -> str:
    """The colour, or the nearest that is good: darker where `towards` is -1, lighter where it is 1."""
    if good(colour):
        return colour
    light, chroma, hue = oklch.read(colour)
    end = 1.0 if towards > 0 else 0.0
    for number in range(1, 101):
        found = oklch.write(light + (end - light) * number / 100, chroma, hue)
        if good(found):
            return found
    return WHITE if towards > 0 else "#000000"
