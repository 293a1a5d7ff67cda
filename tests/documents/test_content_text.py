"""The words of a document."""

import pytest

from server.documents import text
from server.documents.schema import mark, node
from server.documents.schema import text as words
from server.model import Json


def doc(*blocks: Json) -> Json:
    return node("doc", blocks)


def test_a_line_for_each_block_and_break() -> None:
    item = node(
        "listItem", [node("paragraph", [words("one "), words("two", [mark("bold")])]), node("paragraph")]
    )
    document = doc(
        node("heading", [words("Head")]),
        node("bulletList", [item]),
        node(
            "paragraph", [words("a"), node("hardBreak"), words("b "), node("mention", id="u1", label="Zoë")]
        ),
        node("codeBlock", [words("x\ny")]),
        node("image", src="attachment:one", alt="a picture"),
        {"type": "hologram", "content": [node("paragraph", [words("kept")])]},
    )
    assert text.plain(document) == "Head\none two\na\nb @Zoë\nx\ny\na picture\nkept"
    assert text.words(document) == 11


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("", 0),
        ("don't — stop", 2),
        ("3.14 well-known e-mail", 3),
        ("漢字かな", 4),
        ("한국", 2),
        ("naïve Straße", 2),
        ("- * #", 0),
    ],
)
def test_words_are_counted(line: str, count: int) -> None:
    assert text.words(doc(node("paragraph", [words(line)] if line else []))) == count


@pytest.mark.parametrize(
    ("blocks", "title"),
    [
        (
            [node("paragraph", [words("first")]), node("heading"), node("heading", [words(" the  head ")])],
            "the head",
        ),
        (
            [node("paragraph"), node("paragraph", [words("first"), node("hardBreak"), words("second")])],
            "first",
        ),
        ([node("codeBlock", [words("one\ntwo")])], "one"),
        ([node("paragraph", [words("x" * 300)])], "x" * 200),
        ([node("paragraph"), node("horizontalRule")], None),
    ],
    ids=["heading", "line", "code", "long", "none"],
)
def test_a_title_is_proposed(blocks: list[Json], title: str | None) -> None:
    assert text.title(doc(*blocks)) == title


def test_ten_thousand_levels_are_no_trouble() -> None:
    deep = node("paragraph", [words("at the bottom")])
    for _ in range(10_000):
        deep = {"type": "blockquote", "content": [deep]}
    assert text.plain(doc(deep)) == "at the bottom"
