"""Documents of every shape that the schema allows, for Hypothesis."""

from collections.abc import Sequence

from hypothesis import strategies as st

from server.documents import schema
from server.documents.schema import mark, node, text
from server.model import Json

# What Markdown, HTML and UTF-16 stumble over, beside words.
SPECIAL = "\\`*_~[]()<>#+-=|&;:.!>\"'$^{}/@%1a \u00a0éß漢😀\u0301\u200d"
WORDS = st.text(SPECIAL, min_size=1, max_size=8) | st.sampled_from(
    ["word", "two words", "1. x", "- y", "&amp;", "[!NOTE]"]
)
# Code shuts out every other mark, as in the editor.
MARKS = st.one_of(
    st.just([mark("code")]),
    st.lists(
        st.sampled_from(
            [
                mark("link", href="https://example.com/a(b)?c=1&d=*_x_*#e"),
                mark("link", href="/documents/1", title='a "title" & more'),
                *(mark(name) for name in ("bold", "italic", "strike", "underline", "highlight")),
            ]
        ),
        max_size=3,
        unique_by=lambda each: str(each["type"]),
    ).map(lambda found: schema.ordered((each["type"], each.get("attrs")) for each in found)),
)
TEXTS = st.builds(text, WORDS, MARKS)
BREAK = st.just(node("hardBreak"))
MENTION = st.builds(lambda name: node("mention", id="u1", label=name), WORDS)


def inline(*more: st.SearchStrategy[Json], least: int = 0) -> st.SearchStrategy[Sequence[Json]]:
    """What stands in a paragraph."""
    return st.lists(st.one_of(TEXTS, *more), min_size=least, max_size=4).map(schema.joined)


def block(
    name: str, content: st.SearchStrategy[Sequence[Json]], **attrs: st.SearchStrategy[object]
) -> st.SearchStrategy[Json]:
    """A node with that content."""
    return st.builds(lambda inside, **values: node(name, inside, **values), content, **attrs)


CODE = block(
    "codeBlock",
    st.text("ab `~\n\t#", max_size=12).map(lambda words: [text(words)] if words else []),
    language=st.sampled_from([None, "js", "c++"]),
)
RULE = st.just(node("horizontalRule"))
PARAGRAPH = block("paragraph", inline(BREAK, MENTION))
HEADING = block("heading", inline(BREAK, MENTION), level=st.integers(1, 6))
IMAGE = st.builds(
    lambda alt, width: node("image", src="attachment:one", alt=alt, width=width),
    WORDS,
    st.sampled_from([None, 120]),
)
FILE = st.builds(
    lambda name, size: node("file", src="attachment:two", name=name, bytes=size, kind="application/pdf"),
    WORDS,
    st.sampled_from([None, 120]),
)


def _grown(blocks: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    several = st.lists(blocks, min_size=1, max_size=3)
    item = st.builds(lambda first, rest: [first, *rest], PARAGRAPH, st.lists(blocks, max_size=2))
    cell = st.one_of(
        block("tableCell", several, colspan=st.integers(1, 3), align=st.sampled_from([None, "right"])),
        block("tableHeader", several, colwidth=st.sampled_from([None, [120], [80, 90]])),
    )
    return st.one_of(
        block("blockquote", several),
        block("callout", several, kind=st.sampled_from(["note", "tip", "important", "warning", "caution"])),
        block("bulletList", st.lists(block("listItem", item), min_size=1, max_size=3)),
        block(
            "orderedList", st.lists(block("listItem", item), min_size=1, max_size=3), start=st.integers(0, 12)
        ),
        block("taskList", st.lists(block("taskItem", item, checked=st.booleans()), min_size=1, max_size=3)),
        block("table", st.lists(block("tableRow", st.lists(cell, max_size=3)), min_size=1, max_size=3)),
    )


BLOCKS = st.recursive(st.one_of(PARAGRAPH, HEADING, CODE, RULE, IMAGE, FILE), _grown, max_leaves=6)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=5).map(lambda found: node("doc", found))
