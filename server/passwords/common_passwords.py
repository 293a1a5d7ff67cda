"""PASSWORD_CHECK=common: refuses what is guessed first, with lists that come with the server. S4."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable

# What a guesser has to find besides words he knows: a year, or less.
_MOST_LEFT = 4
_SHORTEST_WORD = 3
_LONGEST_CONTEXT = 200
_NO_LETTER = re.compile(r"[\W_]+")


@functools.cache
def most_used() -> frozenset[str]:
    """zxcvbn's 30,000 most used passwords, in lower case; loading them takes 50 ms and 15 MB, once."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """Whether the whole password is one of the most used, in capitals or not."""
    return _fold(password) in most_used()


def is_made_of(password: str, context: Iterable[str]) -> bool:
    """Whether the password is one of these names or e-mail addresses, but for a few characters."""
    rest = _NO_LETTER.sub("", _fold(password))
    words = sorted({word for text in context for word in _words(text)}, key=len, reverse=True)
    whole = len(rest)
    for word in words:
        rest = rest.replace(word, "")
    return len(rest) < whole and len(rest) <= _MOST_LEFT


def _words(text: str) -> set[str]:
    """A text's words, and the text and the part before the @ as one word each."""
    folded = _fold(text[:_LONGEST_CONTEXT])
    parts = {
        *_NO_LETTER.split(folded),
        *(_NO_LETTER.sub("", each) for each in (folded, folded.partition("@")[0])),
    }
    return {part for part in parts if len(part) >= _SHORTEST_WORD}


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
