"""How many passwords a core compares a second: what limits sign-ins long before PostgreSQL does."""

from __future__ import annotations

import os
from statistics import median

from bench.figures import Pace, Section, number
from bench.scenarios.sign_in import SECONDS, hashed
from bench.stage import COST, Stage

TEXT = (
    f"bcrypt at cost {COST}, as new passwords are stored, in a thread for each core, with nothing else to do."
)


def measure(stage: Stage, pace: Pace) -> Section:
    """Several times."""
    rate = median(hashed(1 if pace.quick else SECONDS).result.rate for _ in range(pace.rounds))
    cores = os.cpu_count() or 1
    rows = [[str(cores), number(rate), number(rate / cores)]]
    columns = ["cores", "a second", "for each core"]
    return Section("hashing", "Passwords", TEXT, columns, rows, measured={"hashes": rate / cores})
