"""What a number of users asks of the machines, calculated from what was measured on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.figures import Section, number
from bench.report import table
from scale.questions.carries import IN, MISS, PROLONGED, UP

POPULATIONS = (1_000_000, 10_000_000, 100_000_000)
DAY = 86_400
NEEDED = {"carries", "sizes", "hashing", "memory", "balance"}


@dataclass(frozen=True)
class Assumed:
    """What nobody can measure for somebody else; a share is of all users."""

    active: float = 0.2  # on a day
    signing_in: float = 0.05  # on a day
    signing_up: float = 0.001  # on a day
    sessions: float = 1.5  # live ones
    asking: int = 100  # get-session of somebody active, on a day
    peak: float = 3.0  # times the mean of a day
    servers: int = 4  # each of which looks a session up once a day, when somebody comes there first


@dataclass(frozen=True)
class Load:
    """Of so many users, at the peak: a second."""

    users: int
    assumed: Assumed

    def _at_peak(self, a_day: float) -> float:
        return a_day / DAY * self.assumed.peak

    @property
    def rates(self) -> dict[str, float]:
        """What PostgreSQL has to do; a session in use is prolonged once a day."""
        active = self.assumed.active * self.users
        return {
            UP: self._at_peak(self.assumed.signing_up * self.users),
            IN: self._at_peak(self.assumed.signing_in * self.users),
            MISS: self._at_peak(active * self.assumed.servers),
            PROLONGED: self._at_peak(active),
        }

    @property
    def asked(self) -> float:
        """get-session, nearly all of it answered from memory."""
        return self._at_peak(self.assumed.active * self.users * self.assumed.asking)

    @property
    def sessions(self) -> float:
        """Live ones."""
        return self.assumed.sessions * self.users


Line = Callable[[Load, Mapping[str, float]], float]


def _disk(load: Load, found: Mapping[str, float]) -> float:
    return (load.users * found["user"] + load.sessions * found["session"]) / 1e9


def _events(load: Load, found: Mapping[str, float]) -> float:
    a_day = (load.assumed.signing_in + load.assumed.signing_up) * load.users
    return 365 * a_day * found["event"] / 1e9


def _database(load: Load, found: Mapping[str, float]) -> float:
    return sum(rate * found[f"cpu {name}"] for name, rate in load.rates.items()) / 1e6


def _log(load: Load, found: Mapping[str, float]) -> float:
    return sum(rate * found[f"wal {name}"] for name, rate in load.rates.items()) / 1e6


LINES: dict[str, Line] = {
    "sign-ins a day": lambda load, _: load.assumed.signing_in * load.users,
    "sign-ins a second": lambda load, _: load.rates[IN],
    "cores that hash passwords": lambda load, found: load.rates[IN] / found["hashes"],
    "get-session a second": lambda load, _: load.asked,
    "cores that answer those": lambda load, found: load.asked * found["answer"] / 1e6,
    "cores of nginx": lambda load, found: load.asked * found["front"] / 1e6,
    "live sessions": lambda load, _: load.sessions,
    "sessions looked up in PostgreSQL a second": lambda load, _: load.rates[MISS],
    "sessions prolonged a second": lambda load, _: load.rates[PROLONGED],
    "users and sessions on the disk, GB": _disk,
    "events of a year on the disk, GB": _events,
    "sessions of a day in the memory of our servers, GB": lambda load, found: (
        load.assumed.active * load.users * found["cached"] / 1e9
    ),
    "cores of PostgreSQL": _database,
    "PostgreSQL's log, MB a second": _log,
}


def known(sections: list[Section]) -> dict[str, float]:
    """All that was measured, by name."""
    return {name: value for section in sections for name, value in section.measured.items()}


def rows(found: Mapping[str, float], assumed: Assumed) -> list[list[str]]:
    """A row for each line, a column for each population."""
    loads = [Load(users, assumed) for users in POPULATIONS]
    return [[name, *(number(line(load, found)) for load in loads)] for name, line in LINES.items()]


def written(sections: list[Section]) -> str:
    """The table and what it stands on; nothing as long as something of that was not measured."""
    if {section.key for section in sections} < NEEDED:
        return ""
    assumed, found = Assumed(), known(sections)
    columns = ["at the peak", *(f"{users:,} users".replace(",", " ") for users in POPULATIONS)]
    return f"""## For so many users

{_said(assumed)}

{table(columns, rows(found, assumed))}
{_verdict(found, assumed)}"""


def _said(assumed: Assumed) -> str:
    return f"""Calculated from the figures above, which are of this machine's cores, and from what has to be assumed: on a day
{_percent(assumed.active)} of the users come, and each asks get-session {assumed.asking} times; {_percent(assumed.signing_in)} sign in, the
others still have a session; {_percent(assumed.signing_up)} are new; a user has {assumed.sessions} live sessions; the busiest hours have {assumed.peak:g}
times the mean of the day. {assumed.servers} servers look a session up once a day each, when somebody comes there first; after that
they have it in memory, where it is found by each of them that somebody has come to (the memory is that of one copy).
Put your own numbers into `Assumed` in `scale/arithmetic.py`; `make scale ARGS=--words` calculates anew."""


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _verdict(found: Mapping[str, float], assumed: Assumed) -> str:
    """In sentences."""
    large = Load(POPULATIONS[-1], assumed)
    database, hashing = _database(large, found), large.rates[IN] / found["hashes"]
    return f"""Passwords take {number(hashing / database)} times as many cores as all that PostgreSQL does, and they are hashed by our servers,
of which there can be as many as one likes. So PostgreSQL's processors are not what ends first: {number(_disk(large, found))} GB for
{POPULATIONS[-1]:,} users have to be in its memory for the most part, and each change goes through one log, at {number(_log(large, found))} MB a
second. What one machine does not bear any more is then its memory, its backups, and the time that a new replica takes.
"""
