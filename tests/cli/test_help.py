"""`--help`, `--version`, `secret generate`."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from handlers import FEATURES
from server.cli import build, nouns
from server.version import DISTRIBUTION
from tests.cli.commands import Commands
from tests.sources import ROOT


def _verbs(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    context = click.Context(group, obj=FEATURES)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += _verbs(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]
    return found


VERBS = _verbs(build(FEATURES))


@pytest.fixture
def ai_editor(tmp_path: Path) -> Commands:
    return Commands(tmp_path)


def test_the_commands_have_the_names_that_scripts_know() -> None:
    """And a feature brings its own."""
    assert {" ".join(verb) for verb in VERBS} >= {
        "db init", "db migrate", "db status", "secret generate", "serve", "session list", "session revoke",
        "user create", "user delete", "user list", "user set-password", "user show",
    }  # fmt: skip
    assert {noun.name for noun in nouns(())} == {"db", "secret"}


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_help_teaches_by_example(verb: tuple[str, ...]) -> None:
    command: click.Command = build(FEATURES)
    for name in verb:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command, obj=FEATURES), name) or command
    text = command.get_help(click.Context(command, info_name=verb[-1]))
    examples = re.split(r"Examples?:\n", text)[1].split("\n\n")[0].splitlines()
    assert any("ai-editor " + " ".join(verb) in line for line in examples)


def test_help_touches_nothing(ai_editor: Commands) -> None:
    done = ai_editor("user", "create", "-h")
    assert done.code == 0
    assert list(ai_editor.folder.iterdir()) == []


def test_secrets_are_long_and_never_the_same(ai_editor: Commands) -> None:
    first, second = ai_editor("secret", "generate"), ai_editor("secret", "generate")
    assert re.fullmatch(r"[A-Za-z0-9]{48}\n", first.out)
    assert first.out != second.out


def test_version(ai_editor: Commands) -> None:
    """What pip says that is installed."""
    assert ai_editor("--version").out == f"ai-editor {version(DISTRIBUTION)}\n"


def test_a_start_loads_nothing_that_it_can_do_without() -> None:
    """Each of these takes longer than a start may be prolonged by; workers have them before they are forked."""
    later = {
        "argon2",
        "cryptography",
        "dotenv",
        "email.headerregistry",
        "importlib.metadata",
        "jinja2",
        "joserfc.jws",
        "markdown_it",
        "nacl",
        "prometheus_client",
        "pycrdt",
        "server.cli.db",
    }
    script = f"import sys, handlers, server.cli; print(sorted({later} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
