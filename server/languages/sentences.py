"""The catalogues, web/locales/LANGUAGE/*.json: each English sentence, and what it is called; English is in the code."""

from __future__ import annotations

import functools
import json
import re
from importlib import resources

import web

ENGLISH = "en"
_GAP = re.compile(r"\{(\w+)\}")


@functools.cache
def languages() -> tuple[str, ...]:
    """Those that there are: English, and each with a folder."""
    folder = resources.files(web).joinpath("locales")
    return (ENGLISH, *sorted(each.name for each in folder.iterdir() if each.is_dir()))


@functools.cache
def _sentences(language: str) -> dict[str, str]:
    if language not in languages() or language == ENGLISH:
        return {}
    folder = resources.files(web).joinpath("locales", language)
    found: dict[str, str] = {}
    for name in ("app.json", "server.json"):
        found |= json.loads(folder.joinpath(name).read_text("utf-8"))
    return found


def translate(language: str, sentence: str, **values: object) -> str:
    """The sentence in the language, with the values in the place of their {names}."""
    return _GAP.sub(lambda gap: str(values.get(gap[1], gap[0])), _sentences(language).get(sentence, sentence))
