"""Afterwards: the ledger beside the database, and everybody signs in once more."""

from __future__ import annotations

from functools import partial

import psycopg2

from drill.ledger import Account, Ledger
from drill.people import sign_in, until
from drill.servers import Server
from drill.wire import Line

NAMES = """
    SELECT "email", "name" FROM "user"
"""


def prove(ledger: Ledger, address: str, *servers: Server) -> None:
    """Holds the database and the servers to what was acknowledged."""
    for server in servers:
        until(server.is_ready, 20)
    stored = names(address)
    for account in ledger.accounts:
        if account.email not in stored:
            ledger.missing(f"the sign-up of {account.email}")
            continue
        if stored[account.email] not in account.names:
            ledger.missing(f"the name of {account.email}")
        for server in servers:
            _prove_sessions(ledger, Line(server.port), account)
        account.cookie = ""
        line = Line(servers[0].port)
        until(partial(_is_settled, ledger, line, account), 30)
        line.close()
        if not account.cookie:
            ledger.missing(f"{account.email} cannot sign in")


def _is_settled(ledger: Ledger, line: Line, account: Account) -> bool:
    """Whether it can be signed in to, or never; a server that is busy is asked again."""
    before = len(ledger.lost)
    sign_in(ledger, line, account)
    return bool(account.cookie) or len(ledger.lost) > before


def _prove_sessions(ledger: Ledger, line: Line, account: Account) -> None:
    if account.cookie:
        ledger.look(line, account)
    ledger.look_for_ended(line, account)
    line.close()


def names(address: str) -> dict[str, str]:
    """The name of each user, as the database has it."""
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(NAMES)
            return dict(cursor.fetchall())
    finally:
        connection.close()
