"""Both servers under every option set that is asked for, each kind on databases of its own."""

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
from tests.compat.lacking import Lack, lack
from tests.compat.options import OPTION_SETS, Options
from tests.compat.record import Held, hold
from tests.compat.running import Running
from tests.compat.servers import Ours, Reference, ReferenceApp, start_ours
from tests.providers.scripted import Scripted, third_parties


@dataclass(frozen=True)
class Pair:
    """The reference and ours, by option set."""

    theirs: dict[str, ReferenceApp]
    ours: Running

    def hold(self, case: Case) -> tuple[Held, Held]:
        """Holds one case with better-auth, then with ours."""
        return hold(case, self.theirs[case.options]), hold(case, self.ours[case.options])

    def judge_all(self, cases: Sequence[Case], at_once: int = 8) -> list[Verdict]:
        """Judges many, several at once, then those that have to be alone."""
        self.ours.need({case.options for case in cases})
        together = [case for case in cases if not case.is_alone]
        with ThreadPoolExecutor(at_once) as pool:
            found = list(pool.map(lambda case: compare(*self.hold(case)), together))
        return found + [compare(*self.hold(case)) for case in cases if case.is_alone]

    def lack_all(self, cases: Sequence[Case], at_once: int = 8) -> list[Lack]:
        """The same for cases that must differ."""
        self.ours.need({case.options for case in cases})
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(lambda case: lack(*self.hold(case)), cases))


@contextlib.contextmanager
def pair(databases: Databases, names: Sequence[str]) -> Iterator[Pair]:
    """Starts both for the named option sets, ours when they are asked for, and stops them at the end."""
    sets = [OPTION_SETS[name] for name in names]
    with contextlib.ExitStack() as stack:
        parties = parties_for(sets, stack)
        theirs = references(databases, sets, stack, parties)
        _create(databases, "ours", sets)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))

        def start(options: Options, own: Path) -> Ours:
            there = parties if options.third_parties else None
            return start_ours(databases, options.database("ours"), options, own, there)

        ours = Running(names, folder, start)
        stack.callback(ours.stop)
        yield Pair(theirs, ours)


def parties_for(sets: Sequence[Options], stack: contextlib.ExitStack) -> Scripted | None:
    """The third parties, where any set wants them: the same for both, so that the same is asked of them."""
    wanted = any(options.third_parties for options in sets)
    return stack.enter_context(third_parties()) if wanted else None


def references(
    databases: Databases,
    sets: Sequence[Options],
    stack: contextlib.ExitStack,
    parties: Scripted | None = None,
) -> dict[str, ReferenceApp]:
    """better-auth for these option sets: a process in production, one in development where wanted."""
    _create(databases, "reference", sets)
    apps: dict[str, ReferenceApp] = {}
    for production in (True, False):
        wanted = [options for options in sets if options.production is production]
        if wanted:
            reference = Reference(
                databases,
                "reference",
                wanted,
                migrate=True,
                production=production,
                cheap=True,
                parties=parties,
            )
            stack.callback(reference.stop)
            apps |= reference.apps
    return apps


def _create(databases: Databases, shared: str, sets: Sequence[Options]) -> None:
    for name in {options.database(shared) for options in sets}:
        databases.create(name)
