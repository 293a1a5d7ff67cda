"""Colours as they look: OKLCH (Ottosson's OKLab in polar form), and contrast as WCAG 2 counts it."""

from __future__ import annotations

import functools
import math

_LINEAR = 0.04045
_DARKEST = 0.0031308
_STEPS = 24


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of `#rrggbb`, in light rather than in numbers."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def _light(value: float) -> float:
    return float(value / 12.92 if value <= _LINEAR else ((value + 0.055) / 1.055) ** 2.4)


def _number(light: float) -> float:
    return float(light * 12.92 if light <= _DARKEST else 1.055 * light ** (1 / 2.4) - 0.055)


def luminance(colour: str) -> float:
    """How bright it is, from 0 to 1."""
    red, green, blue = channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@functools.cache
def contrast(one: str, other: str) -> float:
    """From 1 to 21; text that is read takes 4.5, what is only seen takes 3."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`share` of one colour laid over the other, as a browser draws what is partly transparent."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(share * upper + (1 - share) * lower):02x}" for upper, lower in pairs)


def read(colour: str) -> tuple[float, float, float]:
    """Lightness from 0 to 1, chroma, and hue in radians."""
    red, green, blue = channels(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def write(lightness: float, chroma: float, hue: float) -> str:
    """The nearest colour that a screen has: of this lightness and hue, paler where it has none as strong."""
    low, high = 0.0, chroma
    if _fits(_mixed(lightness, chroma, hue)):
        low = chroma
    else:
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if _fits(_mixed(lightness, middle, hue)) else (low, middle)
    found = (min(max(_number(max(each, 0.0)), 0.0), 1.0) for each in _mixed(lightness, low, hue))
    return "#" + "".join(f"{round(255 * each):02x}" for each in found)


def _mixed(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _fits(light: tuple[float, float, float]) -> bool:
    return all(-0.0001 <= each <= 1.0001 for each in light)
