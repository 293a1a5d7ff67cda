"""The document as a client gets it."""

from collections.abc import Iterator
from typing import Any

from handlers.open_api.places import METHODS
from tests.client import Client

PATH = "/api/auth/open-api/generate-schema"


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


async def document(client: Client) -> dict[str, Any]:
    answer = await client.send("GET", PATH)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json
    return found
