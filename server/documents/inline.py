"""What stands in a line of Markdown: words with marks, breaks, pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token

from server.documents import schema
from server.documents.attachments import source_of
from server.documents.model import Place
from server.model import Json

_MARKS = {"strong": "bold", "em": "italic", "s": "strike"}
# What the editor knows and Markdown has no sign for, or not everywhere.
_TAGS = {
    "u": "underline",
    "ins": "underline",
    "mark": "highlight",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strike",
    "del": "strike",
}
_TAG = re.compile(r"<(/?)([a-z]+)\s*/?>", re.IGNORECASE)


def line(tokens: Sequence[Token], place: Place | None = None) -> list[Json]:
    """The nodes of a line."""
    return schema.joined(_Marks(place).nodes(tokens))


class _Marks:
    """Those that are open, each with its attributes as often as it was opened."""

    def __init__(self, place: Place | None) -> None:
        self._place = place
        self._open: dict[str, list[Json]] = {}

    def nodes(self, tokens: Sequence[Token]) -> Iterator[Json]:
        """Each token as a node, unless it opens or closes a mark."""
        for token in tokens:
            match token.type:
                case "text" | "text_special":
                    yield self._text(token.content)
                case "code_inline":
                    yield self._code(token.content)
                case "softbreak":
                    yield self._text(" ")
                case "hardbreak":
                    yield schema.node("hardBreak")
                case "image":
                    yield self._picture(token)
                case "html_inline":
                    yield from self._html(token.content)
                case _:
                    self._turn(token)

    def _turn(self, token: Token) -> None:
        if token.type == "link_open":
            self._begin("link", href=token.attrs.get("href"), title=token.attrs.get("title"))
        elif token.nesting > 0 and token.tag in _MARKS:
            self._begin(_MARKS[token.tag])
        elif token.nesting < 0:
            self._end("link" if token.type == "link_close" else _MARKS.get(token.tag, ""))

    def _begin(self, name: str, **attrs: object) -> None:
        self._open.setdefault(name, []).append(attrs)

    def _end(self, name: str) -> None:
        if self._open.get(name):
            self._open[name].pop()

    def _marks(self, **more: Json) -> list[Json]:
        marks = {name: attrs[-1] for name, attrs in self._open.items() if attrs} | more
        return schema.ordered(marks.items())

    def _text(self, words: str) -> Json:
        return schema.text(words, self._marks())

    def _code(self, words: str) -> Json:
        """In the editor code has no other mark; where a link leads matters more than how it looks."""
        return self._text(words) if self._open.get("link") else schema.text(words, [schema.mark("code")])

    def _picture(self, token: Token) -> Json:
        """Those of the document as pictures, others as links."""
        address = token.attrs.get("src")
        source = source_of(address, self._place)
        alt = "".join(each.content for each in token.children or () if each.type != "image")
        if source:
            return schema.node("image", src=source, alt=alt or None, title=token.attrs.get("title"))
        if self._open.get("link"):
            return self._text(alt)
        marks = self._marks(link={"href": address, "title": token.attrs.get("title")})
        return schema.text(alt or str(address), marks)

    def _html(self, tag: str) -> Iterator[Json]:
        """A few tags count; a comment is nothing, and everything else is the text that it is."""
        found = _TAG.fullmatch(tag)
        name = found[2].lower() if found else ""
        if found and name == "br":
            yield schema.node("hardBreak")
        elif found and name in _TAGS:
            if found[1]:
                self._end(_TAGS[name])
            else:
                self._begin(_TAGS[name])
        elif not tag.startswith("<!--"):
            yield self._text(tag)
