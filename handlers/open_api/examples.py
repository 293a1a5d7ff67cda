"""A request that can be copied: with curl, and with better-auth's client."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode, urlsplit

_TEXTS = {
    "email": "ada@example.com",
    "newEmail": "countess@example.com",
    "name": "Ada Lovelace",
    "password": "correct horse battery staple",
    "currentPassword": "correct horse battery staple",
    "newPassword": "another horse, another battery",
    "callbackURL": "/dashboard",
    "provider": "github",
}


def curl(url: str, method: str, operation: dict[str, Any]) -> str:
    """With a file of cookies, and the origin that a request with cookies has to name."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    query = urlencode(_query(operation))
    lines = [f"curl '{url}{'?' if query else ''}{query}'", "-b cookies.txt -c cookies.txt"]
    if method != "get":
        lines += [f"-X {method.upper()}", f"-H 'Origin: {origin}'"]
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        lines += ["-H 'Content-Type: application/json'", f"-d '{json.dumps(_body(operation))}'"]
    elif content:
        lines.append("--data-binary @picture.png")
    return " \\\n  ".join(lines)


def client(path: str, method: str, operation: dict[str, Any]) -> str:
    """Its names are the path's words; what has a parameter in the path is no call of it but a link."""
    if (
        "{" in path
        or set(operation["responses"]) & {"302"}
        or method != ("post" if _has_body(operation) else "get")
    ):
        return ""
    words = re.sub(r"-(\w)", lambda found: found[1].upper(), path.strip("/")).replace("/", ".")
    given = (
        _body(operation) if _has_body(operation) else {"query": query} if (query := _query(operation)) else {}
    )
    return f"await authClient.{words}({_script(given)})"


def _has_body(operation: dict[str, Any]) -> bool:
    return "requestBody" in operation


def _script(given: dict[str, Any]) -> str:
    """JSON as people write it in a script."""
    return re.sub(r'"(\w+)":', r"\1:", json.dumps(given, indent=2)) if given else ""


def _query(operation: dict[str, Any]) -> dict[str, str]:
    named = [each for each in operation["parameters"] if each["in"] == "query" and each["required"]]
    return {each["name"]: str(value(each["name"], each["schema"])) for each in named}


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    """The members that are needed."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    schema = schema["anyOf"][0] if "anyOf" in schema else schema
    return {name: value(name, schema["properties"][name]) for name in schema.get("required", ())}


def value(name: str, schema: dict[str, Any]) -> object:
    """Something that such a member may be."""
    kind = schema.get("type")
    if kind == "string":
        return _TEXTS.get(name, name)
    return {"boolean": True, "number": 1, "array": [], "object": {}}.get(str(kind), name)
