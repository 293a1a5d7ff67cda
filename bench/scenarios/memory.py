"""The memory of one worker, before anybody came and with many sessions in its cache."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bench import load, servers
from bench.figures import Pace, Section, Target, number
from bench.load import Job
from bench.servers import API
from bench.stage import Stage

SESSIONS = 100_000
TEXT = (
    "The one process in MB of 1 000 000 bytes, from `/proc/PID/smaps_rollup`; five sessions for a person, each"
    " asked for once. PSS counts a"
    " page that several processes share by its share; RSS counts it whole."
)
MANY = """
    INSERT INTO "user" ("id", "name", "email", "emailVerified")
    SELECT 'memory' || md5(n::text), 'Person ' || n, 'memory' || n || '@example.com', true
    FROM generate_series(0, %(count)s / 5) AS n;
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt", "ipAddress", "userAgent")
    SELECT md5('id' || n), md5('memory' || n), 'memory' || md5((n / 5)::text), now() + interval '7 days', now(),
           '127.0.0.1',
           'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36'
    FROM generate_series(1, %(count)s) AS n
"""


def measure(stage: Stage, pace: Pace) -> Section:
    """Idle, then full."""
    count = 2_000 if pace.quick else SESSIONS
    stage.run(MANY, count=count)
    with servers.running(stage, servers.own("AI-Editor")) as (server,):
        idle = held(server.process.pid)
        fill(server.port, [stage.cookie(token(each)) for each in range(1, count + 1)])
        full = held(server.process.pid)
    stage.run("""DELETE FROM "user" WHERE "id" LIKE 'memory%'""")
    rows = [
        [name, number(found["Pss"]), number(found["Rss"])]
        for name, found in (("idle", idle), (f"with {count:,} sessions".replace(",", " "), full))
    ]
    met = None if pace.quick else full["Pss"] <= 250
    targets = [
        Target("memory of one worker, idle", "≤ 70 MB", f"{number(idle['Pss'])} MB", idle["Pss"] <= 70),
        Target("the same, with 100 000 cached sessions", "≤ 250 MB", f"{number(full['Pss'])} MB", met),
    ]
    measured = {"cached": 1e6 * (full["Pss"] - idle["Pss"]) / count}
    return Section("memory", "Memory", TEXT, ["worker", "PSS", "RSS"], rows, targets, measured=measured)


def token(each: int) -> str:
    """The token that the statement gave a session."""
    return hashlib.md5(f"memory{each}".encode(), usedforsecurity=False).hexdigest()


def held(pid: int) -> dict[str, float]:
    """What the process holds, in MB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: line.split()[1] for line in lines if line.endswith("kB")}
    return {name: int(sizes[name]) * 1024 / 1e6 for name in ("Pss", "Rss")}


def fill(port: int, cookies: list[str]) -> None:
    """Asks for each session once."""
    load.run_counted(Job(port, f"{API}/get-session", cookies), len(cookies))
