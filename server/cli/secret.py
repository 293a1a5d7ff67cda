"""`ai-editor secret`."""

import click

from server import tokens


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
    click.echo(tokens.random_id(48))
