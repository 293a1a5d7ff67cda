"""Questions are asked one after the other, and answered on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bench import machine
from bench.figures import Pace, Section
from bench.report import SIGNS
from bench.stage import Stage
from bench.trouble import Trouble

Questions = Mapping[str, Callable[[Stage, Pace], Section]]


def answers(questions: Questions, stage: Stage, pace: Pace, names: Iterable[str]) -> Iterator[Section]:
    """One after the other, printed as they come."""
    for name in names:
        if name not in questions:
            raise Trouble(f"there is no question {name!r}; there are {', '.join(questions)}")
    for name in names:
        began, before = time.monotonic(), machine.busy()
        section = questions[name](stage, pace)
        noise = f"{datetime.now(UTC):%Y-%m-%d}, load average {before} before and {machine.busy()} after"
        section = replace(section, date=noise)
        show(section, time.monotonic() - began)
        yield section


def show(section: Section, seconds: float) -> None:
    """On the terminal."""
    out = sys.stdout.write
    out(f"\n{section.title} ({seconds:.0f} s; {section.date})\n")
    widths = [max(map(len, column)) for column in zip(section.columns, *section.rows, strict=True)]
    for line in (section.columns, *section.rows):
        out(
            "  "
            + "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            + "\n"
        )
    for target in section.targets:
        out(f"  {SIGNS[target.met].strip('*'):7} {target.what}: {target.measured}, wanted {target.wanted}\n")
    sys.stdout.flush()
