"""People who move in from another server, and out again: `ai-editor user import` and `user export`."""

import click

from server.feature import Feature


def _verbs() -> tuple[tuple[str, click.Command], ...]:
    from handlers.transfer.commands import export_users, import_users

    return (("user", import_users), ("user", export_users))


FEATURE = Feature(name="transfer", verbs=_verbs)
