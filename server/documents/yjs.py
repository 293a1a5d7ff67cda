"""Documents as Yjs keeps them, and as JSON: read as y-prosemirror reads them, made anew, edited block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any, cast

from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from server.documents import schema
from server.documents.schema import ContentError, Kind
from server.model import Json

# The name that the editor's Collaboration has for it.
FIELD = "default"
Element = XmlElement | XmlFragment


class NotAState(ContentError):
    """Bytes that are no state of a document."""


def opened(state: bytes) -> Doc[Any]:
    """The document that a state describes."""
    doc: Doc[Any] = Doc()
    try:
        doc.apply_update(state)
    except (ValueError, RuntimeError) as error:
        raise NotAState("no state of a document") from error
    return doc


def read(doc: Doc[Any]) -> Json:
    """Its content as JSON, with what the editor's schema does not know."""
    with doc.transaction():
        return schema.node("doc", [_block(each) for each in doc.get(FIELD, type=XmlFragment).children])


def read_state(state: bytes) -> Json:
    """The content of a state as JSON."""
    return read(opened(state))


def made(content: Json | None = None) -> bytes:
    """The state of a new document with that content, or with one empty paragraph; raises Misfit."""
    doc: Doc[Any] = Doc()
    blocks = (schema.document(content) if content else schema.empty())["content"]
    with doc.transaction():
        _append(doc.get(FIELD, type=XmlFragment), blocks)
    return doc.get_update()


def edited(state: bytes, wanted: Json) -> bytes | None:
    """The change that makes the content of a state the wanted one, if there is any; raises Misfit.

    Not what the document's own difference would be, which has everything in it that was ever deleted.
    """
    doc = opened(state)
    changes: list[bytes] = []
    kept = doc.observe(lambda event: changes.append(event.update))
    edit(doc, wanted)
    doc.unobserve(kept)
    return changes[0] if changes else None


def edit(doc: Doc[Any], wanted: Json) -> bool:
    """Makes its content the wanted one, in one transaction, and touches no block that stays; whether it did anything."""
    with doc.transaction():
        fragment = doc.get(FIELD, type=XmlFragment)
        present = [_block(each) for each in fragment.children]
        blocks = schema.document(wanted, present)["content"]
        found = schema.differences(present, blocks)
        for start, stop, begin, end in reversed(found):
            _replace(fragment, start, present[start:stop], blocks[begin:end])
    return bool(found)


def _block(child: XmlElement | XmlFragment | XmlText) -> Json:
    """A text has no business at the top; y-prosemirror fails there, and people would miss it."""
    if isinstance(child, XmlText):
        return schema.node("paragraph", _texts(child, marked=True))
    return _node(child, schema.DEPTH - 1)


def _node(element: Element, depth: int) -> Json:
    """An element that calls itself a text is none."""
    tag = str(element.tag) if isinstance(element, XmlElement) else ""
    name = "" if tag == "text" else tag
    made: Json = {"type": name}
    if attrs := schema.attributes(schema.NODES, name, _attributes(element)):
        made["attrs"] = attrs
    inside = _inside(element, schema.NODES.get(name), depth)
    return made | ({"content": inside} if inside else {})


def _inside(element: Element, kind: Kind | None, depth: int) -> list[Json]:
    """Of what is too deep, or stands where words alone may, the words; nothing stands in a picture."""
    if kind and kind.leaf:
        return []
    children = list(element.children)
    bare = kind is not None and not kind.marks
    if depth <= 0 or (bare and not all(isinstance(each, XmlText) for each in children)):
        return [schema.text(words)] if (words := _flat(element)) else []
    return schema.joined(_children(children, depth - 1, not bare))


def _attributes(element: Element) -> Json:
    if not isinstance(element, XmlElement):
        return {}
    return dict(cast(Iterable[tuple[str, Any]], element.attributes))


def _children(children: Sequence[Element | XmlText], depth: int, marked: bool) -> Iterator[Json]:
    for child in children:
        if isinstance(child, XmlText):
            yield from _texts(child, marked)
        else:
            yield _node(child, depth)


