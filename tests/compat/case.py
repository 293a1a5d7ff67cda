"""A case: a short conversation with one server, held with both and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

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


def _bound(run: Callable[[Caller, Any], object], value: Any) -> Run:
    return lambda caller: run(caller, value)
