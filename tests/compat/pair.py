"""Both servers under every option set that is asked for, each kind on a database of its own."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.compat.case import Case
from tests.compat.compare import Verdict, compare
from tests.compat.databases import Databases
from tests.compat.options import OPTION_SETS, Options
from tests.compat.record import hold
from tests.compat.servers import Ours, Reference, ReferenceApp, start_ours


@dataclass(frozen=True)
class Pair:
    """The reference and ours, by option set."""

    theirs: dict[str, ReferenceApp]
    ours: dict[str, Ours]

    def judge(self, case: Case) -> Verdict:
        """Holds one case with both, one after the other, and compares."""
        return compare(hold(case, self.theirs[case.options]), hold(case, self.ours[case.options]))

    def judge_all(self, cases: Sequence[Case], at_once: int = 8) -> list[Verdict]:
        """Judges many, several at once."""
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(self.judge, cases))


@contextlib.contextmanager
def pair(databases: Databases, names: Sequence[str]) -> Iterator[Pair]:
    """Starts both for the named option sets and stops them at the end."""
    sets = [OPTION_SETS[name] for name in names]
    with contextlib.ExitStack() as stack:
        theirs = references(databases, sets, stack)
        databases.create("ours")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        yield Pair(theirs, _all_ours(databases, sets, folder, stack))


def references(
    databases: Databases, sets: Sequence[Options], stack: contextlib.ExitStack
) -> dict[str, ReferenceApp]:
    """better-auth for these option sets: a process in production, one in development where wanted."""
    databases.create("reference")
    apps: dict[str, ReferenceApp] = {}
    for production in (True, False):
        wanted = [options for options in sets if options.production is production]
        if wanted:
            reference = Reference(databases, "reference", wanted, not apps, production)
            stack.callback(reference.stop)
            apps |= reference.apps
    return apps


def _all_ours(
    databases: Databases, sets: Sequence[Options], folder: Path, stack: contextlib.ExitStack
) -> dict[str, Ours]:
    """The first brings the database up, then the others start together."""

    def start(options: Options) -> Ours:
        ours = start_ours(databases, "ours", options, folder / options.name)
        stack.callback(ours.stop)
        return ours

    first = start(sets[0])
    with ThreadPoolExecutor(2) as pool:
        rest = list(pool.map(start, sets[1:]))
    return {ours.name: ours for ours in (first, *rest)}
