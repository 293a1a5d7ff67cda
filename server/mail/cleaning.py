"""What strangers may put into a mail: names and browsers are user input, and a mail carries our name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from server.mail.links import has_link, unlink
from server.protocol import rules

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
# Marks beyond the fourth on one letter climb over the lines above; no language needs more.
_MARKS = {"Mn", "Me"}
_MOST_MARKS = 4


def clean(context: Mapping[str, str], members: Mapping[str, int]) -> dict[str, str]:
    """Every value on one line, without control characters, of bounded length; a name that reads as a link is left out.

    `members` are further values with the longest that is shown of each. What was not given is "".
    """
    cleaned = {
        name: _cut(_plain(context.get(name, "")), most) for name, most in (_MOST | dict(members)).items()
    }
    # Whoever signs up as "win at evil.com" with another's address sends no advert.
    name = unlink(cleaned["name"])
    name = "" if has_link(_bare(name)) else name
    return cleaned | {"name": name, "url": context.get("url", "")}


def _plain(text: str) -> str:
    spaced = re.sub(r"\s", " ", text)
    shown = "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _UNWANTED)
    text = " ".join(_level(shown).split())
    return "" if rules.shows_nothing(text) else text


def _level(text: str) -> str:
    """No tower of marks over a letter, and none on a space: it would stand over what comes before the value."""
    kept, room = [], 0
    for character in text:
        if _is_mark(character):
            if not room:
                continue
            room -= 1
        elif character not in _JOINERS:  # which part no letter from its marks
            room = 0 if character == " " else _MOST_MARKS
        kept.append(character)
    return "".join(kept)


def _bare(text: str) -> str:
    """As a mail program may read it that looks for links."""
    return "".join(c for c in text if c not in _JOINERS and not _is_mark(c))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
