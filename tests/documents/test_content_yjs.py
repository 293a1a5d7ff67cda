"""Documents in Yjs' format: what the server writes the editor reads, and the other way round."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from server.documents import schema, yjs
from server.documents.schema import Misfit, TooDeep, mark, node, text
from server.model import Json
from tests.documents.prosemirror import Editor, editing
from tests.documents.shapes import DOCUMENTS

LINES = [node("paragraph", [text(words)]) for words in ("one", "two 😀 twö", "three", "four")]


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    with editing() as found:
        yield found


def doc(*blocks: Json) -> Json:
    return node("doc", blocks)


def fragment(held: "Doc[Any]") -> XmlFragment:
    return held.get(yjs.FIELD, type=XmlFragment)


def element(tag: str, attrs: dict[str, Any], *children: XmlElement | XmlText) -> XmlElement:
    return XmlElement(tag, attrs, children)


def hand_made(*children: XmlElement | XmlText) -> "Doc[Any]":
    held: Doc[Any] = Doc()
    for each in children:
        fragment(held).children.append(each)
    return held


@settings(deadline=None, max_examples=25)
@given(document=DOCUMENTS)
def test_the_same_document_both_ways(editor: Editor, document: Json) -> None:
    assert schema.document(document) == document
    ours = yjs.made(document)
    assert yjs.read_state(ours) == document
    assert editor.read(ours) == (document, False)
    assert yjs.read_state(editor.made(document)) == document


@settings(deadline=None, max_examples=25)
@given(before=DOCUMENTS, after=DOCUMENTS)
def test_a_document_becomes_another(editor: Editor, before: Json, after: Json) -> None:
    held = yjs.opened(yjs.made(before))
    assert yjs.edit(held, after) == (before != after)
    assert yjs.read(held) == after
    assert editor.read(held.get_update()) == (after, False)
    back = editor.edited(held.get_update(), before)
    assert yjs.read_state(back) == before


def test_a_new_document_is_one_empty_paragraph(editor: Editor) -> None:
    for state in (yjs.made(), yjs.made(node("doc"))):
        assert editor.read(state) == (doc(node("paragraph")), False)


@pytest.mark.parametrize(
    ("wanted", "untouched"),
    [
        pytest.param([LINES[0], node("horizontalRule"), *LINES[2:]], (0, 2, 3), id="a block for another"),
        pytest.param([LINES[0], LINES[2], LINES[3]], (0, 2, 3), id="a block less"),
        pytest.param(
            [node("horizontalRule"), *LINES[:2], LINES[0], *LINES[2:]], (0, 1, 2, 3), id="blocks more"
        ),
        pytest.param([node("heading", [text("one")]), *LINES[1:3], LINES[0]], (1, 2), id="both ends"),
        pytest.param(
            [LINES[0], node("paragraph", [text("two 😀 ", [mark("bold")]), text("wö")]), *LINES[2:]],
            (0, 1, 2, 3),
            id="a word",
        ),
    ],
)
def test_blocks_that_stay_are_the_same_blocks(wanted: list[Json], untouched: tuple[int, ...]) -> None:
    held = yjs.opened(yjs.made(doc(*LINES)))
    children = list(fragment(held).children)
    kept = [children[at] for at in untouched]
    assert yjs.edit(held, doc(*wanted))
    assert yjs.read(held) == doc(*wanted)
    assert [each for each in fragment(held).children if each in kept] == kept


def test_what_others_write_meanwhile_stays(editor: Editor) -> None:
    """In another block, and in the same one where the edit leaves the place alone."""
    state = yjs.made(doc(*LINES))
    held = yjs.opened(state)
    yjs.edit(
        held, doc(node("heading", [text("one")]), node("paragraph", [text("two 😀 twö, here")]), *LINES[2:])
    )
    theirs = editor.edited(
        state,
        doc(LINES[0], node("paragraph", [text("there: two 😀 twö")]), *LINES[2:], node("horizontalRule")),
    )
    both = editor.merged(held.get_update(), theirs)
    middle = node("paragraph", [text("there: two 😀 twö, here")])
    wanted = doc(node("heading", [text("one")]), middle, *LINES[2:], node("horizontalRule"))
    assert yjs.read_state(both) == wanted
    assert editor.read(both) == (wanted, False)


def test_an_edit_that_changes_nothing_writes_nothing() -> None:
    held = yjs.opened(yjs.made(doc(*LINES)))
    before = held.get_state()
    assert yjs.edit(held, doc(*LINES)) is False
    assert held.get_state() == before


def test_an_edit_as_a_change_brings_no_more_than_it_did() -> None:
    held = yjs.opened(yjs.made(doc(*LINES * 50)))
    yjs.edit(held, doc(*LINES))
    yjs.edit(held, doc(*LINES * 50))
    state = held.get_update()
    assert yjs.edited(state, doc(*LINES * 50)) is None
    change = yjs.edited(state, doc(node("horizontalRule"), *LINES * 50))
    assert change is not None
    assert len(change) < 60
    held.apply_update(change)
    assert yjs.read(held) == doc(node("horizontalRule"), *LINES * 50)


def test_an_edit_is_one_transaction() -> None:
    held = yjs.opened(yjs.made(doc(*LINES)))
    updates: list[bytes] = []
    kept = held.observe(lambda event: updates.append(event.update))
    yjs.edit(held, doc(LINES[3], LINES[1], node("horizontalRule")))
    held.unobserve(kept)
    assert len(updates) == 1


def test_what_the_schema_does_not_know_is_kept() -> None:
    """Somebody's newer editor may have written it."""
    words = element("paragraph", {}, XmlText("in it"))
    strange = element("hologram", {"depth": 3.0, "on": True, "deep": {"a": [1]}}, words)
    paragraph = XmlElement("paragraph")
    held = hand_made(strange, paragraph, XmlText("at the top"))
    marked = paragraph.children.append(XmlText())
    marked.insert(0, "marked", {"glow": {"colour": "red"}, "bold": {}, "link--AbCd+/12": {"href": "/x"}})
    marked.insert_embed(0, {"picture": "1"})
    inside = node("paragraph", [text("in it")])
    marks = [mark("link", href="/x"), mark("bold"), {"type": "glow", "attrs": {"colour": "red"}}]
    assert yjs.read(held) == doc(
        {"type": "hologram", "attrs": {"depth": 3, "on": True}, "content": [inside]},
        node("paragraph", [text("marked", marks)]),
        node("paragraph", [text("at the top")]),
    )


