"""Documents that no editor wrote, but somebody who speaks Yjs: they are shown and found, and nothing fails at them."""

from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, XmlElement, XmlFragment, XmlText

from server.documents import html, schema, text, yjs
from server.documents.markdown import markdown
from server.documents.reading import kept, read
from tests.documents.shapes import SPECIAL

NAMES = st.sampled_from([*schema.NODES, "hologram", "<script>", "", "mention--AbCd+/12"])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-9, 9),
    st.sampled_from([1e300, 2.0**63, 2**62]),
    st.text(SPECIAL, max_size=5),
    st.sampled_from(["javascript:alert(1)", "attachment:one", "right"]),
    st.lists(st.one_of(st.floats(), st.just(1e300)), max_size=2),
    st.dictionaries(st.just("a"), st.booleans(), max_size=1),
)
KEYS = st.sampled_from([*{key for kind in schema.NODES.values() for key in kind.attrs}, "onclick", ""])
MARKS = st.dictionaries(
    st.sampled_from([*schema.MARKS, "glow", "bold--AbCd+/12"]),
    st.one_of(VALUES, st.fixed_dictionaries({"href": VALUES, "title": VALUES})),
    max_size=2,
)
RUN = st.tuples(st.text(SPECIAL + "\n\x00\x1b", min_size=1, max_size=6), MARKS)
TREES: st.SearchStrategy[Any] = st.recursive(
    st.lists(RUN, max_size=3),
    lambda inside: st.tuples(NAMES, st.dictionaries(KEYS, VALUES, max_size=3), st.lists(inside, max_size=3)),
    max_leaves=12,
)


def planted(trees: list[Any]) -> bytes:
    held: Doc[Any] = Doc()
    with held.transaction():
        for each in trees:
            _plant(held.get(yjs.FIELD, type=XmlFragment), each)
    return held.get_update()


def _plant(place: XmlFragment | XmlElement, tree: Any) -> None:
    if isinstance(tree, list):
        written = place.children.append(XmlText())
        for words, marks in tree:
            written.insert(len(written), words, marks)
        return
    name, attrs, inside = tree
    element = place.children.append(XmlElement(name, attrs))
    for each in inside:
        _plant(element, each)


def letters(words: str) -> set[str]:
    return {each for each in words if each.isalnum()}


@settings(deadline=None, max_examples=25)
@given(trees=st.lists(TREES, max_size=3))
def test_whatever_it_is_it_can_be_shown(trees: list[Any]) -> None:
    state = planted(trees)
    document = yjs.read_state(state)
    assert orjson.loads(orjson.dumps(document)) == document
    words = letters(text.plain(document))
    page = html.page(document, text.title(document) or "")
    assert words <= letters(page)
    assert "<script" not in page
    assert "javascript:" not in page.replace("&#x27;", "") or "javascript:" in text.plain(document)
    written = markdown(document)
    assert words <= letters(written)
    again = read(written).document
    assert schema.document(again)
    wanted = kept(document, again)
    held = yjs.opened(state)
    if change := yjs.edited(state, wanted):
        held.apply_update(change)
    assert yjs.read(held) == schema.document(wanted, document.get("content", ()))
