"""Documents as Markdown and back, Markdown as others write it, and Markdown that was made to hurt."""

import pytest
from hypothesis import given, settings

from server.documents import schema
from server.documents.markdown import markdown
from server.documents.reading import LARGEST, TooComplex, TooLarge, kept, read
from server.documents.schema import ContentError, TooDeep, mark, node, text
from server.model import Json
from tests.documents import carried, shapes

LINK = mark("link", href="https://example.com/")


def doc(*blocks: Json) -> Json:
    return node("doc", blocks)


def paragraph(*content: Json | str) -> Json:
    return node("paragraph", [text(each) if isinstance(each, str) else each for each in content])


def item(*content: Json | str) -> Json:
    return node("listItem", [paragraph(each) if isinstance(each, str) else each for each in content])


def task(words: str, checked: bool) -> Json:
    return node("taskItem", [paragraph(words)], checked=checked)


@settings(deadline=None, max_examples=60)
@given(document=carried.DOCUMENTS)
def test_what_markdown_carries_comes_back(document: Json) -> None:
    written = markdown(document)
    assert read(written).document == document
    assert schema.document(document) == document


@settings(deadline=None, max_examples=25)
@given(document=shapes.DOCUMENTS)
def test_whatever_it_is_becomes_markdown_that_stays(document: Json) -> None:
    """What cannot be carried is lost once, and then no more."""
    once = read(markdown(document)).document
    assert schema.document(once) == once
    assert read(markdown(once)).document == once


@settings(deadline=None, max_examples=25)
@given(document=shapes.DOCUMENTS, other=carried.DOCUMENTS)
def test_what_markdown_cannot_say_stays_where_nothing_changed(document: Json, other: Json) -> None:
    """Who fetches a document as Markdown and puts it back has changed nothing."""
    assert kept(document, read(markdown(document)).document) == document
    more = read(f"{markdown(document)}\n<!-- -->\n\n{markdown(other)}").document
    assert schema.document(kept(document, more))
    assert read(markdown(kept(document, more))).document == more


def test_a_change_leaves_the_other_blocks_alone() -> None:
    person, wide = (
        paragraph(node("mention", id="u1", label="Zoë")),
        node("image", src="attachment:one", width=80),
    )
    empty, rule = paragraph(), node("horizontalRule")
    present = doc(empty, person, empty, empty, wide, rule, empty)

    def put(written: str) -> Json:
        return kept(present, read(written).document)

    assert put("@Zoë\n\nnew\n\n![](attachment:one)\n\n***\n") == doc(
        empty, person, paragraph("new"), wide, rule, empty
    )
    assert put("@Zoë!\n\n![](attachment:one)\n\n***\n") == doc(paragraph("@Zoë!"), wide, rule, empty)
    assert put("@Zoë\n\n![](attachment:one)\n") == doc(empty, person, empty, empty, wide)
    assert put("") == doc(empty)
    assert kept(doc(empty, empty), read("").document) == doc(empty, empty)


