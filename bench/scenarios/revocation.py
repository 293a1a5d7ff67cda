"""How long another process goes on saying yes after a session was deleted in the database."""

from __future__ import annotations

import http.client
import secrets
import time

import psycopg2

from bench import servers
from bench.figures import Pace, Section, Target, number
from bench.servers import API
from bench.stage import Stage
from bench.trouble import Trouble

TEXT = (
    "A session that the server has in its cache is deleted by a plain `DELETE`, as psql, another worker or a better-auth"
    " server on the same database would send it. Time from the moment that PostgreSQL has confirmed it to the first"
    " answer without a session, asked for without pause over one connection."
)
ADD = """
    INSERT INTO "session" ("id", "token", "userId", "expiresAt", "updatedAt")
    SELECT %(token)s, %(token)s, "userId", now() + interval '7 days', now() FROM "session" WHERE "token" = %(of)s
"""
TARGET_MS = 50


def measure(stage: Stage, pace: Pace) -> Section:
    """Many times."""
    with servers.running(stage, servers.own("AI-Editor")) as (server,):
        database = psycopg2.connect(stage.address)
        database.autocommit = True
        times = sorted(once(stage, database, server.port) for _ in range(20 if pace.quick else 300))
        database.close()
    half, most = times[len(times) // 2], times[len(times) * 99 // 100]
    said = [number(1000 * each) for each in (half, most, times[-1])]
    targets = [
        Target(
            "another process refuses a revoked session",
            "p99 ≤ 50 ms",
            f"{said[1]} ms",
            1000 * most <= TARGET_MS,
        )
    ]
    columns = ["revocations", "p50 ms", "p99 ms", "longest ms"]
    return Section("revocation", "Revocation", TEXT, columns, [[str(len(times)), *said]], targets)


def once(stage: Stage, database: psycopg2.extensions.connection, port: int) -> float:
    """Seconds from the deletion to the refusal."""
    token = secrets.token_hex(16)
    with database.cursor() as cursor:
        cursor.execute(ADD, {"token": token, "of": stage.ours.token})
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Cookie": stage.cookie(token)}
        for _ in range(3):
            if not signed_in(connection, headers):
                raise Trouble("a new session is not known")
        cursor.execute("""DELETE FROM "session" WHERE "token" = %(token)s""", {"token": token})
        began = time.perf_counter()
        while signed_in(connection, headers):
            pass
        took = time.perf_counter() - began
    connection.close()
    return took


def signed_in(connection: http.client.HTTPConnection, headers: dict[str, str]) -> bool:
    """Whether get-session knows somebody."""
    connection.request("GET", f"{API}/get-session", headers=headers)
    return connection.getresponse().read() != b"null"
