"""Markdown as people write it, into a document: CommonMark with GitHub's tables, tasks, strikes and callouts."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct

from server.documents import schema, text
from server.documents.inline import line
from server.documents.schema import ContentError, TooDeep
from server.model import Json

LARGEST = 4 * 1024 * 1024
# Four million letters of prose full of signs fit; what takes more was made to.
_STEPS = 1_500_000
_CELLS = 200_000
_NESTING = schema.DEPTH - 10
_TASK = re.compile(r"\[([ xX])\](?:\s+|\Z)")
_CALLOUT = re.compile(r"\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|\Z)", re.IGNORECASE)
# What tools write before a document: it begins with a name and a colon, where a line and words would be a document's.
_FRONT = re.compile(r"\A---[ \t]*\n((?:[\w-]+[ \t]*:|#).*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_NEWLINE = re.compile(r"\r\n?")
_TITLE = re.compile(r"^title:[ \t]*(['\"]?)(.+?)\1[ \t]*$", re.MULTILINE | re.IGNORECASE)


class TooLarge(ContentError):
    """More than a document may be."""


class TooComplex(ContentError):
    """Takes longer than anything that people write."""


class Reading(Struct, frozen=True):
    """What was read: the document, and what it calls itself."""

    document: Json
    title: str | None


def read(markdown: str) -> Reading:
    """The document; HTML in it becomes text, unless it is one of the few tags that Markdown has no sign for."""
    if len(markdown.encode(errors="replace")) > LARGEST:
        raise TooLarge(f"more than {LARGEST} bytes")
    whole = _NEWLINE.sub("\n", markdown.encode("utf-8", "replace").decode())
    front = _FRONT.match(whole)
    document = schema.node(
        "doc", _Builder().built(_tokens(whole[front.end() if front else 0 :])) or [schema.node("paragraph")]
    )
    named = _TITLE.search(front[1]) if front else None
    return Reading(document, named[2][: text.TITLE] if named else text.title(document))


def _tokens(markdown: str) -> list[Token]:
    if markdown.count("|") > _CELLS:
        raise TooComplex("more cells than a table has")
    try:
        tokens = _Reader().parse(markdown, {"left": _STEPS})
    except RecursionError as error:
        raise TooDeep("nested too deep") from error
    if any(each.level >= _NESTING - 1 for each in tokens if each.nesting == 1):
        raise TooDeep("nested too deep")
    return tokens


class _Reader(MarkdownIt):
    """Addresses stay as they are written, and are judged by our list."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": True, "maxNesting": _NESTING})
        self.enable(["table", "strikethrough"]).disable("html_block")
        self.core.ruler.before("inline", "signs", _signs)
        self.core.ruler.before("inline", "weigh", _weigh)
        self.inline.ruler.before("text", "steps", _step)
        self.block.ruler.before("table", "steps", _block_step)

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return schema.may_lead(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


def _spend(env: MutableMapping[str, Any], steps: int) -> None:
    env["left"] -= steps
    if env["left"] < 0:
        raise TooComplex("takes too long")


def _step(state: StateInline, silent: bool) -> bool:
    _spend(state.env, 1)
    return False


def _block_step(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    _spend(state.env, 5)
    return False


def _weigh(state: StateCore) -> None:
    """What the steps do not show: tokens, and brackets, of which each is looked at from all those before it."""
    brackets = (each.content.count("[") for each in state.tokens if each.type == "inline")
    _spend(state.env, 2 * len(state.tokens) + sum(each * min(each, _NESTING) for each in brackets))


def _signs(state: StateCore) -> None:
    """Takes the signs of tasks and callouts off the lines that begin with them, where nobody escaped them."""
    for outer, inner, words in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if inner.type != "paragraph_open" or words.type != "inline":
            continue
        if outer.type == "list_item_open" and outer.markup in "-*+" and (found := _TASK.match(words.content)):
            outer.meta["checked"] = found[1] != " "
            inner.meta["kept"] = True
        elif outer.type == "blockquote_open" and (found := _CALLOUT.match(words.content)):
            outer.meta["kind"] = found[1].lower()
        else:
            continue
        words.content = words.content[found.end() :]


class _Frame(Struct):
    """A node that is not closed yet."""

    token: Token
    content: list[Json]


class _Builder:
    """Puts nodes together as their tokens come, one after the other: the stack is ours, so it may be deep."""

    def __init__(self) -> None:
        self._frames = [_Frame(Token("doc", "", 0), [])]

    def built(self, tokens: Sequence[Token]) -> list[Json]:
        """The blocks of the document."""
        for token in tokens:
            if token.nesting > 0:
                self._frames.append(_Frame(token, []))
            elif token.nesting < 0:
                frame = self._frames.pop()
                self._frames[-1].content.extend(_closed(frame))
            else:
                self._frames[-1].content.extend(_single(token))
        return self._frames[0].content


def _single(token: Token) -> list[Json]:
    match token.type:
        case "inline":
            return line(token.children or ())
        case "fence" | "code_block":
            code = token.content.removesuffix("\n")
            language = next(iter(token.info.split()), None)
            return [schema.node("codeBlock", [schema.text(code)] if code else (), language=language)]
        case "hr":
            return [schema.node("horizontalRule")]
    return []


def _closed(frame: _Frame) -> list[Json]:
    token, content = frame.token, frame.content
    match token.type:
        case "paragraph_open":
            return _apart("paragraph", content) or [schema.node("paragraph")] * ("kept" in token.meta)
        case "heading_open":
            level = int(token.tag[1:])
            return _apart("heading", content, level=level) or [schema.node("heading", level=level)]
        case "list_item_open":
            return [_item(token, content)]
        case "bullet_list_open" | "ordered_list_open":
            return _lists(token, content)
        case "blockquote_open" | "table_open" | "tr_open" | "th_open" | "td_open":
            return [_around(token, content)]
    return content


def _apart(name: str, content: Sequence[Json], **attrs: object) -> list[Json]:
    """Pictures are blocks in the editor, and stand between the words; the space around them goes."""
    if all(each["type"] != "image" for each in content):
        return [schema.node(name, content, **attrs)] if content else []
    found: list[Json] = []
    for picture, group in groupby(content, key=lambda each: each["type"] == "image"):
        nodes = list(group)
        if picture:
            found += nodes
        elif any(each["type"] != "text" or each["text"].strip() for each in nodes):
            found.append(schema.node(name, nodes, **attrs))
    return found


def _item(token: Token, content: list[Json]) -> Json:
    """An item begins with a paragraph, in the editor."""
    begun = content and content[0]["type"] == "paragraph"
    whole = content if begun else [schema.node("paragraph"), *content]
    if "checked" in token.meta:
        return schema.node("taskItem", whole, checked=token.meta["checked"])
    return schema.node("listItem", whole)


def _lists(token: Token, items: Sequence[Json]) -> list[Json]:
    """Tasks and other items of one list are several, in the editor."""
    if token.tag == "ol":
        return [schema.node("orderedList", items, start=token.attrs.get("start", 1))]
    names = {"taskItem": "taskList", "listItem": "bulletList"}
    return [schema.node(names[kind], list(group)) for kind, group in groupby(items, key=itemgetter("type"))]


def _around(token: Token, content: list[Json]) -> Json:
    match token.tag:
        case "table":
            return schema.node("table", content)
        case "tr":
            return schema.node("tableRow", content)
        case "blockquote":
            inside = content or [schema.node("paragraph")]
            kind = token.meta.get("kind")
            return schema.node("callout", inside, kind=kind) if kind else schema.node("blockquote", inside)
    align = str(token.attrs.get("style", "")).removeprefix("text-align:") or None
    name = "tableHeader" if token.tag == "th" else "tableCell"
    return schema.node(name, _apart("paragraph", content) or [schema.node("paragraph")], align=align)
