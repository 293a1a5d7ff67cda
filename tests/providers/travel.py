"""A browser that goes to one of the third parties and comes back, for tests of our server alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.client import Answer, Client
from tests.compat import profiles
from tests.compat.profiles import Who
from tests.compat.third_parties import client_id
from tests.providers import script
from tests.providers.scripted import Scripted

ENDS = {"callbackURL": "/welcome", "errorCallbackURL": "/failed", "newUserCallbackURL": "/new"}


def surroundings(scripted: Scripted, *names: str) -> dict[str, str]:
    """Settings of a server that knows these providers, and finds them here."""
    ids = {f"{name.upper()}_CLIENT_ID": client_id(name) for name in names}
    return scripted.environment | ids | {f"{name.upper()}_CLIENT_SECRET": f"{name}-secret" for name in names}


async def start(client: Client, provider: str, path: str = "/sign-in/social", **body: Any) -> dict[str, str]:
    """What the provider's address says."""
    answer = await client.api(path, {"provider": provider} | ENDS | body)
    assert answer.status == 200, answer.body
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.json["url"]).query).items()}


async def back(client: Client, provider: str, state: str, code: str, **more: str) -> Answer:
    """Comes back with a code."""
    return await client.api(f"/callback/{provider}?{urlencode({'state': state, 'code': code} | more)}")


def code_of(provider: str, who: Who, name: str | None = None, **changes: Any) -> str:
    """A code for somebody; whole answers of the provider's may be changed."""
    return script.code(name, **profiles.script(provider, who) | changes)


async def visit(
    client: Client, provider: str, who: Who, path: str = "/sign-in/social", **changes: Any
) -> str:
    """There and back: where it ends."""
    query = await start(client, provider, path)
    answer = await back(client, provider, query["state"], code_of(provider, who, **changes))
    assert answer.status == 302
    return answer.headers["Location"]
