"""`make bench`: measures, prints, and writes docs/performance.md."""

from __future__ import annotations

import argparse
import signal
import sys

from bench import machine
from bench.figures import Pace
from bench.report import PERFORMANCE, ROOT
from bench.scenarios import (
    audit,
    documents,
    get_session,
    large,
    limits,
    memory,
    plugins,
    revocation,
    shell,
    sign_in,
    start,
    workers,
    writing,
)
from bench.servers import POOL
from bench.stage import staged
from bench.terminal import Questions, answers
from bench.trouble import Trouble

QUESTIONS: Questions = {
    "get-session": get_session.measure,
    "sign-in": sign_in.measure_rate,
    "meanwhile": sign_in.measure_delay,
    "audit": audit.measure,
    "plugins": plugins.measure,
    "workers": workers.measure,
    "limits": limits.measure,
    "memory": memory.measure,
    "shell": shell.measure,
    "start": start.measure,
    "revocation": revocation.measure,
    "documents": documents.measure,
    "writing": writing.measure,
    "large": large.measure,
}
FULL, QUICK = Pace(3, 5, 5), Pace(1, 1, 1, quick=True)


def main() -> int:
    """Answers the questions that were asked; one line where something cannot be measured."""
    asked = _parser().parse_args()
    names = asked.only or ([] if asked.large else [name for name in QUESTIONS if name != "large"])
    names += ["large"] if asked.large and "large" not in names else []
    pace = QUICK if asked.quick else FULL
    shown = {"pool": POOL, "rounds": pace.rounds, "seconds": pace.seconds, "warmup": pace.warmup}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # servers and files are cleared away then, too
    try:
        with staged() as stage:
            for section in answers(QUESTIONS, stage, pace, names):
                if not asked.quick:
                    PERFORMANCE.remember([section], machine.facts(), shown)
        if not asked.quick:
            sys.stdout.write(f"\nWritten to {PERFORMANCE.path.relative_to(ROOT)}\n")
    except Trouble as trouble:
        sys.stderr.write(f"{trouble}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("bench", description="Measures AI-Editor beside its peers.")
    parser.add_argument("only", nargs="*", help=f"some of: {', '.join(QUESTIONS)}", metavar="question")
    parser.add_argument(
        "--quick", action="store_true", help="a second each, once, and nothing is written down"
    )
    parser.add_argument("--large", action="store_true", help="a million users: minutes, and 5 GB of disk")
    return parser


if __name__ == "__main__":
    sys.exit(main())
