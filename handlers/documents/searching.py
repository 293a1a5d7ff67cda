"""From what somebody types to the documents that have it."""

from __future__ import annotations

from handlers.documents.rows import Found, Who
from handlers.documents.store import search
from server.database import Executor
from server.documents import words

MOST, MOST_WORDS, MOST_LETTERS = 20, 8, 200
# What the database takes for alike, how alike each word has then to be to one of the title's, and from how many letters on
# anything is like anything else.
LIKENESS, LIKENESS_OF_WORDS, LEAST_LETTERS = 0.25, 0.75, 4


class Searching:
    """Looks once whether the database forgives typos."""

    def __init__(self) -> None:
        self._forgives: bool | None = None

    async def find(self, db: Executor, who: Who, text: str) -> list[Found]:
        """What has every word, each as its beginning, in the text or in the title, titles first; where nothing has, titles that are like it."""
        wanted = split(text)
        if not wanted:
            return []
        query = " & ".join(f"'{word}':*" for word in wanted)
        typed = text[:MOST_LETTERS].lower().split()
        patterns = [f"%{_escaped(word)}%" for word in typed]
        first = next((word for word in typed if word.isalnum()), wanted[0])
        line = " ".join(typed)
        found = await search.list_with(db, who, query, patterns, first, MOST)
        if found or len(line) < LEAST_LETTERS or not await self._forgives_typos(db):
            return found
        found = await search.list_like(db, who, line, LIKENESS, first, 3 * MOST)
        return [each for each in found if is_like(wanted, each.title)][:MOST]

    async def _forgives_typos(self, db: Executor) -> bool:
        if self._forgives is None:
            self._forgives = await search.forgives_typos(db)
        return self._forgives


def is_like(wanted: list[str], title: str) -> bool:
    """Whether each word could be one of the title's, mistyped: the database knows no letters that changed places."""
    from difflib import SequenceMatcher  # with the first word that was mistyped

    there = words.split(title)
    return all(
        any(SequenceMatcher(None, word, other).ratio() >= LIKENESS_OF_WORDS for other in there)
        for word in wanted
    )


def split(text: str) -> list[str]:
    """The words that are looked for."""
    return words.distinct(text[:MOST_LETTERS])[:MOST_WORDS]


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
