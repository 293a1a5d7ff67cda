"""What our server lacks: cases that need a feature which it has not, and what both answer to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.compat.caller import Exchange
from tests.compat.case import Case
from tests.compat.compare import Verdict, compare
from tests.compat.record import Held
from tests.compat.wire import Answer, Request

HEAD = "| lacks | endpoint | better-auth | here |\n|---|---|---|---|"


@dataclass(frozen=True)
class Lack:
    """One case with both: the comparison, and in short what was answered at the case's own endpoint."""

    verdict: Verdict
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    broke: str = ""

    @property
    def case(self) -> Case:
        """The case that was held."""
        return self.verdict.case

    @property
    def fault(self) -> str:
        """Why this is no lack, empty where it is one."""
        if self.broke:
            return f"{self.case.title}: better-auth's side broke off: {self.broke}"
        if self.verdict.differences:
            return ""
        return f"{self.case.title}: the same answers; it lacks no {self.case.lacks}: drop the mark"


def lack(theirs: Held, ours: Held) -> Lack:
    """Compares one case that must differ."""
    return Lack(compare(theirs, ours), _answers(theirs), _answers(ours), theirs.error)


def faults(lacks: Iterable[Lack]) -> list[str]:
    """A line for every case that must differ and does not, or that better-auth itself cannot follow."""
    return [fault for lack in lacks if (fault := lack.fault)]


def table(lacks: Sequence[Lack]) -> str:
    """lacks | endpoint | what better-auth answers | what ours does: one line per endpoint."""
    found: dict[tuple[str, str], list[Lack]] = {}
    for item in lacks:
        found.setdefault((item.case.lacks, item.case.endpoint), []).append(item)
    rows = [
        f"{start(*place)} {_all(item.theirs for item in items)} | {_all(item.ours for item in items)} |"
        for place, items in found.items()
    ]
    return "\n".join([HEAD, *rows])


def start(feature: str, endpoint: str) -> str:
    """How an endpoint's line begins."""
    return f"| {feature} | {endpoint} |"


def _all(answers: Iterable[tuple[str, ...]]) -> str:
    return "; ".join(dict.fromkeys(text for some in answers for text in some)) or "not asked"


def _answers(held: Held) -> tuple[str, ...]:
    exchanges = (item for item in held.heard if isinstance(item, Exchange))
    return tuple(_short(item.answer) for item in exchanges if _at(held.case.endpoint, item.request))


def _at(endpoint: str, request: Request) -> bool:
    method, _, path = endpoint.partition(" ")
    asked = request.target.partition("?")[0].removeprefix("/api/auth")
    return request.method == method and bool(re.fullmatch(re.sub(r":\w+", "[^/]+", path), asked))


def _short(answer: Answer) -> str:
    """The status, and the code of an error or the names of the members."""
    if answer.status == 404 and not answer.body:
        return "404, no such endpoint"
    try:
        found = json.loads(answer.body)
    except ValueError:
        return str(answer.status)
    if not isinstance(found, dict):
        return str(answer.status)
    code = found.get("code") or f"{{{', '.join(found)}}}"
    return f"{answer.status} {code}"