@pytest.mark.parametrize(
    ("document", "written"),
    [
        (doc(paragraph(text("bold ", [mark("bold")]), "plain")), "**bold** plain\n"),
        (doc(paragraph("un", text("believ", [mark("italic")]), "able")), "un*believ*able\n"),
        (doc(paragraph(text("a", [mark("bold")]), text("b", [mark("bold"), mark("italic")]))), "<strong>a*b*</strong>\n"),
        (doc(paragraph(text("see", [LINK]), " snake_case, 3 * 4 < 5 & 6")), "[see](https://example.com/) snake_case, 3 \\* 4 < 5 & 6\n"),
        (doc(paragraph(text("x", [mark("link", href="javascript:alert(1)")]))), "x\n"),
        (doc(paragraph(node("mention", id="u1", label="Zoë"), " wrote: # no heading")), "@Zoë wrote: # no heading\n"),
        (doc(paragraph("1. no list"), paragraph("# no heading")), "1\\. no list\n\n\\# no heading\n"),
        (doc(node("heading", [text("C#")], level=2), node("horizontalRule")), "## C\\#\n\n---\n"),
        (doc(node("horizontalRule"), node("codeBlock", [text("```\n")], language="c++")), "___\n\n````c++\n```\n\n````\n"),
        (doc(node("taskList", [task("done", True), task("open", False)])), "- [x] done\n- [ ] open\n"),
        (doc(node("bulletList", [item("a", node("orderedList", [item("b")]))]), node("bulletList", [item("c")])), "- a\n  1. b\n\n* c\n"),
        (doc(node("bulletList", [item("a", "b"), item("c")])), "- a\n\n  b\n\n- c\n"),
        (doc(node("callout", [paragraph("mind"), paragraph("it")], kind="warning")), "> [!WARNING]\n> mind\n>\n> it\n"),
        (doc(node("image", src="attachment:one", alt="a [b]", title='"t"')), '![a \\[b\\]](attachment:one "\\"t\\"")\n'),
        (doc(node("image", src="https://elsewhere.example/x.png", alt="gone")), "gone\n"),
        (doc(paragraph(text("u", [mark("underline")]), text("h", [mark("highlight")]))), "<u>u</u><mark>h</mark>\n"),
        (doc(), ""),
        (doc({"type": "hologram", "content": [paragraph("kept")]}), "kept\n"),
    ],
    ids=lambda each: each.strip().replace("\n", " / ") if isinstance(each, str) else "",
)  # fmt: skip
def test_it_is_written_as_people_would(document: Json, written: str) -> None:
    assert markdown(document) == written


def test_tables_that_are_none_in_markdown() -> None:
    """Merged cells, rows of other lengths, several blocks in a cell: a table all the same."""
    wide = node("tableHeader", [paragraph("a|b"), paragraph("c")], colspan=2)
    rows = [
        node("tableRow", [wide]),
        node("tableRow", [node("tableCell", [node("codeBlock", [text("x\ny")])])] * 2),
    ]
    assert markdown(doc(node("table", rows))) == "| a\\|b<br>c |  |\n| --- | --- |\n| x y | x y |\n"
    assert markdown(doc(node("table", [node("tableRow")]))) == ""


@pytest.mark.parametrize(
    ("written", "blocks"),
    [
        ("a\nb  \nc\\\nd", [paragraph("a b", node("hardBreak"), "c", node("hardBreak"), "d")]),
        ("Title\n===\n\n    code\n", [node("heading", [text("Title")], level=1), node("codeBlock", [text("code")])]),
        ("* [x] a\n* b\n", [node("taskList", [task("a", True)]), node("bulletList", [item("b")])]),
        ("- \\[ ] a\n", [node("bulletList", [item("[ ] a")])]),
        ("- # a\n", [node("bulletList", [item(paragraph(), node("heading", [text("a")]))])]),
        ("> [!tip]\n", [node("callout", [paragraph()], kind="tip")]),
        ("> \\[!TIP]\n", [node("blockquote", [paragraph("[!TIP]")])]),
        (">\n", [node("blockquote", [paragraph()])]),
        ("[`x`](https://example.com/)", [paragraph(text("x", [LINK]))]),
        ("**`x`**", [paragraph(text("x", [mark("code")]))]),
        ("<https://example.com/>", [paragraph(text("https://example.com/", [LINK]))]),
        ("[a]\n\n[a]: https://example.com/\n", [paragraph(text("a", [LINK]))]),
        ("![far](https://example.com/)", [paragraph(text("far", [LINK]))]),
        ("a ![near](attachment:one) b", [paragraph("a "), node("image", src="attachment:one", alt="near"), paragraph(" b")]),
        ("# a ![near](attachment:one)", [node("heading", [text("a ")]), node("image", src="attachment:one", alt="near")]),
        ("[![near](attachment:one)](/x)", [node("image", src="attachment:one", alt="near")]),
        ("a<!-- b -->c<br>d</u>", [paragraph("ac", node("hardBreak"), "d")]),
        ("<!-- all -->\n", [paragraph()]),
        ("", [paragraph()]),
        ("\r\n\ta\rb\n", [node("codeBlock", [text("a")]), paragraph("b")]),
        ("\x00\ud800", [paragraph("\ufffd?")]),
    ],
    ids=lambda each: ascii(each) if isinstance(each, str) else "",
)  # fmt: skip
def test_what_others_wrote_is_read(written: str, blocks: list[Json]) -> None:
    found = read(written).document
    assert found == doc(*blocks)
    assert schema.document(found) == found


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "<div>\n<p>x</p>\n</div>",
        '<u onclick="alert(1)">x',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java&#10;script:alert(1))",
        "[x](data:text/html,x)",
        "[x](//elsewhere.example)",
        "![x](/\\elsewhere.example)",
        "<javascript:alert(1)>",
    ],
)
def test_html_and_bad_addresses_are_the_text_that_they_are(html: str) -> None:
    found = read(html).document["content"]
    assert [each["type"] for each in found] == ["paragraph"]
    assert all(each.keys() == {"type", "text"} for each in found[0]["content"])


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("---\ntitle: 'Plan B'\nother: x\n---\n\n# Plan A\n", "Plan B"),
        ("---\nother: x\n---\n# Plan A\n", "Plan A"),
        ("---\n\nwords\n\n---\n", "words"),
        ("words\n\n## *Head*  line\n", "Head line"),
        ("***\n", None),
        ("w" * 300, "w" * 200),
    ],
)
def test_a_title_is_found(written: str, title: str | None) -> None:
    assert read(written).title == title


