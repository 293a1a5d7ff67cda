"""Markdown as people write it, into a document: CommonMark with GitHub's tables, tasks, strikes and callouts."""

from __future__ import annotations

import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec import Struct

from server.documents import markdown, schema, text
from server.documents.attachments import file_of, unlinked
from server.documents.inline import line
from server.documents.model import Place
from server.documents.schema import ContentError, TooDeep
from server.model import Json

LARGEST = 4 * 1024 * 1024
# Four million letters of prose full of signs fit; what takes more was made to.
_STEPS = 1_500_000
_CELLS = 200_000
_NONE = -2
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


def read(written: str, place: Place | None = None) -> Reading:
    """The document; HTML in it becomes text, unless it is one of the few tags that Markdown has no sign for.

    What has the address of an attachment in its place is that attachment.
    """
    if len(written.encode(errors="replace")) > LARGEST:
        raise TooLarge(f"more than {LARGEST} bytes")
    whole = _NEWLINE.sub("\n", written.encode("utf-8", "replace").decode())
    front = _FRONT.match(whole)
    tokens = _tokens(whole[front.end() if front else 0 :])
    document = schema.node("doc", _Builder(place).built(tokens) or [schema.node("paragraph")])
    named = _TITLE.search(front[1]) if front else None
    return Reading(document, named[2][: text.TITLE] if named else text.title(document))


def kept(present: Json, wanted: Json) -> Json:
    """The wanted document, which came from Markdown, with what Markdown cannot say of blocks that stay as they are."""
    blocks = present.get("content", [])
    other = {
        at for start, stop, *_ in schema.differences(blocks, wanted["content"]) for at in range(start, stop)
    }
    said = [_said(each) if at in other else [each] for at, each in enumerate(blocks)]
    places = _places(said, wanted["content"])
    if not any(said) and wanted == schema.empty():
        return present
    content: list[Json] = []
    at, last = 0, -1  # the block that was kept last, where nothing came between
    while at < len(wanted["content"]):
        owner = places.get(at, _NONE)
        if owner == _NONE:
            content.append(wanted["content"][at])
        else:
            alone = last == _NONE or any(said[last + 1 : owner])
            content += blocks[owner if alone else last + 1 : owner + 1]
        at += 1 if owner == _NONE else len(said[owner])
        last = owner
    if last >= 0 and not any(said[last + 1 :]):
        content += blocks[last + 1 :]
    return schema.node("doc", content)


def _said(block: Json) -> list[Json]:
    """What comes back of it from Markdown: of what has no words, nothing; itself, where that cannot be said."""
    written = markdown.markdown(schema.node("doc", [block]))
    try:
        return list(read(written).document["content"]) if written else []
    except ContentError:
        return [block]


def _places(said: Sequence[Sequence[Json]], wanted: Sequence[Json]) -> dict[int, int]:
    """Where in what is wanted each of them stands as a whole: which one, by place."""
    flat = [each for several in said for each in several]
    ends = [*schema.differences(flat, wanted), (len(flat), len(flat), len(wanted), len(wanted))]
    begins = [(0, 0), *((stop, end) for _, stop, _, end in ends)]
    same = {
        old: begin + old - start
        for (start, begin), (stop, *_) in zip(begins, ends, strict=False)
        for old in range(start, stop)
    }
    found, start = {}, 0
    for owner, several in enumerate(said):
        new = same.get(start, -1)
        if several and new >= 0 and all(same.get(start + each) == new + each for each in range(len(several))):
            found[new] = owner
        start += len(several)
    return found


def _tokens(written: str) -> list[Token]:
    if written.count("|") > _CELLS:
        raise TooComplex("more cells than a table has")
    try:
        tokens = _reader().parse(written, {"left": _STEPS})
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
        return schema.may_lead(url) or schema.may_show(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link


@cache
def _reader() -> _Reader:
    """Keeps nothing of what it reads."""
    return _Reader()


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

    def __init__(self, place: Place | None) -> None:
        self._place = place
        self._frames = [_Frame(Token("doc", "", 0), [])]

    def built(self, tokens: Sequence[Token]) -> list[Json]:
        """The blocks of the document."""
        for token in tokens:
            if token.nesting > 0:
                self._frames.append(_Frame(token, []))
            elif token.nesting < 0:
                frame = self._frames.pop()
                self._frames[-1].content.extend(_closed(frame, self._place))
            else:
                self._frames[-1].content.extend(_single(token, self._place))
        return self._frames[0].content


def _single(token: Token, place: Place | None) -> list[Json]:
    match token.type:
        case "inline":
            return line(token.children or (), place)
        case "fence" | "code_block":
            code = token.content.removesuffix("\n")
            language = next(iter(token.info.split()), None)
            return [schema.node("codeBlock", [schema.text(code)] if code else (), language=language)]
        case "hr":
            return [schema.node("horizontalRule")]
    return []


def _closed(frame: _Frame, place: Place | None) -> list[Json]:
    token, content = frame.token, frame.content
    match token.type:
        case "paragraph_open":
            return _paragraphs(content, place) or [schema.node("paragraph")] * ("kept" in token.meta)
        case "heading_open":
            level = int(token.tag[1:])
            return _apart("heading", content, level=level) or [schema.node("heading", level=level)]
        case "list_item_open":
            return [_item(token, content)]
        case "bullet_list_open" | "ordered_list_open":
            return _lists(token, content)
        case "blockquote_open" | "table_open" | "tr_open" | "th_open" | "td_open":
            return [_around(token, content, place)]
    return content


def _paragraphs(content: Sequence[Json], place: Place | None) -> list[Json]:
    """A file is a block in the editor, and a link by itself in Markdown."""
    file = file_of(content, place)
    return [file] if file else _apart("paragraph", content)


def _apart(name: str, content: Sequence[Json], **attrs: object) -> list[Json]:
    """Pictures are blocks in the editor, and stand between the words; the space around them goes."""
    content = unlinked(content)
    if all(each["type"] != "image" for each in content):
        return [schema.node(name, content, **attrs)] if content else []
    found: list[Json] = []
    for picture, group in groupby(content, key=lambda each: each["type"] == "image"):
        nodes = list(group)
        if picture:
            found += nodes
        elif words := _inner(nodes):
            found.append(schema.node(name, words, **attrs))
    return found


def _inner(nodes: list[Json]) -> list[Json]:
    """Without the breaks at both ends, which set words off from a picture."""
    words = [
        at for at, each in enumerate(nodes) if each["type"] != "hardBreak" and each.get("text", "x").strip()
    ]
    return nodes[words[0] : words[-1] + 1] if words else []


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


def _around(token: Token, content: list[Json], place: Place | None) -> Json:
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
    return schema.node(name, _paragraphs(content, place) or [schema.node("paragraph")], align=align)
