"""What may happen to several servers, one case after the other, and what people noticed of it."""

from __future__ import annotations

from collections.abc import Iterable

from bench.figures import Pace, Section, Target
from bench.stage import Stage
from bench.trouble import Trouble as Impossible
from drill.outcome import Outcome, said
from drill.report import COLUMNS, cells
from drill.servers import Trouble
from scale.cases import database, limits, replica, servers, sessions
from scale.town import COUNTED, town

TEXT = """nginx with deploy/nginx.conf and TLS, two servers, PostgreSQL and Redis, all as processes of this machine. Where something is
taken away under load, six people sign up, in and out, rename themselves and change their passwords through nginx; what was
acknowledged is held against the database and every account afterwards, as `make drill` does it. Beside a replica somebody
looks over a list that grows: what was just written has to be in it.

- **failures** by status. Where a server was killed, `503 to a POST` is what nginx says of a change that a killed server was at: nobody knows whether it was
  done, so it is not sent again. 401 and 429 are what was asked for: wrong passwords, and limits.
- **lost**: acknowledged writes that are not there afterwards. **stale yes**: how old the oldest wrong "signed in" was.
"""


def measure(stage: Stage, pace: Pace) -> Section:
    """All of them."""
    try:
        found = list(outcomes(pace))
    except (Trouble, OSError) as error:
        raise Impossible(str(error)) from error
    notes = [f"- {each.name}: {line}" for each in found for line in each.notes]
    targets = [
        Target(
            each.name,
            "every bar held",
            "; ".join(each.broken) or f"failures: {said(each.failures)}",
            not each.broken,
        )
        for each in found
    ]
    rows = [[each.name, *cells(each)] for each in found]
    return Section("failures", "Bad days", TEXT + "\n" + "\n".join(notes), ["case", *COLUMNS], rows, targets)


def outcomes(pace: Pace) -> Iterable[Outcome]:
    """Each stands on a topology that those before it have left as it was."""
    times = 1 if pace.quick else 4
    with town() as plain:
        yield servers.rolling(plain, times)
        yield servers.killed(plain, times=times)
        yield sessions.revoked(plain, 50 * times)
    with town(**COUNTED) as counted:
        yield limits.exact(counted)
        yield limits.without_redis(counted)
    with town(1) as followed:
        yield replica.lagging(followed)
        yield replica.gone(followed)
        yield database.failed_over(followed)
