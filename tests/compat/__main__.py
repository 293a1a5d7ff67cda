"""Compares every endpoint and prints the tables; --record keeps what better-auth alone says instead."""

from __future__ import annotations

import argparse
import collections
import contextlib
import json
import sys
from pathlib import Path

from tests import clusters
from tests.compat import lacking
from tests.compat.case import Case
from tests.compat.catalogue import GROUPS, LACKING, SERVED, option_sets
from tests.compat.compare import Verdict
from tests.compat.databases import databases
from tests.compat.lacking import Lack, faults
from tests.compat.options import OPTION_SETS
from tests.compat.pair import pair, parties_for, references
from tests.compat.record import hold_all, readable
from tests.compat.report import differences, page, table

DOCUMENT = Path(__file__).parents[2] / "docs" / "compatibility.md"


def main() -> int:
    """Runs the command; 1 where a difference was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.compat", description=__doc__)
    parser.add_argument("--only", help="groups, comma separated")
    parser.add_argument("--all", action="store_true", help="also what our server has no setting for")
    parser.add_argument("--write", action="store_true", help="write docs/compatibility.md")
    parser.add_argument("--differences", type=Path, help="write every difference to this file")
    parser.add_argument("--record", type=Path, help="record better-auth alone into this folder")
    asked = parser.parse_args()
    chosen = GROUPS if asked.all or asked.record else SERVED | LACKING
    wanted = asked.only.split(",") if asked.only else list(chosen)
    groups = {name: chosen[name] for name in wanted}
    return _record(asked.record, groups) if asked.record else _compare(asked, groups)


def _compare(asked: argparse.Namespace, groups: dict[str, list[Case]]) -> int:
    verdicts: list[Verdict] = []
    lacks: list[Lack] = []
    with databases() as running, pair(running, option_sets(groups)) as servers:
        for name, group in groups.items():
            print(f"{name}: {len(group)} cases", file=sys.stderr, flush=True)
            verdicts += servers.judge_all([case for case in group if not case.lacks])
            lacks += servers.lack_all([case for case in group if case.lacks])
    wrong = faults(lacks)
    print("\n\n".join(part for part in (_tables(verdicts, lacks), "\n".join(wrong)) if part))
    if asked.differences:
        asked.differences.write_text(differences([*verdicts, *(lack.verdict for lack in lacks)]))
    if asked.write:
        DOCUMENT.parent.mkdir(exist_ok=True)
        DOCUMENT.write_text(page(verdicts, lacks))
    return 1 if wrong or any(verdict.differences for verdict in verdicts) else 0


def _tables(verdicts: list[Verdict], lacks: list[Lack]) -> str:
    tables = [table(verdicts)] if verdicts else []
    return "\n\n".join([*tables, lacking.table(lacks)] if lacks else tables)


def _record(folder: Path, groups: dict[str, list[Case]]) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    with databases() as running, contextlib.ExitStack() as stack:
        sets = [OPTION_SETS[name] for name in option_sets(groups)]
        servers = references(running, sets, stack, parties_for(sets, stack))
        for name, cases in groups.items():
            held = hold_all(cases, servers)
            broke = collections.Counter(item.error for item in held if item.error)
            print(f"{name}: {len(cases)} cases, broke off: {dict(broke) or 'none'}")
            text = json.dumps([readable(item) for item in held], indent=1)
            (folder / f"{name}.json").write_text(text)
    return 0


if __name__ == "__main__":
    clusters.keep()
    try:
        code = main()
    finally:
        clusters.drop()
    sys.exit(code)
