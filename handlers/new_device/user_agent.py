"""What a browser calls itself, in words for a mail: which browser, on which system. Versions change too often."""

from __future__ import annotations

# The first that is found counts: Edge and Opera also say Chrome, and Chrome also says Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser(user_agent: str) -> str:
    """Its name, or "an unknown browser"."""
    return next((name for mark, name in _BROWSERS if mark in user_agent), "an unknown browser")


def system(user_agent: str) -> str:
    """Its name, or "an unknown system"."""
    return next((name for mark, name in _SYSTEMS if mark in user_agent), "an unknown system")
