"""Documents: what people write, alone and together; their lists, who else has access, and how they are found."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from handlers.documents import mails, sweeping
from handlers.documents.routes import SITE
from handlers.documents.searching import Searching
from handlers.documents.sockets import LiveDocument
from server.feature import Feature
from server.live.live import Live
from server.services import Services


def _open_live(services: Services) -> Live:
    return Live(services.db)


@asynccontextmanager
async def _running(services: Services) -> AsyncIterator[None]:
    async with services.of(Live).running(), sweeping.running(services):
        yield


def _commands() -> tuple[click.Command, ...]:
    from handlers.documents.commands import document

    return (document,)


def _verbs() -> tuple[tuple[str, click.Command], ...]:
    from handlers.documents.commands import hand_over

    return (("user", hand_over),)


FEATURE = Feature(
    name="documents",
    optional=True,
    site=(("/api/documents/([^/]+)/live", LiveDocument), *SITE),
    make=(_open_live, lambda services: Searching()),
    limits=(mails.BY_PERSON,),
    emails=mails.EMAILS,
    commands=_commands,
    verbs=_verbs,
    run=_running,
)
