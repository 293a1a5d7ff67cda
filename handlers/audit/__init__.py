"""The audit log in the database: kept with each change, chained, shown to the person it is about. S36 S37."""

import click

from handlers.audit import chain, trail
from handlers.audit.routes import Activity
from server.feature import Check, Feature


def _commands() -> tuple[click.Command, ...]:
    from handlers.audit.commands import audit

    return (audit,)


FEATURE = Feature(
    name="audit",
    optional=True,
    site=(("/api/activity", Activity),),
    make=(trail.open_trail,),
    commands=_commands,
    run=trail.running,
    doctor=(Check("audit log", chain.examine, rows=True),),
)
