import click


@click.group()
def db() -> None:
    """x."""
