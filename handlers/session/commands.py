"""`ai-editor session`: what an administrator does with sessions."""

from __future__ import annotations

import click

from server import clock
from server.cli import asking, listings, lookup, output, setup
from server.cli.options import json_option, limit_option
from server.cli.setup import Refused, WrongUsage
from server.database import Executor
from server.services import Services
from server.store.session_lists import SessionSummary


@click.group()
def session() -> None:
    """Sessions: who is signed in where, and how to end it.

    A session revoked here is over at once in every running server. Session tokens are never shown.
    """


@session.command("list")
@click.argument("user", required=False)
@limit_option
@json_option
def list_sessions(user: str | None, limit: int, as_json: bool) -> None:
    """List the sessions that have not ended, the newest first; of USER (e-mail address or id), or of everybody.

    \b
    Examples:
      ai-editor session list
      ai-editor session list ada@example.com
      ai-editor session list --json | jq -r '.sessions[].ipAddress' | sort | uniq -c
    """

    async def work(services: Services) -> tuple[list[SessionSummary], int]:
        store, now = services.sessions.store, clock.now()

        async def read(db: Executor) -> tuple[list[SessionSummary], int]:
            user_id = (await lookup.get_user(db, user)).id if user else None
            return await store.list_summaries(db, user_id, limit, now), await store.count(db, user_id, now)

        return await setup.reading(read)(services)

    found, total = setup.run(work)
    if as_json:
        output.document({"sessions": [listings.session_json(each) for each in found], "total": total})
        return
    listings.session_table(found, with_user=not user)
    listings.remainder(len(found), total, "session")


@session.command()
@click.argument("session_id", metavar="[ID]", required=False)
@click.option("--user", metavar="WHO", help="All sessions of a user (e-mail address or id).")
@click.option("--all", "everybody", is_flag=True, help="All sessions of everybody.")
@asking.yes_option
@json_option
def revoke(session_id: str | None, user: str | None, everybody: bool, yes: bool, as_json: bool) -> None:
    """End one session, all of a user, or all of everybody.

    \b
    Examples:
      ai-editor session revoke Vh3hYkzZ8X2mB5cQw1nR7tLp0sJd4fGa
      ai-editor session revoke --user ada@example.com --yes
      ai-editor session revoke --all
    """
    if sum((session_id is not None, user is not None, everybody)) != 1:
        raise WrongUsage("name one of: the ID of a session, --user WHO, --all")
    ended = _revoke_one(session_id) if session_id is not None else _revoke_many(user, yes)
    if as_json:
        output.document({"revoked": ended})
    else:
        click.echo(f"{output.counted(ended, 'session')} ended.")


def _revoke_one(session_id: str) -> int:
    async def work(services: Services) -> bool:
        async with services.db.transaction() as tx:
            ended = await services.sessions.store.delete_by_id(tx, session_id)
            if ended:
                facts = {"by": "command", "session_id": session_id, "user_id": ended.user_id}
                await services.audit.record(tx, "session-revoked", **facts)
        return bool(ended)

    if not setup.run(work):
        raise Refused(f"no session has the id {session_id!r}")
    return 1


def _revoke_many(user: str | None, yes: bool) -> int:
    found = lookup.user(user) if user is not None else None
    whose = f"of {found.email}" if found else "of everybody"
    asking.go_on(f"End all sessions {whose}?", yes)

    async def work(services: Services) -> int:
        user_id = found.id if found else None
        async with services.db.transaction() as tx:
            ended = await services.sessions.store.delete_all(tx, user_id, clock.now())
            await services.audit.record(tx, "sessions-revoked", by="command", user_id=user_id or "everybody")
        return ended

    return setup.run(work)
