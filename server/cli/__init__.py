"""The command line: `ai-editor NOUN VERB`, one module per noun."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import click

from server import version
from server.cli.serve import serve
from server.feature import Feature, refuse_twice


def build(features: Iterable[Feature]) -> click.Group:
    """The whole command, with the features that `serve` serves and the nouns that they bring."""
    collected = tuple(features)

    @click.group(cls=_Nouns, context_settings={"help_option_names": ["-h", "--help"], "obj": collected})
    @click.version_option(version.VERSION, prog_name="ai-editor", message="%(prog)s %(version)s")
    def root() -> None:
        """AI-Editor: sign-in for a browser app, over better-auth's protocol.

        Settings come from the environment and from a .env file in this folder. Without DATABASE_URL the commands use
        the embedded PostgreSQL in DATA_DIR, whether the server runs or not.
        """

    root.add_command(serve)
    return root


class _Nouns(click.Group):
    """Loads what is not `serve` only when it is asked for: most starts are the server's."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the alphabet, as click has them."""
        self._load(ctx)
        return super().list_commands(ctx)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The noun, or None."""
        if name not in self.commands:
            self._load(ctx)
        return super().get_command(ctx, name)

    def _load(self, ctx: click.Context) -> None:
        if len(self.commands) == 1:
            for noun in nouns(ctx.obj):
                self.add_command(noun)


def nouns(features: Iterable[Feature]) -> list[click.Command]:
    """All but `serve`; raises StartError where two features have the same."""
    from server.cli.backup import backup, restore_command
    from server.cli.db import db
    from server.cli.secret import secret

    collected = tuple(features)
    for verb in (backup, restore_command):
        db.add_command(verb)
    found = [noun for each in collected if each.commands for noun in each.commands()]
    verbs = [verb for each in collected if each.verbs for verb in each.verbs()]
    refuse_twice(
        "command", [*(each.name or "" for each in found), *(f"{noun} {verb.name}" for noun, verb in verbs)]
    )
    return [
        _with_verbs(command, [verb for noun, verb in verbs if noun == command.name])
        for command in (db, *found, secret)
    ]


def _with_verbs(noun: click.Command, verbs: Sequence[click.Command]) -> click.Command:
    """A noun with the verbs of other features, where it has some; the feature's own is left as it is."""
    if not verbs or not isinstance(noun, click.Group):
        return noun
    fuller = copy.copy(noun)
    fuller.commands = {**noun.commands, **{verb.name or "": verb for verb in verbs}}
    return fuller
