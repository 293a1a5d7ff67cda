"""The document of the API and its page: what tools go by is the same, what is said beyond that is each server's own."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from tests.compat.caller import MISSING, Caller, Look
from tests.compat.case import Group

group = Group()
ON = "open-api"
DOCUMENT = "GET /open-api/generate-schema"
PAGE = "GET /reference"
# Which better-auth gives no operationId.
NAMELESS = {
    "/account-info", "/callback/{id}", "/delete-user/callback", "/error", "/get-access-token", "/ok", "/refresh-token",
    "/revoke-other-sessions", "/revoke-session", "/revoke-sessions", "/unlink-account", "/verify-email",
}  # fmt: skip
OWN = {"/open-api/generate-schema", "/reference"}


def _document(caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(caller.get("/open-api/generate-schema").body)
    return found


def _say(caller: Caller, **looks: object) -> None:
    """What is compared in place of the answers themselves."""
    caller.heard[:] = [Look(what.replace("_", " "), found, time.time()) for what, found in looks.items()]


def _core(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """The operations of better-auth without plugins, and not of the plugin itself."""
    found = (
        (path, method, each)
        for path, item in document["paths"].items()
        if path not in OWN
        for method, each in item.items()
        if method in ("get", "post") and "Default" in each["tags"]
    )
    return sorted(found, key=lambda each: each[:2])


def _body(operation: dict[str, Any]) -> list[list[str]]:
    schema = operation.get("requestBody", {"content": {}})["content"].get("application/json", {"schema": {}})[
        "schema"
    ]
    return [sorted(schema.get("properties", {})), sorted(schema.get("required", []))]


@group.case(DOCUMENT, "status and headers", ON)
def headers(caller: Caller) -> None:
    answer = caller.get("/open-api/generate-schema")
    document = json.loads(answer.body)
    _say(
        caller,
        the_document_s_answer=[answer.status, answer.all("content-type")],
        its_members=[list(document), document["openapi"], document["servers"], sorted(document["info"])],
    )


@group.case(DOCUMENT, "paths, methods and members of bodies", ON)
def operations(caller: Caller) -> None:
    found = [[path, method, *_body(each)] for path, method, each in _core(_document(caller))]
    _say(caller, operations=found)


@group.case(DOCUMENT, "names of operations and of what a path says", ON)
def names(caller: Caller) -> None:
    core = _core(_document(caller))
    _say(
        caller,
        names=[[path, method, each["operationId"]] for path, method, each in core if path not in NAMELESS],
        said_by_paths=[
            [path, *(item["name"] for item in each["parameters"] if item["in"] == "path")]
            for path, _, each in core
        ],
        operations_without_a_name=sum(not each.get("operationId") for _, _, each in core),
    )


@group.case(DOCUMENT, "how a caller shows who it is", ON)
def security(caller: Caller) -> None:
    found = _document(caller)["components"]["securitySchemes"]
    _say(caller, ways_to_say_who_asks=sorted(found))


@group.case(PAGE, "what it loads", ON)
def loads(caller: Caller) -> None:
    answer = caller.get("/reference")
    found = re.findall(
        r'<script[^>]* src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"', answer.body.decode()
    )
    _say(
        caller,
        the_page_s_answer=[answer.status, answer.all("content-type")],
        what_the_reference_loads=["".join(each) for each in found],
    )


def _posted(caller: Caller, path: str) -> None:
    caller.post(path, MISSING)
    caller.post(path, {})


group.each("POST /open-api", "another method", [(path, path) for path in sorted(OWN)], _posted, [ON])
