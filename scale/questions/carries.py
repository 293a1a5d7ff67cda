"""What one PostgreSQL has to do for a sign-up, a sign-in, a look at a session and a session that is prolonged."""

from __future__ import annotations

import random
import secrets
import threading
from statistics import median

from bench import servers
from bench.figures import Bars, Pace, Section, number
from bench.stage import Stage
from drill.wire import Answer, Line
from scale.clients import CLIENTS, Cost, Deed, cost, size

PASSWORD = "correct horse battery"  # noqa: S105
UP, IN, MISS, PROLONGED = "sign-up", "sign-in", "get-session from the database", "session prolonged"
TEXT = (
    f"{CLIENTS} clients do one thing after the other at one of our servers, which keeps no session in memory"
    " (`SESSION_CACHE=off`) and hashes cheaply (`BCRYPT_COST=4`): what is left is PostgreSQL's part, in processor time of"
    " all its processes, with the audit log, fsync on. The third column is how many a second keep one core of it busy; a"
    " PostgreSQL with more cores does more by about as much, until its log's disk is the limit: the last column."
)
OLDER = """
    UPDATE "session" SET "updatedAt" = "updatedAt" - interval '2 days', "expiresAt" = "expiresAt" - interval '2 days'
    WHERE "userAgent" IS DISTINCT FROM 'bench'
"""
EVENTS = "SELECT count(*) FROM ai_editor_audit"


class People:
    """Those who have signed up here, and their cookies."""

    def __init__(self) -> None:
        self.emails: list[str] = []
        self.cookies: list[str] = []
        self._left: list[str] = []
        self._lock = threading.Lock()

    def sign_up(self, line: Line) -> Answer:
        """Somebody new."""
        email = f"{secrets.token_hex(8)}@example.com"
        answer = line.ask("/sign-up/email", {"name": "Ada Lovelace", "email": email, "password": PASSWORD})
        self.emails.append(email)
        self.cookies.append(answer.cookie)
        return answer

    def sign_in(self, line: Line) -> Answer:
        """Any of them."""
        email = random.choice(self.emails)  # noqa: S311
        return line.ask("/sign-in/email", {"email": email, "password": PASSWORD})

    def look(self, line: Line) -> Answer:
        """Any of them."""
        return line.ask("/get-session", cookie=random.choice(self.cookies))  # noqa: S311

    def age(self, stage: Stage) -> None:
        """All of their sessions are two days older; those that other questions ask for are not."""
        stage.run(OLDER)
        self._left = list(self.cookies)

    def look_once(self, line: Line) -> Answer | None:
        """One whose session has not been looked at since then."""
        with self._lock:
            cookie = self._left.pop() if self._left else None
        return line.ask("/get-session", cookie=cookie) if cookie else None


def measure(stage: Stage, pace: Pace) -> Section:
    """In turn, several times; sessions get older before those that are prolonged."""
    people, found = People(), dict[str, list[Cost]]()
    deeds: dict[str, Deed] = {
        UP: people.sign_up,
        IN: people.sign_in,
        MISS: people.look,
        PROLONGED: people.look_once,
    }
    own = servers.own("AI-Editor", SESSION_CACHE="off", BCRYPT_COST="4")
    with servers.running(stage, own) as (server,):
        for _ in range(pace.rounds):
            for name, deed in deeds.items():
                if name == PROLONGED:
                    people.age(stage)
                found.setdefault(name, []).append(cost(stage, server.port, deed, pace.seconds))
        [(events,)] = stage.run(EVENTS)
        stage.run("VACUUM FULL ai_editor_audit")  # each is written once more when it is sealed
    cpu = {name: median(each.cpu for each in costs) for name, costs in found.items()}
    wal = {name: median(each.wal for each in costs) for name, costs in found.items()}
    rates = {name: 1e6 / spent for name, spent in cpu.items()}
    rows = [[name, number(cpu[name]), number(rates[name]), number(wal[name])] for name in deeds]
    measured = {f"cpu {name}": spent for name, spent in cpu.items()}
    measured |= {f"wal {name}": written for name, written in wal.items()}
    measured["event"] = size(stage, "ai_editor_audit") / events
    plot = Bars("carries", "What keeps one core of PostgreSQL busy", "a second", rates)
    columns = ["what", "µs of PostgreSQL's processor time", "a second for each core", "bytes of its log"]
    return Section(
        "carries", "What one PostgreSQL carries", TEXT, columns, rows, [], [plot], measured=measured
    )