def _texts(child: XmlText, marked: bool) -> list[Json]:
    """Whole texts alone: what else Yjs lets stand in a text, y-prosemirror throws away."""
    return schema.joined(
        schema.text(words, schema.ordered(_marks(attrs)) if marked and attrs else ())
        for words, attrs in child.diff()
        if isinstance(words, str)
    )


def _marks(attrs: Json) -> list[tuple[str, object]]:
    return [(name, value) for name, value in attrs.items() if value is not None]


def _flat(element: Element) -> str:
    """The words in it, however deep, without calling itself."""
    words, waiting = [], [iter(element.children)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif isinstance(child, XmlText):
            words.append("".join(each for each, _ in child.diff() if isinstance(each, str)))
        else:
            waiting.append(iter(child.children))
    return " ".join(each for each in words if each)


def _append(parent: Element, content: Sequence[Json]) -> None:
    for start, stop in _groups(content):
        _insert(parent, len(parent.children), content[start:stop])


def _groups(content: Sequence[Json]) -> Iterator[tuple[int, int]]:
    """Neighbouring texts are one in Yjs."""
    start = 0
    while start < len(content):
        texts = len(list(takewhile(lambda each: each["type"] == "text", content[start:])))
        yield start, start + (texts or 1)
        start += texts or 1


def _insert(parent: Element, index: int, group: Sequence[Json]) -> None:
    if group[0]["type"] == "text":
        return _write(parent.children.insert(index, XmlText()), 0, group)
    element = parent.children.insert(index, XmlElement(group[0]["type"]))
    for name, value in group[0].get("attrs", {}).items():
        if value is not None:
            element.attributes[name] = _number(value)
    return _append(element, group[0].get("content", ()))


def _write(place: XmlText, at: int, texts: Sequence[Json]) -> None:
    """Yjs counts the bytes of UTF-8 in Python."""
    for each in texts:
        marks = {mark["type"]: mark.get("attrs", {}) for mark in each.get("marks", ())}
        place.insert(at, each["text"], marks)
        at += len(each["text"].encode())


def _number(value: object) -> object:
    """JavaScript has floats alone; an integer would arrive as a BigInt."""
    if isinstance(value, list):
        return [_number(each) for each in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _replace(parent: Element, start: int, present: Sequence[Json], wanted: Sequence[Json]) -> None:
    """One block for one of its kind is changed within its text, where it has nothing but text."""
    paired = len(present) == len(wanted)
    for at in range(max(len(present), len(wanted)) - 1, -1, -1) if paired else ():
        child = parent.children[start + at]
        if not (isinstance(child, XmlElement) and _amend(child, present[at], wanted[at])):
            del parent.children[start + at]
            _insert(parent, start + at, [wanted[at]])
    if not paired:
        del parent.children[start : start + len(present)]
        for at, block in enumerate(wanted):
            _insert(parent, start + at, [block])


def _amend(element: XmlElement, present: Json, wanted: Json) -> bool:
    """Whether it could be done by taking characters away and putting others in one place."""
    children = list(element.children)
    if len(children) != 1 or not isinstance(children[0], XmlText):
        return False
    old, new = present.get("content", ()), wanted.get("content", ())
    if {key: present[key] for key in present if key != "content"} != {
        key: wanted[key] for key in wanted if key != "content"
    }:
        return False
    if not new or any(each["type"] != "text" for each in (*old, *new)):
        return False
    if any(not isinstance(words, str) for words, _ in children[0].diff()):
        return False
    _amend_text(children[0], old, new)
    return True


def _amend_text(place: XmlText, present: Sequence[Json], wanted: Sequence[Json]) -> None:
    old, new = _characters(present), _characters(wanted)
    head = schema.common(old, new)
    tail = schema.common(old[head:][::-1], new[head:][::-1])
    at = _bytes(old[:head])
    if gone := _bytes(old[head : len(old) - tail]):
        del place[at : at + gone]
    runs = groupby(new[head : len(new) - tail], key=itemgetter(1))
    _write(place, at, [schema.text("".join(each for each, _ in run), marks) for marks, run in runs])


def _characters(texts: Sequence[Json]) -> list[tuple[str, list[Json]]]:
    return [(letter, each.get("marks", [])) for each in texts for letter in each["text"]]


def _bytes(characters: Sequence[tuple[str, list[Json]]]) -> int:
    return len("".join(letter for letter, _ in characters).encode())
