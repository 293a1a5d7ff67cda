"""A text as the words by which it is found: the same for what is written and for what is looked for."""

from __future__ import annotations

import functools
import re
import unicodedata

# Of words alone, as the index has them: it holds a megabyte, and nobody types longer ones.
MOST_WORDS, MOST_LETTERS = 20_000, 40
_MARKS = re.compile(r"[\u0300-\u036f]+")
# Where no spaces stand between words, each sign is one.
_ALONE = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


@functools.cache
def _word() -> re.Pattern[str]:
    """Made with the first text: it takes longer than all else here."""
    return re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")


def fold(text: str) -> str:
    """Without capitals and accents."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def split(text: str) -> list[str]:
    """The words of a text in their order, folded, each as long as it is kept."""
    return [word[:MOST_LETTERS] for word in _word().findall(fold(text))]


def distinct(text: str) -> list[str]:
    """Each word once, and no more than an index holds."""
    return list(dict.fromkeys(split(text)))[:MOST_WORDS]


def pieces(text: str) -> list[tuple[str, str]]:
    """The text as it stands, in words and what is between them, each with its word, folded, or ""."""
    found: list[tuple[str, str]] = []
    end = 0
    for match in _word().finditer(text):
        if match.start() > end:
            found.append((text[end : match.start()], ""))
        found.append((match[0], fold(match[0])[:MOST_LETTERS]))
        end = match.end()
    return [*found, (text[end:], "")] if end < len(text) else found
