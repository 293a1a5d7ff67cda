"""Which nodes and marks a document has, from schema.json, which is the editor's own schema written down; which addresses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from importlib import resources
from typing import Any

import orjson
from msgspec import Struct

from server.model import Json

# The deepest that nodes stand in each other; orjson writes 254 levels, and a node takes two.
DEPTH = 100
# What is compared of the differing middles of two documents, block by block.
_COMPARED = 1_000_000
# The longest address.
LONGEST = 4096
_FOREIGN = re.compile(r"(?:https?|mailto|tel):.+", re.IGNORECASE)
# No scheme, and no host: two slashes, or what browsers take for them, would be one.
_RELATIVE = re.compile(r"(?![/\\]{2})[^:/?#]*(?:[/?#].*)?")
# Browsers leave these out of an address, so that one could hide in another.
_HIDING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|\A\s|\s\Z")
_ATTACHED = re.compile(r"attachment:[A-Za-z0-9_-]{1,64}")
_HASHED = re.compile(r"(.*)--[a-zA-Z0-9+/=]{8}", re.DOTALL)


class ContentError(Exception):
    """What somebody handed in is no content of a document."""


class TooDeep(ContentError):
    """Nested further than anybody writes."""


class Misfit(ContentError):
    """JSON that the editor's schema does not allow, and would delete."""


class Attribute(Struct, frozen=True):
    """A value that nodes or marks of a type have: what it is where nobody says, and what it may be."""

    default: str | int | bool | None
    kind: str = "text"
    of: tuple[str, ...] = ()
    least: int = 0
    most: int = 0

    def value(self, given: object) -> object:
        """`given` where it is such a value, numbers as integers; else the default."""
        match self.kind:
            case "flag":
                fits = isinstance(given, bool)
            case "number":
                given = whole(given)
                fits = isinstance(given, int) and self.least <= given <= self.most
            case "numbers":
                given = [whole(each) for each in given[:1000]] if isinstance(given, list) else None
                fits = given is not None and all(isinstance(each, int) and each >= 0 for each in given)
            case _:
                fits = isinstance(given, str) and (not self.of or given in self.of)
        return given if fits else self.default


class Kind(Struct, frozen=True):
    """A type of node or mark."""

    name: str
    attrs: Mapping[str, Attribute]
    content: re.Pattern[str]
    groups: tuple[str, ...] = ()
    marks: bool = True
    rank: int = 0

    @property
    def leaf(self) -> bool:
        """Whether nothing can stand in it."""
        return not self.content.pattern

    def attributes(self, given: object) -> Json:
        """All that it has, as the editor would say it."""
        found = given if isinstance(given, dict) else {}
        return {name: each.value(found.get(name, each.default)) for name, each in self.attrs.items()}


def whole(value: object) -> object:
    """A number that Yjs handed over as a float, as an integer, where it is one that JavaScript has."""
    return int(value) if isinstance(value, float) and abs(value) < 2**53 and value.is_integer() else value


def _read() -> Json:
    text = resources.files(__package__ or "").joinpath("schema.json").read_text()
    return dict(json.loads(text))


def _expression(content: str, nodes: Mapping[str, Json]) -> re.Pattern[str]:
    """ProseMirror's content expression over the names of the children, each with a space behind it."""

    def names(match: re.Match[str]) -> str:
        group = [name for name, spec in nodes.items() if match[0] in spec.get("group", "").split()]
        return f"(?:{'|'.join(f'{name} ' for name in group or [match[0]])})" if match[0].strip() else ""

    return re.compile(re.sub(r"\w+|\s+", names, content))


def _kinds(specs: Mapping[str, Json], nodes: Mapping[str, Json]) -> Mapping[str, Kind]:
    return {
        name: Kind(
            name,
            {key: Attribute(**each) for key, each in spec.get("attrs", {}).items()},
            _expression(spec.get("content", ""), nodes),
            tuple(spec.get("group", "").split()),
            spec.get("marks") != "",
            rank,
        )
        for rank, (name, spec) in enumerate(specs.items())
    }


_DATA = _read()
SCHEMA: int = _DATA["schema"]
NODES = _kinds(_DATA["nodes"], _DATA["nodes"])
MARKS = _kinds(_DATA["marks"], _DATA["nodes"])


def node(name: str, content: Sequence[Json] = (), /, **attrs: object) -> Json:
    """A node of that type, with all its attributes."""
    made: Json = {"type": name}
    if NODES[name].attrs:
        made["attrs"] = NODES[name].attributes(attrs)
    return made | ({"content": list(content)} if content else {})


def mark(name: str, **attrs: object) -> Json:
    """A mark of that type, with all its attributes."""
    return {"type": name} | ({"attrs": MARKS[name].attributes(attrs)} if MARKS[name].attrs else {})


def text(words: str, marks: Sequence[Json] = ()) -> Json:
    """A text with marks, which are in the schema's order."""
    made: Json = {"type": "text"}
    if marks:
        made["marks"] = list(marks)
    return made | {"text": words}


def empty() -> Json:
    """A new document: one empty paragraph."""
    return node("doc", [node("paragraph")])


