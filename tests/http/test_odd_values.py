"""Odd values in every member of every endpoint: an answer or a refusal, never a failure of ours. S38."""

import json
from typing import Any

import pytest

from handlers import FEATURES
from tests.client import PASSWORD, Client
from tests.protocol.test_bodies import BODIES

# A plugin that is off has no endpoints that could fail.
pytestmark = [pytest.mark.environ(PLUGINS="all"), pytest.mark.usefixtures("plugged")]
ENDPOINTS = [path for feature in FEATURES for path, _ in feature.api]
NAMES = sorted({member.key or name for body in BODIES for name, member in body.fields.items()})
LONG = "".join(chr(0x4E00 + number) for number in range(3000))
ODD: list[Any] = ["\0", "a\0@example.com", "\ud800", LONG, "/\0", "' OR 1=1 --", 10**400, [], {}, None, True]
GOOD: dict[str, Any] = {
    "name": "Ada",
    "email": "ada@example.com",
    "newEmail": "eve@example.com",
    "password": PASSWORD,
    "currentPassword": PASSWORD,
    "newPassword": PASSWORD,
    "provider": "github",
}


def bodies(value: object) -> list[object]:
    """The value as the whole body, as every member, and as every member but those that open the door."""
    every = dict.fromkeys(NAMES, value)
    return [value, every, {**every, **GOOD}]


async def failures(client: Client, path: str) -> list[str]:
    """What the endpoint failed at."""
    found = []
    for value in ODD:
        for body in bodies(value):
            answer = await client.send(
                "POST", f"/api/auth{path}?token=%00&callbackURL=%2F%00&state=%00", body
            )
            if answer.status >= 500:
                found.append(f"{answer.status} at {json.dumps(body)[:100]}")
    return found


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.gen_test
async def test_nothing_makes_an_endpoint_fail(client: Client, path: str) -> None:
    await client.sign_up()
    assert await failures(client, path.replace("([^/]+)", "%00")) == []


QUERIES = (
    "token=%00",
    "token=%FF",
    "callbackURL=%00",
    "error=%00&error_description=%0d%0a",
    "token&state=%ff",
)
PARTS = ("%00", "%ff", "%0d%0aSet-Cookie:a=b", "x" * 4000)


@pytest.mark.parametrize("path", ENDPOINTS)
@pytest.mark.gen_test
async def test_nor_does_anything_in_an_address(client: Client, path: str) -> None:
    await client.sign_up()
    for part, query in [(PARTS[0], query) for query in QUERIES] + [(part, "x") for part in PARTS]:
        answer = await client.send("GET", f"/api/auth{path.replace('([^/]+)', part)}?{query}")
        assert answer.status < 500
        assert "a" not in client.cookies
