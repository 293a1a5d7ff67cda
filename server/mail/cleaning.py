"""What strangers may put into a mail: names and browsers are user input, and a mail carries our name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

# What every template may ask for, and the longest that is shown of it.
_MOST = {
    "name": 60,
    "browser": 60,
    "system": 60,
    "place": 80,
    "ip_address": 45,
    "time": 60,
}
_JOINERS = "\u200c\u200d"  # Persian and emoji need them
_UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# Accents beyond the fourth on one letter climb over the lines above.
_ACCENTS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)
# A mail program makes a link of these: whoever signs up as "win at evil.com" with another's address sends no advert.
_LINKLIKE = re.compile(r"\w\w\.\w\w|@|://|\bwww\.", re.IGNORECASE)


def clean(context: Mapping[str, str], members: Mapping[str, int]) -> dict[str, str]:
    """Every value on one line, without control characters, of bounded length; a name that reads as a link is left out.

    `members` are further values with the longest that is shown of each. What was not given is "".
    """
    cleaned = {
        name: _cut(_plain(context.get(name, "")), most) for name, most in (_MOST | dict(members)).items()
    }
    name = "" if _LINKLIKE.search(cleaned["name"]) else cleaned["name"]
    return cleaned | {"name": name, "url": context.get("url", "")}


def _plain(text: str) -> str:
    spaced = re.sub(r"\s+", " ", text).strip()
    return "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNWANTED)


def _cut(text: str, most: int) -> str:
    """No longer than `most`, and no tower of accents over one letter."""
    text = re.sub(
        r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+",
        r"\1",
        text,
    )
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
