import click


@click.group()
def user() -> None:
    """x."""
