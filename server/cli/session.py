import click


@click.group()
def session() -> None:
    """x."""
