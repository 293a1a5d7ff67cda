"""A page of docs/ with plots, made from a file beside it, where every run leaves what it found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.figures import Bars, Section, Target
from bench.plots import svg

ROOT = Path(__file__).parent.parent
HEAD = """# How fast it is

`make bench` measures this server beside others that speak its protocol, and writes this page; `make bench-large` adds
the database with a million users. Every number is from one machine: the ratios travel further than the numbers.
"""
METHOD = """## Method

- Everything runs on one machine: the servers, PostgreSQL (the embedded one, with its normal settings) and the load tool.
  Each server is one process with {pool} database connections, on the same database with the same user and session.
- Runs are interleaved, A B C A B C …, in {rounds} rounds of {seconds} s after {warmup} s of warming up; a number is the median
  of the rounds. A ratio is taken within each round: its median, and in brackets the least and the greatest.
- Connections are kept alive. A run in which a single request fails does not count: the bench ends. Answers are looked
  at before and after each run: status, and the session that was asked for.
- Rate limits are off in every server, since one client asks for everything. All other settings are the defaults.
- Cookie cache: the session in a signed cookie, believed for five minutes even when it was revoked. Ours is off, as it is
  by default in all of them.
- The bare Tornado handler is a `RequestHandler` whose `get` sets Content-Type and writes the same body: no etag, no
  access log, no other header, on uvloop like ours.
- Processor time is the servers' own, from `/proc/PID/stat`, without PostgreSQL's. It depends less than answers a second
  on what else the machine does.
"""
SIGNS = {True: "met", False: "**missed**", None: "not measured"}
Facts = Mapping[str, str]


def nothing(_: list[Section]) -> list[str]:
    """No more than what was measured."""
    return []


@dataclass(frozen=True)
class Page:
    """`head` and `method` are its words, the latter with the pace put in; `more` follows from what was measured."""

    name: str
    head: str
    method: str
    more: Callable[[list[Section]], list[str]] = nothing
    folder: Path = ROOT / "docs"

    @property
    def path(self) -> Path:
        """The page itself."""
        return self.folder / f"{self.name}.md"

    def remember(self, sections: Iterable[Section], facts: Facts, pace: Mapping[str, object]) -> None:
        """Adds what was found to what is known, and writes the page anew."""
        known = json.loads(self._numbers.read_text()) if self._numbers.is_file() else {"sections": {}}
        known["facts"], known["pace"] = facts, pace
        known["sections"] |= {section.key: asdict(section) for section in sections}
        self._numbers.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
        self.rewrite()

    @property
    def _numbers(self) -> Path:
        return self.folder / f"{self.name}.json"

    def rewrite(self) -> None:
        """The page anew, from what is known."""
        known = json.loads(self._numbers.read_text())
        self.write(known["facts"], known["pace"], [_section(each) for each in known["sections"].values()])

    def write(self, facts: Facts, pace: Mapping[str, object], sections: list[Section]) -> None:
        """The page and the plots."""
        (self.folder / "images").mkdir(exist_ok=True)
        for section in sections:
            for plot in section.plots:
                (self.folder / self._picture(plot)).write_text(svg(plot))
        machine = table(["", ""], [[name, value] for name, value in facts.items()])
        parts = [self.head, aims(sections), self.method.format(**pace), f"## Machine\n\n{machine}"]
        self.path.write_text("\n".join([*parts, *map(self._written, sections), *self.more(sections)]))

    def _picture(self, plot: Bars) -> str:
        return f"images/{self.name}-{plot.name}.svg"

    def _written(self, section: Section) -> str:
        """One question's answer."""
        pictures = "".join(f"![{plot.title}]({self._picture(plot)})\n\n" for plot in section.plots)
        return f"## {section.title}\n\n{section.text}\n\nMeasured {section.date}.\n\n{pictures}{table(section.columns, section.rows)}"


def _section(stored: dict[str, object]) -> Section:
    targets = [Target(**each) for each in stored.pop("targets")]  # type: ignore[attr-defined]
    plots = [Bars(**each) for each in stored.pop("plots")]  # type: ignore[attr-defined]
    return Section(targets=targets, plots=plots, **stored)  # type: ignore[arg-type]


def aims(sections: list[Section]) -> str:
    """All targets in one table."""
    rows = [
        [target.what, target.wanted, target.measured, SIGNS[target.met]]
        for section in sections
        for target in section.targets
    ]
    return f"## Targets\n\n{table(['what', 'target', 'measured', ''], rows)}"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """In Markdown; the first column is text, the others are numbers or short."""
    lines = [columns, ["---", *["---:" if len(columns) > 4 else "---"] * (len(columns) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


PERFORMANCE = Page("performance", HEAD, METHOD)
