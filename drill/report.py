"""docs/drills.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from drill.outcome import NOT_BACK, Outcome, said

PAGE = Path(__file__).parent.parent / "docs/drills.md"
HEAD = """# Bad days

`make drill` does to a running server what bad days do, for real, and writes this page. People sign up, in and out, rename
themselves and change their passwords meanwhile; a ledger keeps what was acknowledged, and afterwards the database and
every account are held to it. `make drill ARGS="worker postgres"` holds some of the drills; a broken bar ends it with 1.

- **lost**: acknowledged writes that are not there afterwards; the bar is 0.
- **false sign-outs**: sessions that nobody ended and that were refused; the bar is 0.
- **stale yes**: the oldest wrong "signed in", in seconds from the acknowledged end of the session to the question.
- **back after**: seconds from the last blow to the last failure; in drills without failures under load, what the notes say.
- Failures are counted by status, or as *cut* (closed without an answer), *refused* (nobody listens), *timeout*.

Forged input is made by Hypothesis for every method of every route, so that new endpoints come in by themselves. `guided`
adds atheris where it is installed: it has no wheels for all of our Pythons and systems, so it is none of our requirements.
"""


def write(outcomes: list[Outcome], facts: dict[str, str]) -> None:
    """The page, made anew from a whole run."""
    machine = "".join(f"- {name}: {value}\n" for name, value in facts.items())
    rows = "".join(_row(each) for each in outcomes)
    head = "| drill | what | requests | failures | lost | false sign-outs | stale yes | back after | |\n"
    line = "|---|---|---:|---|---:|---:|---:|---:|---|\n"
    date = f"Held on {datetime.now(UTC):%Y-%m-%d}."
    PAGE.write_text(
        f"{HEAD}\n{date}\n\n{machine}\n{head}{line}{rows}\n## Notes\n\n{''.join(map(_notes, outcomes))}"
    )


COLUMNS = [
    *("what", "requests", "failures", "lost", "false sign-outs", "stale yes", "back after"),
    "",
]


def cells(each: Outcome) -> list[str]:
    """Its row of a table, under COLUMNS."""
    if each.left_out:
        return [each.what, *["–"] * 6, "left out"]
    verdict = "**broken**" if each.broken else "held"
    figures = (
        each.what, f"{each.requests:,}", said(each.failures), each.lost, each.false_sign_outs,
        seconds(each.stale, "none"), seconds(each.recovery, _unrecovered(each)), verdict,
    )  # fmt: skip
    return list(map(str, figures))


def _row(each: Outcome) -> str:
    return f"| {' | '.join([each.name, *cells(each)])} |\n"


def lines(each: Outcome) -> list[str]:
    """What it found, for a terminal."""
    told = [] if each.left_out else [_figures(each)]
    return [f"{each.name}: {each.what}", *(f"  {line}" for line in (*told, *each.notes, *_broken(each)))]


def _figures(each: Outcome) -> str:
    return (
        f"{each.requests} requests, failures: {said(each.failures)}; {each.lost} writes lost,"
        f" {each.false_sign_outs} false sign-outs, stale yes: {seconds(each.stale, 'none')},"
        f" back after {seconds(each.recovery, _unrecovered(each))}"
    )


def _unrecovered(each: Outcome) -> str:
    """Where there was nothing to come back from, there is nothing to tell."""
    return "never" if NOT_BACK in each.broken else "–"


def _broken(each: Outcome) -> list[str]:
    return [f"broken: {what}" for what in each.broken]


def seconds(value: float | None, otherwise: str) -> str:
    """A time, or what stands for none."""
    return otherwise if value is None else f"{value:.1f} s"


def _notes(each: Outcome) -> str:
    lines = [*each.notes, *(f"**broken:** {_code(what)}" for what in each.broken)]
    return "".join(f"- {each.name}: {line}\n" for line in lines)


def _code(text: str) -> str:
    """Without line breaks, and without what Markdown would take for its own."""
    return text.replace("\n", " ").replace("|", "\\|").replace("<", "&lt;")
