"""The words of a document: for the search, for counting, for its title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.model import Json

TITLE = 200
# Where a script has no spaces, every character counts.
_ALONE = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_ALONE}]|[^\W{_ALONE}]+(?:['\u2019.,-][^\W{_ALONE}]+)*")
_SPACE = re.compile(r"\s+")


def plain(node: Json) -> str:
    """The words in a node, a line for each paragraph or heading, however deep they stand."""
    return "\n".join(_lines(node))


def words(node: Json) -> int:
    """How many words; where a script has no spaces, every character is one."""
    return len(_WORD.findall(plain(node)))


def title(document: Json) -> str | None:
    """What it may be called: its first heading, else its first line, in 200 characters."""
    headings = (
        line for each in document.get("content", ()) if each["type"] == "heading" for line in _lines(each)
    )
    found = next(headings, None) or next(_lines(document), None)
    return _SPACE.sub(" ", found.split("\n")[0]).strip()[:TITLE] if found else None


def _lines(node: Json) -> Iterator[str]:
    """Without calling itself: a hostile document is nested as deep as it likes."""
    line: list[str] = []
    waiting: list[Json | None] = [None, node]
    while waiting:
        each = waiting.pop()
        if each is not None and each["type"] in ("text", "mention"):
            line.append(_leaf(each))
            continue
        if found := "".join(line).strip():
            yield found
        line = [_leaf(each)] if each else []
        if each and each.get("content"):
            waiting += [None, *reversed(each["content"])]


def _leaf(node: Json) -> str:
    attrs = node.get("attrs", {})
    match node["type"]:
        case "text":
            return str(node.get("text", ""))
        case "mention":
            return mention(attrs)
        case "image":
            return " ".join(str(attrs[each]) for each in ("alt", "title") if attrs.get(each))
        case "file":
            return str(attrs.get("name") or "")
    return ""


def mention(attrs: Json) -> str:
    """How somebody is named in a line."""
    return f"{attrs.get('mentionSuggestionChar') or '@'}{attrs.get('label') or attrs.get('id') or ''}"