def test_only_what_tools_write_before_a_document_is_left_out() -> None:
    words = [paragraph("words"), node("horizontalRule")]
    assert read("---\na: b\n---\nwords\n\n---\n").document == doc(*words)
    assert read("---\n\nwords\n\n---\n").document == doc(node("horizontalRule"), *words)
    assert read("---\na: b\n").document["content"][0] == node("horizontalRule")


SIZE = LARGEST - 100


@pytest.mark.parametrize(
    ("hostile", "error"),
    [
        pytest.param("x" * (LARGEST + 1), TooLarge, id="large"),
        pytest.param("ö" * (LARGEST // 2 + 1), TooLarge, id="large in bytes"),
        pytest.param(">" * SIZE, TooDeep, id="quotes"),
        pytest.param("> - " * (SIZE // 4), TooDeep, id="quotes and lists"),
        pytest.param("".join(f"{'  ' * at}- a\n" for at in range(200)), TooDeep, id="lists"),
        pytest.param("[" * SIZE, TooComplex, id="brackets"),
        pytest.param("![" * (SIZE // 2), TooComplex, id="pictures"),
        pytest.param("a|b\n-|-\n" + "|\n" * (SIZE // 2), TooComplex, id="cells"),
    ],
)
def test_hostile_markdown_is_refused(hostile: str, error: type[ContentError]) -> None:
    with pytest.raises(error):
        read(hostile)


def test_steps_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.documents.reading._STEPS", 1000)
    for hostile in ("*a" * 1000, "a\n=\n" * 400):
        with pytest.raises(TooComplex):
            read(hostile)


@pytest.mark.parametrize(
    "nested", ["![" * 400 + "a" + "](/x)" * 400, "**a " * 1000, "<u>" * 5000, "> " * 80 + "x"]
)
def test_what_is_nested_and_small_is_read(nested: str) -> None:
    found = read(nested).document
    assert schema.document(found) == found
    assert read(markdown(found)).document == found


def test_a_document_nested_too_deep_is_written_flat() -> None:
    deep = paragraph("at the bottom")
    for _ in range(10_000):
        deep = {"type": "blockquote", "content": [deep]}
    written = markdown(doc(deep))
    assert written.endswith("at the bottom\n")
    assert len(written) < 1000
