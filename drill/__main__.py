"""`make drill`: holds the drills, prints what they found, writes docs/drills.md; ends with 1 when a bar is broken."""

from __future__ import annotations

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable

from drill import report
from drill.drills import crowds, disks, ended, forged, frozen, killed, written
from drill.outcome import Outcome
from drill.servers import Trouble

DRILLS: dict[str, Callable[[], Outcome]] = {
    "worker": killed.worker,
    "supervisor": killed.supervisor,
    "postgres": killed.database,
    "both": killed.worker_without_database,
    "documents": written.documents,
    "restart": ended.restart,
    "stop": ended.stop,
    "freeze": frozen.freeze,
    "silence": frozen.silence,
    "redis": frozen.redis,
    "disk": disks.full,
    "slow": crowds.slow,
    "storm": crowds.storm,
    "hung-up": crowds.hung_up,
    "descriptors": crowds.descriptors,
    "forged": forged.forged,
    "guided": forged.guided,
}


def main() -> int:
    """All of them, or those that are named; only a whole run writes the page."""
    parser = argparse.ArgumentParser(prog="make drill", description=__doc__)
    parser.add_argument("drill", nargs="*", help=", ".join(DRILLS))
    chosen = parser.parse_args().drill or list(DRILLS)
    if unknown := set(chosen) - set(DRILLS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; the drills are {', '.join(DRILLS)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    outcomes = [hold(name) for name in chosen]
    if set(chosen) == set(DRILLS):
        report.write(outcomes, facts())
        say(f"written to {report.PAGE}")
    broken = [each.name for each in outcomes if each.broken]
    say(f"broken: {', '.join(broken)}" if broken else "every bar held")
    return 1 if broken else 0


def hold(name: str) -> Outcome:
    """One drill, and what it found in a few lines."""
    begun = time.monotonic()
    try:
        found = DRILLS[name]()
    except (Trouble, OSError) as error:
        found = Outcome(name, "could not be held")
        found.demand(False, f"{type(error).__name__}: {error}")
    say(f"after {time.monotonic() - begun:.0f} s")
    for line in report.lines(found):
        say(line)
    return found


def facts() -> dict[str, str]:
    """Of the machine."""
    return {
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "Python": platform.python_version(),
    }


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
