"""How a text names the files and pictures of its document: by no address, so that a copy has its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from server.documents import schema
from server.documents.model import Place
from server.documents.schema import Placed
from server.model import Json

NODES = ("image", "file")


def source_of(address: object, place: Place | None) -> str | None:
    """How a text names it, where it is an attachment of this document."""
    if not isinstance(address, str) or schema.may_show(address):
        return address if isinstance(address, str) else None
    return place.source(address) if place else None


def placed(node: Json, place: Place | Mapping[str, str], depth: int = 0) -> Json:
    """The same with addresses in place of names, for whoever reads it elsewhere; or with those that stand for them."""
    if node["type"] in NODES and schema.may_show(node["attrs"]["src"]):
        source = str(node["attrs"]["src"])
        address = place.address(source) if isinstance(place, Place) else place.get(source)
        return node | {"attrs": node["attrs"] | {"src": Placed(address) if address else None}}
    if depth > schema.DEPTH or not node.get("content"):
        return node
    return node | {"content": [placed(each, place, depth + 1) for each in node["content"]]}


def completed(node: Json, known: Mapping[str, Json], depth: int = 0) -> Json:
    """The same with what is known of files, and of pictures, which Markdown cannot say."""
    if node["type"] in NODES:
        more = known.get(str(node["attrs"]["src"]), {})
        said = {name: more[name] for name, value in node["attrs"].items() if value is None and name in more}
        return node | {"attrs": node["attrs"] | said} if said else node
    if depth > schema.DEPTH or not node.get("content"):
        return node
    return node | {"content": [completed(each, known, depth + 1) for each in node["content"]]}


def file_of(content: Sequence[Json], place: Place | None) -> Json | None:
    """The file that a paragraph is which is but a link to one."""
    links = [
        mark["attrs"]["href"]
        for each in content
        for mark in each.get("marks", ())
        if each["type"] == "text" and mark["type"] == "link"
    ]
    if not links or len(links) != len(content) or len(set(links)) > 1:
        return None
    source = source_of(links[0], place)
    name = "".join(str(each["text"]) for each in content).strip()
    return schema.node("file", src=source, name=name) if source else None


def unlinked(content: Sequence[Json]) -> Sequence[Json]:
    """A line without links to files: one that stands in it would lead nowhere."""
    if not any(_names_file(mark) for each in content for mark in each.get("marks", ())):
        return content
    bare = [
        schema.text(each["text"], [mark for mark in each.get("marks", ()) if not _names_file(mark)])
        if each["type"] == "text"
        else each
        for each in content
    ]
    return schema.joined(bare)


def _names_file(mark: Json) -> bool:
    return mark["type"] == "link" and schema.may_show(mark["attrs"]["href"])
