"""Documents as HTML: all of them well-formed, none with anything in it that acts."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.documents import html, schema, text
from server.documents.schema import mark, node
from server.documents.schema import text as words
from server.model import Json
from tests.documents import shapes

EMPTY = {"br", "hr", "img", "input", "meta"}
TAGS = EMPTY | {
    *("p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "code", "blockquote", "aside", "ul", "ol", "li", "div", "table", "tr"),
    *("th", "td", "a", "strong", "em", "s", "u", "mark", "span"),
}  # fmt: skip
PAGE = TAGS | {"html", "head", "title", "style", "body", "main"}


class Reader(HTMLParser):
    """Tags, attributes and words; a tag that is not closed where it should be is an error."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open += [tag] * (tag not in EMPTY)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] != ["style"]:
            self.words.append(data)


def doc(*blocks: Json) -> Json:
    return node("doc", blocks)


def shown(whole: str) -> str:
    return "".join(whole.split())


@settings(deadline=None, max_examples=25)
@given(document=shapes.DOCUMENTS, title=st.text(shapes.SPECIAL, max_size=9))
def test_every_document_is_a_page_with_all_its_words(document: Json, title: str) -> None:
    found = Reader(html.fragment(document))
    assert {tag for tag, _ in found.tags} <= TAGS
    pictures = "".join(attrs["alt"] or "" for tag, attrs in found.tags if tag == "img")
    assert sorted(shown("".join(found.words) + pictures)) == sorted(shown(text.plain(document)))
    page = Reader(html.page(document, title, language="de", origin="https://example.com"))
    assert {tag for tag, _ in page.tags} <= PAGE
    assert page.tags[0] == ("html", {"lang": "de"})


@pytest.mark.parametrize(
    ("block", "written"),
    [
        (node("paragraph", [words('<b> & "x"')]), '<p>&lt;b&gt; &amp; "x"</p>'),
        (node("heading", [words("a", [mark("bold"), mark("italic")])], level=3), "<h3><strong><em>a</em></strong></h3>"),
        (node("codeBlock", [words("<a>\n")], language='"x'), '<pre><code class="language-&quot;x">&lt;a&gt;\n\n</code></pre>'),
        (node("horizontalRule"), "<hr>"),
        (node("image", src="attachment:one", alt='"', width=9), '<p><img src="attachment:one" alt="&quot;" width="9"></p>'),
        (node("file", src="attachment:one", name="a.<b>"), '<p><a href="attachment:one" download>a.&lt;b&gt;</a></p>'),
        (node("file", src="javascript:x", name="gone"), "<p>gone</p>"),
        (node("image", src="https://elsewhere.example/", alt="gone"), "<p>gone</p>"),
        (node("orderedList", [node("listItem", [node("paragraph")])], start=3), '<ol start="3">\n<li>\n<p></p>\n</li>\n</ol>'),
        (node("callout", [node("paragraph")], kind="tip"), '<aside class="tip" role="note">\n<p></p>\n</aside>'),
        (node("tableCell", [node("paragraph")], colspan=2, align="right"), '<td colspan="2" align="right">\n<p></p>\n</td>'),
        ({"type": "<script>", "attrs": {"onload": "x"}, "content": [node("paragraph")]}, "<div>\n<p></p>\n</div>"),
        ({"type": "hologram", "content": [words("x")]}, "<p>x</p>"),
        (node("paragraph", [{"type": "hologram"}, node("hardBreak")]), "<p><br></p>"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_a_block(block: Json, written: str) -> None:
    assert html.fragment(doc(block)) == written


def test_links_that_are_one_are_written_as_one_and_bad_ones_as_words() -> None:
    link, bad = mark("link", href='/x?a="b"'), mark("link", href="javascript:alert(1)")
    line = [words("a", [link]), words("b", [link, mark("bold")]), words("c", [bad])]
    inside = (
        '<a href="https://example.com/x?a=&quot;b&quot;" rel="noopener nofollow">a<strong>b</strong></a>c'
    )
    assert html.fragment(doc(node("paragraph", line)), origin="https://example.com") == f"<p>{inside}</p>"


def test_a_title_is_not_said_twice() -> None:
    headed = doc(node("heading", [words("Plan")], level=1))
    assert html.page(headed, "Plan").count("<h1>") == 1
    assert html.page(headed, "<Plan>").count("<h1>&lt;Plan&gt;</h1>") == 1


def test_a_document_nested_too_deep_is_written_flat() -> None:
    deep = node("paragraph", [words("at the bottom")])
    for _ in range(10_000):
        deep = {"type": "blockquote", "content": [deep]}
    assert "".join(Reader(html.fragment(doc(deep))).words).strip() == "at the bottom"


@pytest.mark.parametrize(
    ("address", "leads", "shows"),
    [
        ("https://example.com/a b", True, False),
        ("HTTP://example.com", True, False),
        ("mailto:a@example.com", True, False),
        ("tel:+49", True, False),
        ("/files/1", True, False),
        ("attachment:one", False, True),
        ("attachment:../one", False, False),
        ("attachment:", False, False),
        ("other#part", True, False),
        ("#part", True, False),
        ("?a=b:c", True, False),
        ("a/b:c", True, False),
        ("//elsewhere.example", False, False),
        ("/\\elsewhere.example", False, False),
        ("\\\\elsewhere.example", False, False),
        ("javascript:alert(1)", False, False),
        (" javascript:alert(1)", False, False),
        ("java\nscript:alert(1)", False, False),
        ("\x01javascript:alert(1)", False, False),
        ("/\t/elsewhere.example", False, False),
        ("data:text/html,x", False, False),
        ("vbscript:x", False, False),
        ("file:///etc/passwd", False, False),
        ("https:", False, False),
        ("", False, False),
        ("/" * 2 + "x" * 9, False, False),
        ("/" + "x" * schema.LONGEST, False, False),
        (None, False, False),
        (7, False, False),
    ],
    ids=ascii,
)
def test_addresses(address: object, leads: bool, shows: bool) -> None:
    assert (schema.may_lead(address), schema.may_show(address)) == (leads, shows)
