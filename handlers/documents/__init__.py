"""Documents: lists, folders, the trash, search, and who else has access."""

import click

from handlers.documents import mails, sweeping
from handlers.documents.routes import SITE
from handlers.documents.searching import Searching
from server.feature import Feature


def _commands() -> tuple[click.Command, ...]:
    from handlers.documents.commands import document

    return (document,)


def _verbs() -> tuple[tuple[str, click.Command], ...]:
    from handlers.documents.commands import hand_over

    return (("user", hand_over),)


FEATURE = Feature(
    name="documents",
    optional=True,
    site=SITE,
    make=(lambda services: Searching(),),
    limits=(mails.BY_PERSON,),
    emails=mails.EMAILS,
    commands=_commands,
    verbs=_verbs,
    run=sweeping.running,
)
