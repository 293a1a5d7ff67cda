"""Every case, by group: a group is the `group` of a file in cases/, by that file's name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path

from tests.compat.case import Case, Group
from tests.compat.options import OPTION_SETS


def _groups() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent / "cases")]):
        group = getattr(importlib.import_module(f"tests.compat.cases.{module.name}"), "group", None)
        if isinstance(group, Group):
            found[module.name] = group.cases
    return found


GROUPS: dict[str, list[Case]] = _groups()

# What our server has no setting for is recorded from better-auth alone.
RECORDED_OPTIONS = ("no-mail", "no-confirmation")


def _some(cases: Iterable[Case], lacking: bool) -> list[Case]:
    return [case for case in cases if bool(case.lacks) is lacking and case.options not in RECORDED_OPTIONS]


SERVED: dict[str, list[Case]] = {
    name: served for name, cases in GROUPS.items() if (served := _some(cases, lacking=False))
}
# What our server does not answer as better-auth, for want of the feature: these must differ.
LACKING: dict[str, list[Case]] = {
    name: lacking for name, cases in GROUPS.items() if (lacking := _some(cases, lacking=True))
}


def option_sets(groups: dict[str, list[Case]]) -> list[str]:
    """The option sets that these cases run under."""
    used = {case.options for group in groups.values() for case in group}
    return [name for name in OPTION_SETS if name in used]
