"""A case: a short conversation with one server, held with both and compared."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from tests.compat.caller import Caller

Run = Callable[[Caller], object]


@dataclass(frozen=True)
class Case:
    """`endpoint` is the row it counts for, `options` the option set it runs under.

    `lacks` names the feature of better-auth that it needs and our server has not: the answers must differ.
    """

    endpoint: str
    name: str
    run: Run
    options: str = "plain"
    lacks: str = ""

    @property
    def is_alone(self) -> bool:
        """Whether no other conversation may be held at the same time."""
        return hasattr(self.run, "alone")

    @property
    def title(self) -> str:
        """A name that no other case has."""
        return f"{self.endpoint} / {self.name}" + ("" if self.options == "plain" else f" [{self.options}]")


class Group:
    """Collects the cases of one file, all of which may lack the same feature."""

    def __init__(self, lacks: str = "") -> None:
        self.cases: list[Case] = []
        self._lacks = lacks

    def add(self, endpoint: str, name: str, run: Run, *options: str) -> None:
        """Adds one case under each of the named option sets."""
        for chosen in options or ("plain",):
            self.cases.append(Case(endpoint, name, run, chosen, self._lacks))

    def case(self, endpoint: str, name: str, *options: str) -> Callable[[Run], Run]:
        """Adds the decorated function as a case."""

        def keep(run: Run) -> Run:
            self.add(endpoint, name, run, *options)
            return run

        return keep

    def each(
        self,
        endpoint: str,
        name: str,
        values: Iterable[tuple[str, Any]],
        run: Callable[[Caller, Any], object],
        options: Sequence[str] = (),
    ) -> None:
        """Adds one case per (label, value)."""
        for label, value in values:
            self.add(endpoint, f"{name}: {label}", _bound(run, value), *options)


def alone(run: Callable[..., object]) -> Callable[..., object]:
    """Marks what looks at a value whose time is over: either server deletes all of those when anybody asks for any."""
    run.alone = True  # type: ignore[attr-defined]
    return run


def _bound(run: Callable[[Caller, Any], object], value: Any) -> Run:
    bound = functools.partial(_given, run, value)
    return cast(Run, alone(bound)) if hasattr(run, "alone") else bound


def _given(run: Callable[[Caller, Any], object], value: Any, caller: Caller) -> object:
    return run(caller, value)