def plain(value: object) -> bool:
    """Whether it can stand in JSON and is no container."""
    return (
        value is None
        or isinstance(value, (str, bool, int))
        or (isinstance(value, float) and math.isfinite(value))
    )


def attributes(kinds: Mapping[str, Kind], name: str, given: object) -> Json:
    """Those of a known type; of an unknown one what is plain, kept for those who know it."""
    if name in kinds:
        return kinds[name].attributes(given)
    found = given if isinstance(given, dict) else {}
    return {str(key): whole(value) for key, value in found.items() if plain(value)}


def ordered(marks: Iterable[tuple[str, object]]) -> list[Json]:
    """Marks by name and attributes, in the schema's order, unknown ones behind; Yjs may have a hash in the name."""
    found = []
    for key, given in marks:
        hashed = _HASHED.fullmatch(key)
        name = hashed[1] if hashed else key
        attrs = attributes(MARKS, name, given)
        found.append({"type": name} | ({"attrs": attrs} if attrs else {}))
    return sorted(
        found, key=lambda each: (MARKS[each["type"]].rank if each["type"] in MARKS else 99, each["type"])
    )


def joined(texts: Iterable[Json]) -> list[Json]:
    """Nodes with neighbouring texts of the same marks made one, and no empty text."""
    found: list[Json] = []
    for each in texts:
        if (
            each["type"] == "text"
            and found
            and found[-1]["type"] == "text"
            and found[-1].get("marks") == each.get("marks")
        ):
            found[-1] = found[-1] | {"text": found[-1]["text"] + each["text"]}
        elif each["type"] != "text" or each["text"]:
            found.append(each)
    return found


def document(given: object, known: Iterable[Json] = ()) -> Json:
    """The same document as the editor would say it, an empty one with its paragraph; raises Misfit and TooDeep.

    Blocks that are among the known ones are left as they are, whatever they are.
    """
    if not isinstance(given, dict) or given.get("type") != "doc":
        raise Misfit("no document")
    keys = {_key(each) for each in known}
    blocks = [
        each if isinstance(each, dict) and keys and _key(each) in keys else _fitting_block(each)
        for each in _list(given.get("content"))
    ]
    return node("doc", blocks) if blocks else empty()


def _key(block: Json) -> bytes:
    try:
        return orjson.dumps(block, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise Misfit("what is no JSON") from error


def _fitting_block(given: object) -> Json:
    found = _fitting(given, DEPTH - 1)
    if "block" not in NODES[found["type"]].groups:
        raise Misfit(f"{found['type']} is no block")
    return found


def _fitting(given: object, depth: int) -> Json:
    if not isinstance(given, dict) or given.get("type") not in NODES:
        raise Misfit("a node of no known type")
    if depth < 0:
        raise TooDeep("nested too deep")
    kind = NODES[given["type"]]
    if kind.name == "text":
        return _fitting_text(given)
    inside = joined(_fitting(each, depth - 1) for each in _list(given.get("content")))
    if not kind.content.fullmatch("".join(f"{each['type']} " for each in inside)):
        raise Misfit(f"{kind.name} with content that it cannot have")
    if not kind.marks and any("marks" in each for each in inside):
        raise Misfit(f"marks in {kind.name}")
    return node(kind.name, inside, **kind.attributes(given.get("attrs")))


def _list(given: object) -> Sequence[object]:
    if given is None or isinstance(given, list):
        return given or ()
    raise Misfit("content that is no list")


def _fitting_text(given: Mapping[str, Any]) -> Json:
    words, marks = given.get("text"), _list(given.get("marks"))
    if not isinstance(words, str) or not all(
        isinstance(each, dict) and each.get("type") in MARKS for each in marks
    ):
        raise Misfit("a text that is none")
    return text(words, ordered((each["type"], each.get("attrs")) for each in marks if isinstance(each, dict)))


def may_lead(address: object) -> bool:
    """Whether a link may have it: http, https, mailto, tel, or a place on this server."""
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST or _HIDING.search(address):
        return False
    return bool(_FOREIGN.fullmatch(address) or _RELATIVE.fullmatch(address))


class Placed(str):
    """An address that was made of an attachment's name here."""

    __slots__ = ()


def may_show(address: object) -> bool:
    """Whether a picture may have it, or a file: those of the document alone, as others would tell strangers who reads."""
    if isinstance(address, Placed):
        return True
    return isinstance(address, str) and bool(_ATTACHED.fullmatch(address))


def differences(present: Sequence[Json], wanted: Sequence[Json]) -> list[tuple[int, int, int, int]]:
    """From where to where other blocks stand in one and in the other, first to last."""
    old, new = [_key(each) for each in present], [_key(each) for each in wanted]
    head = common(old, new)
    tail = common(old[head:][::-1], new[head:][::-1])
    here, there = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(here) * len(there) > _COMPARED:
        return [(head, head + len(here), head, head + len(there))]
    found = SequenceMatcher(None, here, there).get_opcodes()
    return [(head + i, head + j, head + k, head + m) for tag, i, j, k, m in found if tag != "equal"]


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many are the same at the beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
