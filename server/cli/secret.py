"""`ai-editor secret`."""

import click

from server.crypto.random import random_id


@click.group()
def secret() -> None:
    """Secrets for BETTER_AUTH_SECRET."""


@secret.command()
def generate() -> None:
    """Print a new secret of 48 random characters (285 bits).

    \b
    Example:
      echo "BETTER_AUTH_SECRET=$(ai-editor secret generate)" >> .env
    """
    click.echo(random_id(48))
