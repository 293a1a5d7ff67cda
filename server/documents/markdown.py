"""Documents as Markdown that reads back as the same document, as far as Markdown goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from server.documents import schema, text
from server.documents.sentence import destination, sentence
from server.model import Json

_LANGUAGE = re.compile(r"[^\s`~\\&]{1,60}")
_RULES = {"left": ":--", "center": ":-:", "right": "--:"}
_LARGEST = 999_999_999
_INLINE = ("text", "mention", "hardBreak")
_LISTS = {"bulletList": "*", "taskList": "*", "orderedList": "1"}


def markdown(document: Json) -> str:
    """The whole document, with a newline at its end."""
    found = _blocks(document.get("content", ()), 0)
    return f"{found}\n" if found else ""


def _blocks(content: Sequence[Json], depth: int, between: str = "\n\n") -> str:
    """One below the other. Two lists of a kind would be one, so their signs alternate."""
    written: list[str] = []
    before, turn = "", False
    for each in _grouped(content):
        kind = _LISTS.get(each["type"], "")
        other = bool(kind) and kind == before and not turn
        if words := _block(each, depth, other, not (written or depth)):
            written.append(words)
            before, turn = kind, other
    return between.join(written)


def _block(node: Json, depth: int, turn: bool, first: bool) -> str:
    content, attrs = node.get("content", ()), node.get("attrs", {})
    if depth > schema.DEPTH:
        return sentence([schema.text(text.plain(node))])
    match node["type"]:
        case "bulletList" | "orderedList" | "taskList":
            return _list(node, depth, turn)
        case "blockquote":
            return _indented(_blocks(content, depth + 1), "> ", "> ")
        case "callout":
            return _callout(str(attrs["kind"]), content, depth)
        case "horizontalRule":
            # Three dashes at the start are what tools write before a document; in a list they would end it.
            return "---" if not depth and not first else "___"
    found = _SIMPLE.get(node["type"])
    return found(node) if found else _unknown(node, depth)


def _unknown(node: Json, depth: int) -> str:
    """Of what this server does not know, the words."""
    return _blocks(node.get("content", ()), depth + 1)


def _grouped(content: Sequence[Json]) -> Iterator[Json]:
    """Words that stand where blocks should are paragraphs."""
    for inline, group in groupby(content, key=lambda each: each["type"] in _INLINE):
        nodes = list(group)
        yield from [schema.node("paragraph", nodes)] if inline else nodes


def _listed(node: Json) -> Json:
    """What stands in a list and is no item stands in one."""
    return node if node["type"] in ("listItem", "taskItem") else schema.node("listItem", [node])


def _paragraph(node: Json) -> str:
    return sentence(node.get("content", ()))


def _heading(node: Json) -> str:
    return f"{'#' * node['attrs']['level']} {sentence(node.get('content', ()), heading=True)}".strip()


def _code(node: Json) -> str:
    code = "".join(str(each.get("text", "")) for each in node.get("content", ()))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    language = str(node["attrs"]["language"] or "")
    named = language if _LANGUAGE.fullmatch(language) else ""
    return f"{fence}{named}\n{code}\n{fence}" if code else f"{fence}{named}\n{fence}"


def _image(node: Json) -> str:
    attrs = node["attrs"]
    alt = _words(attrs["alt"])
    return f"![{alt}]({destination(attrs['src'], attrs['title'])})" if schema.may_show(attrs["src"]) else alt


def _file(node: Json) -> str:
    """A link that stands by itself."""
    attrs = node["attrs"]
    name = _words(attrs["name"])
    return f"[{name or 'file'}]({destination(attrs['src'], None)})" if schema.may_show(attrs["src"]) else name


def _words(said: object) -> str:
    return sentence([schema.text(str(said))], heading=True) if said else ""


def _callout(kind: str, content: Sequence[Json], depth: int) -> str:
    inside = _blocks(content, depth + 1)
    together = content and content[0]["type"] == "paragraph" and "content" in content[0]
    sign = f"[!{kind.upper()}]"
    between = "\n" if together else "\n\n"
    return _indented(sign + between + inside if inside else sign, "> ", "> ")


def _indented(block: str, first: str, other: str) -> str:
    """With a sign before each line, and no space behind it where the line is empty."""
    head, *rest = block.split("\n")
    return "\n".join(
        [f"{first}{head}".rstrip(" "), *(f"{other}{each}" if each else other.rstrip(" ") for each in rest)]
    )


def _list(node: Json, depth: int, turn: bool) -> str:
    items = [_listed(each) for each in _grouped(node.get("content", ()))]
    tight = all(_tight(each) for each in items)
    start = node["attrs"]["start"] if node["type"] == "orderedList" else 1
    written = []
    for at, each in enumerate(items):
        sign = (
            f"{min(start + at, _LARGEST)}{')' if turn else '.'}"
            if node["type"] == "orderedList"
            else "*"
            if turn
            else "-"
        )
        written.append(_item(each, sign, depth, tight))
    return ("\n" if tight else "\n\n").join(written)


def _tight(item: Json) -> bool:
    """Whether nothing but lists comes after its words, which could not be taken for anything else there."""
    content = item.get("content", ())
    if not content or content[0]["type"] != "paragraph" or "content" not in content[0]:
        return len(content) < 2
    return all(_interrupts(each) for each in content[1:])


def _interrupts(node: Json) -> bool:
    if node["type"] not in _LISTS or node.get("attrs", {}).get("start", 1) != 1:
        return False
    items = node.get("content", ())
    return all(each.get("content") and _tight(each) and "content" in each["content"][0] for each in items)


def _item(item: Json, sign: str, depth: int, tight: bool) -> str:
    content = item.get("content", ())
    between = "\n" if tight else "\n\n"
    if item["type"] == "taskItem":
        box = "[x]" if item["attrs"]["checked"] else "[ ]"
        words = _blocks(content[:1], depth + 1)
        rest = _blocks(content[1:], depth + 1, between)
        inside = f"{box} {words}".rstrip() + (between + rest if rest else "")
    else:
        inside = _blocks(content, depth + 1, between)
    return _indented(inside, f"{sign} ", " " * (len(sign) + 1))


def _table(node: Json) -> str:
    """As GitHub has them: the first row is the head, and a cell has one line."""
    rows = [[_cell(each) for each in _cells(row)] for row in _grouped(node.get("content", ()))]
    width = max(map(len, rows), default=0)
    if not width:
        return ""
    head = _cells(node["content"][0])
    rules = [_RULES.get(str(each.get("attrs", {}).get("align")), "---") for each in head]
    rules += ["---"] * (width - len(rules))
    lines = [[*row, *[""] * (width - len(row))] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in (lines[0], rules, *lines[1:]))


def _cells(row: Json) -> list[Json]:
    """What is no row is one cell."""
    return list(_grouped(row.get("content", ()))) if row["type"] == "tableRow" else [row]


def _cell(cell: Json) -> str:
    """Several blocks stand in one line, with breaks between them."""
    known = cell["type"] in ("tableCell", "tableHeader")
    lines = [_line(each) for each in (_grouped(cell.get("content", ())) if known else [cell])]
    return "<br>".join(each for each in lines if each).replace("|", r"\|")


def _line(node: Json) -> str:
    if node["type"] in ("paragraph", "heading"):
        return sentence(node.get("content", ()), cell=True)
    if node["type"] == "image":
        return _image(node)
    return sentence([schema.text(text.plain(node).replace("\n", " "))], cell=True)


_SIMPLE: Mapping[str, Callable[[Json], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "image": _image,
    "file": _file,
    "table": _table,
}
