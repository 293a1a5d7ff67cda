"""`make scale`: measures, prints, and writes docs/scaling.md."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from bench import load, machine
from bench.figures import Pace
from bench.report import ROOT
from bench.scenarios import memory
from bench.stage import staged
from bench.terminal import Questions, answers
from bench.trouble import Trouble
from scale.questions import balance, carries, failures, hashing, reads, sizes
from scale.words import SCALING

QUESTIONS: Questions = {
    "carries": carries.measure,
    "sizes": sizes.measure,
    "hashing": hashing.measure,
    "memory": memory.measure,
    "balance": balance.measure,
    "reads": reads.measure,
    "failures": failures.measure,
}
FULL, QUICK = Pace(3, 5, 3), Pace(1, 1, 1, quick=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Answers the questions that were asked; one line where something cannot be measured."""
    asked = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers and files are cleared away then, too
    try:
        if asked.words:
            SCALING.rewrite()
        else:
            _measure(asked.only or list(QUESTIONS), asked.quick)
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _measure(names: Sequence[str], quick: bool) -> None:
    pace = QUICK if quick else FULL
    shown = {"rounds": pace.rounds, "seconds": pace.seconds, "warmup": pace.warmup}
    facts = {**machine.own(), "load tool": load.tool()}
    with staged() as stage:
        for section in answers(QUESTIONS, stage, pace, names):
            if not quick:
                SCALING.remember([section], facts, shown)
    if not quick:
        sys.stdout.write(f"\nWritten to {SCALING.path.relative_to(ROOT)}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("scale", description="Measures several servers behind nginx.")
    parser.add_argument("only", nargs="*", help=f"some of: {', '.join(QUESTIONS)}", metavar="question")
    parser.add_argument("--quick", action="store_true", help="in short, and nothing is written down")
    parser.add_argument("--words", action="store_true", help="only writes the page anew from what is known")
    return parser


if __name__ == "__main__":
    sys.exit(main())
