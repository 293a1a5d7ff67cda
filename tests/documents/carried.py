"""Documents of every shape that Markdown can carry: no paragraph without words, tables of one line a cell, no widths."""

from collections.abc import Sequence

from hypothesis import strategies as st

from server.documents import schema
from server.documents.schema import node, text
from server.model import Json
from tests.documents.shapes import BREAK, CODE, MARKS, RULE, SPECIAL, block

WORDS = st.one_of(
    st.text(SPECIAL + "\n\t", min_size=1, max_size=8),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6),
    st.sampled_from(
        [
            "word",
            "two words",
            "1. x",
            "- y",
            "# z",
            "&amp;",
            "[!NOTE]",
            "[ ] x",
            "snake_case",
            "<u>",
            "a | b",
            "---",
        ]
    ),
)
SIGNS = {"bold", "italic", "strike"}


def _text(words: str, marks: Sequence[Json]) -> Json:
    names = {each["type"] for each in marks}
    if "code" in names:
        words = words.replace("\n", " ")
    return text(words.strip() or "x" if names & SIGNS else words, marks)


LINE = st.lists(st.one_of(st.builds(_text, WORDS, MARKS), BREAK), min_size=1, max_size=5).map(schema.joined)
PARAGRAPH = block("paragraph", LINE)
HEADING = block("heading", st.one_of(st.just([]), LINE), level=st.integers(1, 6))
IMAGE = st.builds(
    lambda alt, title: node("image", src="attachment:one", alt=alt, title=title),
    WORDS.filter(str.strip),
    st.one_of(st.none(), WORDS),
)
FILE = st.builds(
    lambda name: node("file", src="attachment:two", name=name), WORDS.map(str.strip).filter(bool)
)
EMPTY = node("paragraph")


@st.composite
def _table(draw: st.DrawFn) -> Json:
    aligns = draw(st.lists(st.sampled_from([None, "left", "center", "right"]), min_size=1, max_size=3))
    height = draw(st.integers(1, 3))

    def cell(name: str, align: str | None) -> Json:
        line = draw(st.one_of(st.just([]), LINE))
        return node(name, [node("paragraph", line)], align=align)

    names = ["tableHeader", *["tableCell"] * (height - 1)]
    return node("table", [node("tableRow", [cell(name, align) for align in aligns]) for name in names])


def _grown(blocks: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    some = st.lists(blocks, max_size=2)
    several = st.one_of(st.just([EMPTY]), st.lists(blocks, min_size=1, max_size=3))

    def begun(first: Json | None, rest: list[Json]) -> list[Json]:
        """An item's words; without any, what follows is no paragraph, which would be taken for them."""
        if first:
            return [first, *rest]
        return [EMPTY, *(() if rest and rest[0]["type"] == "paragraph" else rest)]

    item = st.builds(begun, st.one_of(st.none(), PARAGRAPH, PARAGRAPH), some)
    task = st.builds(lambda first, rest: [first, *rest], st.one_of(st.just(EMPTY), PARAGRAPH), some)
    return st.one_of(
        block("blockquote", several),
        block("callout", several, kind=st.sampled_from(["note", "tip", "important", "warning", "caution"])),
        block("bulletList", st.lists(block("listItem", item), min_size=1, max_size=3)),
        block(
            "orderedList",
            st.lists(block("listItem", item), min_size=1, max_size=3),
            start=st.sampled_from([0, 1, 1, 9, 999_999_998]),
        ),
        block("taskList", st.lists(block("taskItem", task, checked=st.booleans()), min_size=1, max_size=3)),
    )


BLOCKS = st.recursive(
    st.one_of(PARAGRAPH, PARAGRAPH, HEADING, CODE, RULE, IMAGE, FILE, _table()), _grown, max_leaves=8
)
DOCUMENTS = st.one_of(st.just([EMPTY]), st.lists(BLOCKS, min_size=1, max_size=5)).map(
    lambda found: node("doc", found)
)
