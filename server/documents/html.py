"""Documents as HTML: a fragment, or a page that needs nothing else. All that people wrote is escaped, every address judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from msgspec import Struct

from server.documents import schema, text
from server.model import Json

_MARKS = {
    "code": "code",
    "underline": "u",
    "highlight": "mark",
    "strike": "s",
    "italic": "em",
    "bold": "strong",
}
_STYLE = """
:root { color-scheme: light dark }
body { font: 1rem/1.6 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; overflow-wrap: break-word; padding: 2rem 1rem }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 .6em }
pre, code { font: .9em/1.5 ui-monospace, monospace }
pre { overflow-x: auto; padding: .8rem 1rem; background: #8882; border-radius: .3rem }
img { max-width: 100%; height: auto }
table { border-collapse: collapse; display: block; overflow-x: auto }
th, td { border: 1px solid #8886; padding: .3rem .6rem; vertical-align: top }
th { text-align: start }
blockquote, aside { border-inline-start: .25rem solid #8888; margin: 1em 0; padding: .01em 1rem }
aside { background: #8881; border-color: #36c }
aside.tip { border-color: #283 }
aside.important { border-color: #84c }
aside.warning { border-color: #b70 }
aside.caution { border-color: #c33 }
ul.tasks { list-style: none; padding-inline-start: 0 }
ul.tasks > li { align-items: baseline; display: flex; gap: .6rem }
ul.tasks > li > div { flex: 1; min-width: 0 }
ul.tasks p, li > p, th > p, td > p { margin: .2em 0 }
@media print { body { max-width: none; padding: 0 } pre { white-space: pre-wrap } a { color: inherit } }
"""


def page(document: Json, title: str, *, language: str = "", origin: str = "") -> str:
    """A whole page; `origin` goes before the addresses of this server, so that they still lead there from a file."""
    lang = f' lang="{escape(language)}"' if language else ""
    head = f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>'
    heading = "" if _headed(document, title) else f"<h1>{escape(title)}</h1>\n"
    body = fragment(document, origin=origin)
    return (
        f"<!doctype html>\n<html{lang}>\n<head>\n{head}\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{heading}{body}\n</main>\n</body>\n</html>\n"
    )


def fragment(document: Json, *, origin: str = "") -> str:
    """What stands in a page."""
    return _Writer(origin).blocks(document.get("content", ()), 0)


def _headed(document: Json, title: str) -> bool:
    """Whether the title is the first that the document says itself."""
    first = next(iter(document.get("content", ())), None)
    return bool(first and first["type"] == "heading" and text.plain(first).strip() == title.strip())


class _Writer(Struct):
    origin: str

    def blocks(self, content: Sequence[Json], depth: int) -> str:
        """One below the other."""
        return "\n".join(self._block(each, depth) for each in content)

    def _block(self, node: Json, depth: int) -> str:
        if depth > schema.DEPTH:
            return f"<p>{escape(text.plain(node))}</p>"
        content, attrs = node.get("content", ()), node.get("attrs", {})
        match node["type"]:
            case "paragraph":
                return f"<p>{self._line(content)}</p>"
            case "heading":
                return f"<h{attrs['level']}>{self._line(content)}</h{attrs['level']}>"
            case "codeBlock":
                return _code(content, attrs)
            case "image" | "file":
                return self._image(attrs) if node["type"] == "image" else self._file(attrs)
        return self._around(node, depth)

    def _around(self, node: Json, depth: int) -> str:
        """What has blocks in it; what is not known is only their place."""
        if any(each["type"] in ("text", "mention", "hardBreak") for each in node.get("content", ())):
            return f"<p>{self._line(node['content'])}</p>"
        opened, closed = _TAGS.get(node["type"], _unknown)(node.get("attrs", {}))
        inside = self.blocks(node.get("content", ()), depth + 1)
        return f"{opened}\n{inside}\n{closed}" if inside else opened + closed

    def _line(self, content: Sequence[Json]) -> str:
        """Neighbours that lead to one place are one link."""
        return "".join(self._linked(link, group) for link, group in groupby(content, key=_link))

    def _linked(self, link: Json | None, group: Iterator[Json]) -> str:
        words = "".join(_inline(each) for each in group)
        if link is None or not schema.may_lead(link["href"]):
            return words
        return f'<a href="{self._address(link["href"])}" rel="noopener nofollow"{_said("title", link["title"])}>{words}</a>'

    def _image(self, attrs: Json) -> str:
        alt = str(attrs["alt"] or "")
        if not schema.may_show(attrs["src"]):
            return f"<p>{escape(alt)}</p>" if alt else ""
        more = "".join(_said(name, attrs[name]) for name in ("title", "width", "height"))
        return f'<p><img src="{self._address(attrs["src"])}" alt="{escape(alt)}"{more}></p>'

    def _file(self, attrs: Json) -> str:
        name = escape(str(attrs["name"] or ""))
        if not schema.may_show(attrs["src"]):
            return f"<p>{name}</p>" if name else ""
        return f'<p><a href="{self._address(attrs["src"])}" download>{name or "file"}</a></p>'

    def _address(self, address: str) -> str:
        return escape(f"{self.origin}{address}" if address.startswith("/") else address)


def _link(node: Json) -> Json | None:
    return next((mark["attrs"] for mark in node.get("marks", ()) if mark["type"] == "link"), None)


def _inline(node: Json) -> str:
    if node["type"] == "hardBreak":
        return "<br>"
    if node["type"] == "mention":
        return f"<span>{escape(text.mention(node['attrs']))}</span>"
    words = escape(str(node.get("text", "")) if node["type"] == "text" else text.plain(node), quote=False)
    names = {mark["type"] for mark in node.get("marks", ())}
    for name, tag in _MARKS.items():
        if name in names:
            words = f"<{tag}>{words}</{tag}>"
    return words


def _said(name: str, value: object) -> str:
    return f' {name}="{escape(str(value))}"' if value else ""


def _code(content: Sequence[Json], attrs: Json) -> str:
    """The newline at the end is none of the code's: browsers show none there."""
    code = "".join(str(each.get("text", "")) for each in content)
    language = _said("class", f"language-{attrs['language']}" if attrs["language"] else "")
    return f"<pre><code{language}>{escape(code, quote=False)}\n</code></pre>"


def _unknown(_: Json) -> tuple[str, str]:
    return "<div>", "</div>"


def _ordered(attrs: Json) -> tuple[str, str]:
    start = f' start="{attrs["start"]}"' if attrs["start"] != 1 else ""
    return f"<ol{start}{_said('type', attrs['type'])}>", "</ol>"


def _task(attrs: Json) -> tuple[str, str]:
    return f'<li><input type="checkbox" disabled{" checked" if attrs["checked"] else ""}><div>', "</div></li>"


def _cell(tag: str) -> Callable[[Json], tuple[str, str]]:
    def tags(attrs: Json) -> tuple[str, str]:
        spans = "".join(_said(name, attrs[name]) for name in ("colspan", "rowspan") if attrs[name] != 1)
        return f"<{tag}{spans}{_said('align', attrs['align'])}>", f"</{tag}>"

    return tags


_TAGS: Mapping[str, Callable[[Json], tuple[str, str]]] = {
    "horizontalRule": lambda _: ("<hr>", ""),
    "blockquote": lambda _: ("<blockquote>", "</blockquote>"),
    "bulletList": lambda _: ("<ul>", "</ul>"),
    "orderedList": _ordered,
    "taskList": lambda _: ('<ul class="tasks">', "</ul>"),
    "listItem": lambda _: ("<li>", "</li>"),
    "taskItem": _task,
    "callout": lambda attrs: (f'<aside class="{escape(str(attrs["kind"]))}" role="note">', "</aside>"),
    "table": lambda _: ("<table>", "</table>"),
    "tableRow": lambda _: ("<tr>", "</tr>"),
    "tableHeader": _cell("th"),
    "tableCell": _cell("td"),
}
