"""The document as a page: operations by feature, each with what it takes, what it answers, and an example."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, select_autoescape
from markupsafe import Markup
from msgspec import Struct

import web
from handlers.open_api import examples
from handlers.open_api.places import CORE, METHODS

Document = dict[str, Any]


class Member(Struct, frozen=True):
    """A parameter, or a member of a body or an answer."""

    name: str
    kind: str
    needed: bool
    description: str = ""


class Shown(Struct, frozen=True):
    """One operation as the page has it."""

    id: str
    method: str
    path: str
    feature: str
    description: list[str]
    access: str
    parameters: list[Member]
    media_types: list[str]
    body: list[Member]
    responses: list[tuple[str, str, list[Member], str]]
    curl: str
    client: str


def render(document: Document) -> str:
    """The page's HTML."""
    groups: dict[str, list[Shown]] = {}
    for each in _operations(document):
        groups.setdefault(each.feature, []).append(each)
    models = {name: _members(schema) for name, schema in document["components"]["schemas"].items()}
    template = _templates().get_template("page.html")
    return template.render(
        info=document["info"], server=document["servers"][0]["url"], groups=groups, models=models
    )


@functools.cache
def _templates() -> Environment:
    folder = resources.files(web).joinpath("templates", "reference")
    loader = FunctionLoader(lambda name: folder.joinpath(name).read_text())
    found = Environment(
        loader=loader,
        autoescape=select_autoescape(("html",)),
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["code"] = code
    return found


def code(text: str) -> Markup:
    """What stands between backticks, as code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def _operations(document: Document) -> Iterator[Shown]:
    for path, item in document["paths"].items():
        server = item.get("servers", document["servers"])[0]["url"]
        for method in METHODS:
            if method in item:
                yield _shown(server, path, method, item[method])


def _shown(server: str, path: str, method: str, operation: dict[str, Any]) -> Shown:
    content = operation.get("requestBody", {}).get("content", {})
    schema = _schema(content)
    core = CORE in operation["tags"]
    return Shown(
        id=operation["operationId"],
        method=method.upper(),
        path=re.sub(r"https?://[^/]+", "", server) + path,
        feature=operation["x-feature"],
        description=operation.get("description", "").split("\n\n"),
        access="Asks for a session." if {} not in operation["security"] else "Anybody may call it.",
        parameters=[
            Member(f"{each['name']} ({each['in']})", kind(each["schema"]), each["required"])
            for each in operation["parameters"]
        ],
        media_types=list(content) if schema.get("properties") or not content.get("application/json") else [],
        body=_members(schema),
        responses=[_response(*each) for each in operation["responses"].items()],
        curl=examples.curl(server + path, method, operation),
        client=examples.client(path, method, operation) if core else "",
    )


def _response(status: str, response: dict[str, Any]) -> tuple[str, str, list[Member], str]:
    """Status, description, members, and the kind of what has none; a refusal is the same everywhere."""
    schema = _schema(response.get("content", {})) if int(status) < 400 else {}
    members = _members(schema)
    return status, response["description"], members, kind(schema) if schema and not members else ""


def _schema(content: dict[str, Any]) -> dict[str, Any]:
    """Of the first media type, which is JSON where that is one."""
    found: dict[str, Any] = next((each["schema"] for each in content.values()), {})
    return found


def _members(schema: dict[str, Any]) -> list[Member]:
    """The members of an object, or of each that it may be; the `null` beside it says nothing of members."""
    if "anyOf" in schema:
        return [each for option in schema["anyOf"] for each in _members(option)]
    needed = schema.get("required", ())
    return [
        Member(name, kind(each), name in needed, each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    ]


def kind(schema: dict[str, Any]) -> str:
    """What a value is, in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " | ".join(kind(each) for each in schema["anyOf"])
    named = schema.get("type", "anything")
    if named == "array":
        return f"array of {kind(schema['items'])}"
    found = " | ".join(named) if isinstance(named, list) else str(named)
    return f"{found} ({schema['format']})" if "format" in schema else found
