"""Documents: what people write, alone and together; lists, folders, the trash, search, and who else has access."""

import click

from handlers.documents import attachments, clearing, mails, running
from handlers.documents.content import Converting
from handlers.documents.routes import SITE
from handlers.documents.searching import Searching
from handlers.documents.sockets import LiveDocument
from server.feature import Feature
from server.limits import Limit


def _commands() -> tuple[click.Command, ...]:
    from handlers.documents.commands import document

    return (document,)


def _verbs() -> tuple[tuple[str, click.Command], ...]:
    from handlers.documents.commands import hand_over

    return (("user", hand_over),)


FEATURE = Feature(
    name="documents",
    optional=True,
    site=(*SITE, ("/api/documents/([^/]+)/live", LiveDocument)),
    check=attachments.check,
    make=(
        lambda services: Searching(),
        lambda services: Converting(),
        running.open_live,
        attachments.open_attachments,
    ),
    limits=(
        # As somebody types; an office may have one address.
        Limit("/api/documents/search", 300, seconds=10),
        Limit("/api/documents/export", 5, seconds=60),
        mails.BY_PERSON,
    ),
    emails=mails.EMAILS,
    commands=_commands,
    verbs=_verbs,
    run=running.running,
    forget=clearing.forget,
    shared=(attachments.FOLDER,),
)
