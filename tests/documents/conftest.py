"""A document, and people who are something to it, and nothing."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jsonschema
import pytest
from tornado.platform.asyncio import AsyncIOLoop

from handlers.documents.routes import SITE
from server.live.live import Live
from server.services import Services
from tests.client import Answer, Client
from tests.conftest import Sql

Get = Callable[[], Awaitable["Stage"]]
NOBODY = "nothinglikethat"


@dataclass
class Stage:
    """Ada's document; Eddie edits it, Rita reads it, Una did until a while ago; Sam is a stranger, and somebody is out."""

    people: dict[str, Client]
    ids: dict[str, str]
    sql: Sql
    document: str = ""
    made: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Client:
        return self.people[name]

    async def ask(self, name: str, method: str, path: str, body: object = None) -> Answer:
        """A request by one of them; `{d}` is the document."""
        body = {} if method == "POST" and body is None else body
        if method == "PUT":
            text = {"Content-Type": "text/markdown"}
            address = "/api" + path.replace("{d}", self.document)
            return await self.people[name].send(method, address, headers=text, raw=str(body).encode())
        return await self.people[name].send(method, "/api" + path.replace("{d}", self.document), body)

    async def done(self, name: str, method: str, path: str, body: object = None) -> Any:
        """The same, which succeeds: what is answered."""
        answer = await self.ask(name, method, path, body)
        assert answer.status == 200, (method, path, answer.body)
        jsonschema.validate(answer.json, told(method, path))
        return answer.json

    async def refused(self, name: str, method: str, path: str, body: object = None) -> tuple[int, str]:
        """The same, which does not: the status and the code."""
        answer = await self.ask(name, method, path, body)
        assert answer.status >= 400, (method, path, answer.body)
        return answer.status, answer.json["code"]


def told(method: str, path: str) -> Any:
    """What the document of the API says of this answer."""
    address = "/api" + path.partition("?")[0].replace("{d}", "x")
    handler = next(kind for pattern, kind in SITE if re.fullmatch(pattern, address))
    return getattr(handler, method.lower()).answers.found[200]


NAMES = {"owner": "Ada", "editor": "Eddie", "reader": "Rita", "expired": "Una", "stranger": "Sam"}


async def _sign_up(base_url: str, name: str) -> tuple[Client, str]:
    client = Client(base_url)
    answer = await client.sign_up(f"{name.lower()}@example.com", name)
    return client, answer.json["user"]["id"]


@pytest.fixture
def app(app: Services, io_loop: AsyncIOLoop) -> Iterator[Services]:
    """With the open documents, whose tasks end with the test."""
    if "documents" not in app.parts.names:
        yield app
        return
    running = app.of(Live).running()
    io_loop.run_sync(running.__aenter__)
    yield app
    io_loop.run_sync(lambda: running.__aexit__(None, None, None))


@pytest.fixture
def stage(client: Client, sql: Sql) -> Get:
    """stage(): all of them, signed in but for the last, with proven addresses."""

    async def make() -> Stage:
        known = {who: await _sign_up(client.base_url, name) for who, name in NAMES.items()}
        sql('UPDATE "user" SET "emailVerified" = true')
        ids = {who: person[1] for who, person in known.items()}
        people = {who: person[0] for who, person in known.items()} | {"signed out": Client(client.base_url)}
        made = Stage(people, ids, sql)
        made.document = (await made.done("owner", "POST", "/documents", {"title": "Garden"}))["id"]
        sql(
            """
            INSERT INTO "ai_editor_document_access" ("id", "documentId", "userId", "role", "expiresAt")
            SELECT u.who, %s, u.id, CASE u.who WHEN 'editor' THEN 'editor' ELSE 'reader' END,
                   CASE u.who WHEN 'expired' THEN now() - interval '1 minute' END
            FROM unnest(%s::text[], %s::text[]) AS u (who, id)
            """,
            made.document,
            ["editor", "reader", "expired"],
            [ids["editor"], ids["reader"], ids["expired"]],
        )
        return made

    return make
