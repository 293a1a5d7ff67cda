"""A line of a document as Markdown: what is escaped, and which signs its marks have where they stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from msgspec import Struct

from server.documents import schema, text
from server.model import Json

_ESCAPED = re.compile(r"[\\`*~\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?]|\Z)|&(?=[#A-Za-z]|\Z)|!\Z")
_START = re.compile(r"[#>+\-=:|]")
_NUMBER = re.compile(r"(\d{1,9})(?=[.)](?:\s|\Z))")
# Nothing that people see, and nothing that Markdown can say.
_EDGE_BEFORE = re.compile(r"\A\s+")
_EDGE_AFTER = re.compile(r"\s+\Z")
_PARTS = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_PLAIN = re.compile(r"[^\s<>()\\&]+")
_TAGS = {"underline": "u", "highlight": "mark", "bold": "strong", "italic": "em", "strike": "s"}
_SIGNS = {"bold": ("**",), "italic": ("_", "*"), "strike": ("~~",)}
# Stands for a sign beside which something is written, whichever it will be.
_SIGN = "."


class Piece(Struct):
    """Words in a line with their marks, a break, or several pieces below one mark."""

    words: str
    marks: dict[str, Json]
    turn: bool = False
    inside: tuple[Piece, ...] = ()
    mark: str = ""


def sentence(content: Sequence[Json], *, heading: bool = False, cell: bool = False) -> str:
    """The nodes of a paragraph, a heading or a cell."""
    pieces = _settled([_piece(each) for each in schema.joined(content)])
    edges = [True, *(each.turn for each in pieces), True]
    for at, each in enumerate(pieces):
        if each.turn:
            each.words = "\\\n" if 0 < at < len(pieces) - 1 and not (heading or cell) else "<br>"
        elif "code" in each.marks:
            each.words, each.marks = _code(each.words), {}
        else:
            each.words = _escaped(each.words, heading)
            if edges[at]:
                each.words = _begun(each.words, whole_line=not (heading or cell))
            if edges[at + 2]:
                each.words = _EDGE_AFTER.sub(_entity, each.words)
    return _written(_nested(pieces, frozenset()), " ", " ")


def destination(address: str, title: object) -> str:
    """Where a link leads, and what is said of it, as they stand between its parentheses."""
    where = address if _PLAIN.fullmatch(address) else "<" + re.sub(r"[\\<>&]", r"\\\g<0>", address) + ">"
    if not isinstance(title, str) or not title:
        return where
    said = (
        re.sub(r'[\\"&]', r"\\\g<0>", _CONTROL.sub("", title)).replace("\n", "&#10;").replace("\r", "&#13;")
    )
    return f'{where} "{said}"'


def _piece(node: Json) -> Piece:
    match node["type"]:
        case "text":
            marks = {
                each["type"]: each.get("attrs", {}) for each in node.get("marks", ()) if _written_down(each)
            }
            return Piece(_CONTROL.sub("", node["text"].replace("\r", "\n")), marks)
        case "hardBreak":
            return Piece("", {}, turn=True)
        case "mention":
            return Piece(_CONTROL.sub("", text.mention(node["attrs"])), {})
    return Piece(_CONTROL.sub("", text.plain(node)), {})


def _written_down(mark: Json) -> bool:
    if mark["type"] == "link":
        return schema.may_lead(mark["attrs"]["href"])
    return mark["type"] == "code" or mark["type"] in _TAGS


def _settled(pieces: Sequence[Piece]) -> list[Piece]:
    """Without space at the edge of a mark, where Markdown does not take its sign for one."""
    parts: list[Piece] = []
    for each in pieces:
        found = _PARTS.fullmatch(each.words) if each.marks.keys() & _SIGNS.keys() else None
        words = found.groups() if found else (each.words,)
        parts += [Piece(part, dict(each.marks), each.turn) for part in words if part or each.turn]
    for at, each in enumerate(parts):
        if each.words.isspace() and "code" not in each.marks:
            sides = _beside(parts[:at][::-1]) & _beside(parts[at + 1 :])
            each.marks = {
                name: mark for name, mark in each.marks.items() if name not in _SIGNS or name in sides
            }
    return _merged(parts)


def _beside(parts: Sequence[Piece]) -> set[str]:
    """The marks of the nearest words in the line."""
    found = next((each for each in parts if each.turn or not each.words.isspace()), None)
    return set(found.marks) if found else set()


def _merged(parts: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for each in parts:
        if found and not each.turn and not found[-1].turn and found[-1].marks == each.marks:
            found[-1].words += each.words
        else:
            found.append(each)
    return found


def _escaped(words: str, heading: bool) -> str:
    found = _ESCAPED.sub(r"\\\g<0>", words)
    if heading:
        found = found.replace("#", r"\#")
    return found.replace("\n", "&#10;").replace("\t", "&#9;")


def _begun(words: str, *, whole_line: bool) -> str:
    """What would be a sign of a block at the start of a line is none."""
    found = _EDGE_BEFORE.sub(_entity, words)
    if not whole_line:
        return found
    return (
        _NUMBER.sub(r"\1\\", found, count=1)
        if _NUMBER.match(found)
        else _START.sub(r"\\\g<0>", found, count=1)
        if _START.match(found)
        else found
    )


def _entity(space: re.Match[str]) -> str:
    return "".join(f"&#{ord(each)};" for each in space[0])


def _code(words: str) -> str:
    """Between more backticks than stand in it."""
    plain = words.replace("\n", " ")
    sign = "`" * (1 + max(map(len, re.findall("`+", plain)), default=0))
    padded = (
        plain.startswith("`")
        or plain.endswith("`")
        or (plain[:1] == plain[-1:] == " " and not plain.isspace())
    )
    return f"{sign} {plain} {sign}" if padded else f"{sign}{plain}{sign}"


def _nested(pieces: Sequence[Piece], above: frozenset[str]) -> list[Piece]:
    """Marks in marks: the one that goes on longest is the outer one."""
    found: list[Piece] = []
    at = 0
    while at < len(pieces):
        each = pieces[at]
        runs = [
            (_run(pieces[at:], name, mark), name) for name, mark in each.marks.items() if name not in above
        ]
        if not runs:
            found.append(each)
            at += 1
            continue
        length, name = max(runs, key=lambda run: run[0])
        inside = tuple(_nested(pieces[at : at + length], above | {name}))
        found.append(Piece("", {name: each.marks[name]}, inside=inside, mark=name))
        at += length
    return found


def _run(pieces: Sequence[Piece], name: str, mark: Json) -> int:
    return sum(1 for _ in takewhile(lambda each: each.marks.get(name) == mark, pieces))


def _written(pieces: Sequence[Piece], left: str, right: str) -> str:
    """`left` and `right` are what stands beside them; signs count where words or spaces do."""
    written = ""
    for at, each in enumerate(pieces):
        if not each.mark:
            written += each.words
            continue
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        beyond = right if after is None else _SIGN if after.mark else after.words[:1] or _SIGN
        written += _marked(each, written[-1:] or left, beyond)
    return written


def _marked(piece: Piece, left: str, right: str) -> str:
    inner = _written(piece.inside, _SIGN, _SIGN)
    if piece.mark == "link":
        attrs = piece.marks["link"]
        return f"[{inner}]({destination(attrs['href'], attrs['title'])})"
    for sign in _SIGNS.get(piece.mark, ()):
        if _holds(sign, left, inner, right):
            return f"{sign}{inner}{sign}"
    tag = _TAGS[piece.mark]
    return f"<{tag}>{inner}</{tag}>"


def _holds(sign: str, left: str, inner: str, right: str) -> bool:
    """Whether CommonMark takes the sign for one on both sides, with no other of its kind beside or, alone, in it."""
    letter = sign[0]
    if not inner or letter in (left, right, inner[0], inner[-1]) or (sign == "*" and "*" in inner):
        return False
    opens, closes = _flanks(left, inner[0]), _flanks(right, inner[-1])
    if sign == "_":
        return opens and closes and not _word(left) and not _word(right)
    return opens and closes


def _flanks(outside: str, inside: str) -> bool:
    if isWhiteSpace(ord(inside)):
        return False
    return not _punctuation(inside) or isWhiteSpace(ord(outside)) or _punctuation(outside)


def _word(letter: str) -> bool:
    return not isWhiteSpace(ord(letter)) and not _punctuation(letter)


def _punctuation(letter: str) -> bool:
    return isMdAsciiPunct(ord(letter)) or isPunctChar(letter)
