"""The command: what is looked at in which order, and how it is told."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from handlers.doctor import configuration, database, surroundings
from handlers.doctor.examine import Result, examine
from server import postgres
from server.cli import output, setup
from server.cli.options import json_option
from server.config import settings
from server.config.settings import Settings
from server.errors import StartError
from server.feature import Check, Feature, Finding, idle_settings, plug, select

COLUMNS = 80
COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "failure": "red"}
_AWAY = "Start it, or mend DATABASE_URL."


@click.command()
@json_option
@click.pass_obj
def doctor(features: tuple[Feature, ...], as_json: bool) -> None:
    """Look at settings, database, disk, mail and Redis; say what to do.

    Changes nothing and sends nothing. Exit code 0 when there are no warnings and no failures, 1 when there are.

    \b
    Examples:
      ai-editor doctor
      ai-editor doctor --json | jq -r '.checks[] | select(.level != "ok") | .advice'
    """
    results = []
    for each in _results(features):
        results.append(each)
        if not as_json:
            _print(each)
    bad = any(each.finding.bad for each in results)
    if as_json:
        output.document({"healthy": not bad, "checks": [_as_json(each) for each in results]})
    else:
        click.echo(f"\n{_verdict(results)}")
    _end(int(bad), any(each.stuck for each in results))


def _end(code: int, stuck: bool) -> None:
    """A thread that waits for something that never answers would keep the process."""
    if stuck:
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _results(features: tuple[Feature, ...]) -> Iterator[Result]:
    try:
        found, wrong = settings.read_leniently(
            lambda config: plug(select(features, config.features_off, config.plugins), config)
        )
        chosen, config = select(features, found.features_off, found.plugins), setup.with_secret(found)
    except (StartError, OSError) as error:
        yield Result(
            "settings",
            Finding("failure", str(error), "Nothing else was looked at: mend this, and ask again."),
        )
        return
    names = [line.split()[0] for line in wrong]
    yield from configuration.say(wrong, config, idle_settings(features, chosen, config))
    alone = [
        check for check in configuration.CHECKS if not (check.name == "secret" and _about_secrets(names))
    ]
    yield from examine(alone, config)
    yield from examine(surroundings.CHECKS, config)
    checks = [check for feature in chosen for check in feature.doctor]
    yield from examine([check for check in checks if not check.rows], config)
    if "DATABASE_URL" in names:
        yield Result("database", Finding("failure", "not looked at: DATABASE_URL cannot be read", _AWAY))
        return
    yield from _of_database(config, [check for check in checks if check.rows])


def _about_secrets(names: Sequence[str]) -> bool:
    """What is wrong has been said, and something else stands in its place."""
    return "the" in names or any(name.startswith("BETTER_AUTH_SECRET") for name in names)


def _of_database(config: Settings, of_features: Sequence[Check]) -> Iterator[Result]:
    if config.database_url is None and not postgres.exists(config.data_dir / "postgres"):
        yield Result(
            "database", Finding("note", "there is none yet", "The first start makes it in DATA_DIR.")
        )
        return
    with _attached(config) as (reachable, problem):
        if reachable is None:
            yield Result("database", Finding("failure", problem, "Mend what this says, and ask again."))
            return
        [first] = examine([database.FIRST], reachable)
        yield first
        if first.finding.level == "failure" and "read-only" not in first.finding.words:
            return
        others = list(examine(database.CHECKS, reachable))
        yield from others
        if any(each.name == "schema" and each.finding.level != "ok" for each in others):
            return
        yield from examine(database.IN_TABLES, reachable)
        yield from examine(of_features, reachable)


@contextmanager
def _attached(config: Settings) -> Iterator[tuple[Settings | None, str]]:
    """The settings with a database, or why there is none."""
    if config.database_url:
        yield config, ""
        return
    with _either(config.data_dir / "postgres") as (url, problem):
        yield (replace(config, database_url=url), "") if url else (None, problem)


@contextmanager
def _either(folder: Path) -> Iterator[tuple[str | None, str]]:
    attached = postgres.attached(folder)
    try:
        url = attached.__enter__()
    except (postgres.PostgresError, OSError) as error:
        yield None, str(error)
        return
    try:
        yield url, ""
    finally:
        attached.__exit__(None, None, None)


def _as_json(each: Result) -> dict[str, str]:
    return {
        "name": each.name,
        "level": each.finding.level,
        "words": each.finding.words,
        "advice": each.finding.advice,
    }


def _print(each: Result) -> None:
    """The level, the name, the sentence, and below it what to do; at most 80 columns."""
    found = each.finding
    head = f"{found.level:7}  {each.name:11}  "
    lines = textwrap.wrap(output.plain(found.words), COLUMNS - len(head)) or [""]
    click.echo(click.style(head, fg=COLOURS[found.level]) + lines[0])
    rest = [*lines[1:], *(_advice(found) if found.advice else [])]
    for line in rest:
        click.echo(" " * len(head) + line)


def _advice(found: Finding) -> list[str]:
    return textwrap.wrap(output.plain(f"→ {found.advice}"), COLUMNS - 22, subsequent_indent="  ")


def _verdict(results: Sequence[Result]) -> str:
    number = sum(each.finding.bad for each in results)
    return f"{output.counted(number, 'thing')} to do." if number else "All is well."
