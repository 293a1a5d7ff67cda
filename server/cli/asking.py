"""What commands ask: only where a person can answer, and never as an argument what must stay secret."""

from __future__ import annotations

import sys

import click

from server.cli import output
from server.cli.setup import Refused, WrongUsage

yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask whether to go on.")
stdin_option = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input."
)


def interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty()


def value(given: str | None, question: str, how: str) -> str:
    """The value given, or the answer; `how` says how to give it where nobody can be asked."""
    if given is None and not interactive():
        raise WrongUsage(f"there is no terminal to ask on: give {how}")
    found = given if given is not None else str(click.prompt(question, err=True))
    return found.strip()


def new_password(from_stdin: bool) -> str:
    """A password from standard input, or from a person, who types it twice and does not see it."""
    if from_stdin:
        return _password_from_stdin()
    if not interactive():
        raise WrongUsage("there is no terminal to ask for the password on: pipe it in with --password-stdin")
    again = "Password again"
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=again, err=True))


def _password_from_stdin() -> str:
    if interactive():
        raise WrongUsage("--password-stdin reads from a pipe or a file; leave it out to be asked")
    try:
        text = sys.stdin.buffer.read(1 << 20).decode()
    except UnicodeDecodeError:
        raise Refused("the password on standard input is not UTF-8") from None
    password = text.removesuffix("\n").removesuffix("\r")
    if not password or "\n" in password:
        raise Refused("standard input must hold one line: the password")
    return password


def go_on(question: str, yes: bool) -> None:
    """Returns when that is wanted: by --yes, or by a person's word."""
    if yes:
        return
    if not interactive():
        raise WrongUsage("there is no terminal to ask on: say --yes to go on")
    if not click.confirm(output.plain(question), err=True):
        raise Refused("nothing was changed")
