"""`ai-editor doctor`: looks at all that a server needs, and changes nothing."""

import click

from server.feature import Feature


def _commands() -> tuple[click.Command, ...]:
    from handlers.doctor.commands import doctor

    return (doctor,)


FEATURE = Feature(name="doctor", commands=_commands)
