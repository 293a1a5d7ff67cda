"""The command line: `ai-editor NOUN VERB`, one module per noun."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

import click

from server import version
from server.cli.backup import backup, restore_command
from server.cli.db import db
from server.cli.secret import secret
from server.cli.serve import serve
from server.feature import Feature


def build(features: Iterable[Feature]) -> click.Group:
    """The whole command, with the features that `serve` serves and the nouns that they bring."""
    collected = tuple(features)

    @click.group(context_settings={"help_option_names": ["-h", "--help"], "obj": collected})
    @click.version_option(version.VERSION, prog_name="ai-editor", message="%(prog)s %(version)s")
    def root() -> None:
        """AI-Editor: sign-in for a browser app, over better-auth's protocol.

        Settings come from the environment and from a .env file in this folder. Without DATABASE_URL the commands use
        the embedded PostgreSQL in DATA_DIR, whether the server runs or not.
        """

    for verb in (backup, restore_command):
        db.add_command(verb)
    nouns = (noun for feature in collected for noun in feature.commands)
    verbs = [verb for feature in collected for verb in feature.verbs]
    for command in (serve, db, *nouns, secret):
        root.add_command(_with_verbs(command, [verb for noun, verb in verbs if noun == command.name]))
    return root


def _with_verbs(noun: click.Command, verbs: Sequence[click.Command]) -> click.Command:
    """A noun with the verbs of other features, where it has some; the feature's own is left as it is."""
    if not verbs or not isinstance(noun, click.Group):
        return noun
    fuller = copy.copy(noun)
    fuller.commands = {**noun.commands, **{verb.name or "": verb for verb in verbs}}
    return fuller
