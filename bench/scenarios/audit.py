"""What the audit log costs: our server with it and without it, on one database."""

from __future__ import annotations

from functools import partial

from bench import servers
from bench.figures import COLUMNS, Pace, Section, Target, cpu_ratio, interleaved, rate_ratio, rows
from bench.scenarios.get_session import asked, warm
from bench.scenarios.sign_in import SECONDS, hashed, signed_in
from bench.stage import Stage

WITH, WITHOUT = "with the audit log", "without it"
ASKED, ASKED_WITHOUT = "get-session with the audit log", "get-session without it"
TEXT = (
    "Sign-in over 8 connections and get-session over 64, with the audit log in the database and with"
    " `FEATURES_OFF=audit`, in turn. Of the processor time, PostgreSQL's own is not counted, and hashing is nearly all"
    " of a sign-in's."
)


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn; sign-ins first, as what they have left to seal is not to run beside get-session."""
    count = max(8, 8 * round(hashed(SECONDS).result.rate * SECONDS / 8))
    both = (servers.own(WITH), servers.own(WITHOUT, FEATURES_OFF="audit"))
    with servers.running(stage, *both) as (kept, off):
        signs = {WITH: partial(signed_in, kept, count), WITHOUT: partial(signed_in, off, count)}
        results = dict(interleaved(signs, pace.rounds))
        for server in (kept, off):
            warm(server, pace)
        asks = {ASKED: partial(asked, kept, pace, 64), ASKED_WITHOUT: partial(asked, off, pace, 64)}
        results |= interleaved(asks, pace.rounds)
    rate, same = rate_ratio(results, WITH, WITHOUT), rate_ratio(results, ASKED, ASKED_WITHOUT)
    spent, spent_asking = cpu_ratio(results, WITH, WITHOUT), cpu_ratio(results, ASKED, ASKED_WITHOUT)
    targets = [
        Target("sign-in with the audit log", "≥ 0.97× without it", f"{rate}; processor time {spent}", rate.middle >= 0.97),
        Target("get-session with it", "as without it", f"{same}; processor time {spent_asking}", None),
    ]  # fmt: skip
    return Section("audit", "The audit log", TEXT, COLUMNS, rows(results), targets)