def test_what_the_schema_does_not_know_survives_an_edit_elsewhere() -> None:
    held = hand_made(element("hologram", {}, XmlText("in it")), element("paragraph", {}))
    before = yjs.read(held)["content"]
    assert yjs.edit(held, doc(before[0], LINES[0]))
    assert yjs.read(held) == doc(before[0], LINES[0])
    with pytest.raises(Misfit):
        yjs.edit(held, doc(before[0], {"type": "hologram"}))


def test_many_blocks_that_are_alike_are_compared_in_no_time() -> None:
    empty, rule = node("paragraph"), node("horizontalRule")
    assert yjs.edited(yjs.made(doc(*[empty] * 2000)), doc(*[empty, rule] * 1000))


def test_values_that_cannot_be_are_the_schemas_own() -> None:
    bad = {"level": "9", "unheard": "of"}
    held = hand_made(element("heading", bad), element("image", {"width": float("nan"), "src": 7}))
    assert yjs.read(held) == doc(node("heading", level=1), node("image"))


def test_a_document_nested_ten_thousand_deep_is_flat_text() -> None:
    held: Doc[Any] = Doc()
    place: XmlFragment | XmlElement = fragment(held)
    with held.transaction():
        for _ in range(10_000):
            place = place.children.append(XmlElement("blockquote"))
        place.children.append(XmlText("at the bottom"))
    found, depth = yjs.read(held), 0
    while "content" in found:
        found, depth = found["content"][0], depth + 1
    assert found == text("at the bottom")
    assert depth == schema.DEPTH + 1
    assert yjs.edit(held, doc(LINES[0]))


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "doc", "content": [{"type": "hologram"}]},
        {"type": "doc", "content": [{"type": "text", "text": "bare"}]},
        {"type": "doc", "content": [node("bulletList")]},
        {"type": "doc", "content": [node("bulletList", [node("listItem", [node("horizontalRule")])])]},
        {"type": "doc", "content": [node("paragraph", [{"type": "text", "text": 1}])]},
        {"type": "doc", "content": [node("codeBlock", [text("x", [mark("bold")])])]},
        {"type": "doc", "content": {}},
        {"type": "doc", "content": [[]]},
        node("paragraph"),
        [],
    ],
    ids=str,
)
def test_what_an_editor_would_delete_is_not_written(wanted: Any) -> None:
    held = yjs.opened(yjs.made(doc(*LINES)))
    with pytest.raises(Misfit):
        yjs.edit(held, wanted)
    assert yjs.read(held) == doc(*LINES)


def test_json_nested_too_deep_is_refused() -> None:
    wanted = node("paragraph")
    for _ in range(10_000):
        wanted = {"type": "blockquote", "content": [wanted]}
    with pytest.raises(TooDeep):
        yjs.made(doc(wanted))


@pytest.mark.parametrize("state", [b"", b"nonsense", b"\xff" * 40])
def test_bytes_that_are_no_state(state: bytes) -> None:
    with pytest.raises(yjs.NotAState):
        yjs.opened(state)
