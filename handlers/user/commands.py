"""`ai-editor user`: what an administrator does with people."""

from __future__ import annotations

import click
from msgspec import Struct, structs

from server import clock, errors
from server.authentication import registration
from server.cli import asking, listings, lookup, output, setup
from server.cli.options import json_option, limit_option
from server.cli.setup import Refused
from server.database import Executor
from server.model import User
from server.protocol import rules, wire
from server.services import Services
from server.store import accounts, users
from server.store.accounts import AccountSummary
from server.store.session_lists import SessionSummary
from server.store.users import EmailTaken, UserSummary


@click.group()
def user() -> None:
    """People: create, look up, change, delete.

    WHO is an e-mail address or an id. A password is asked for, or read from standard input; it is never an argument,
    because others can read those.
    """


@user.command()
@click.argument("email", required=False)
@click.option("--name", help="What to call the person.")
@asking.stdin_option
@json_option
def create(email: str | None, name: str | None, from_stdin: bool, as_json: bool) -> None:
    """Create a user who signs in with EMAIL and a password.

    Asks for what is not given. The password obeys the same settings as at sign-up; DISABLE_SIGN_UP does not matter
    here.

    \b
    Examples:
      ai-editor user create ada@example.com --name "Ada Lovelace"
      pass show ada | ai-editor user create ada@example.com --name Ada --password-stdin
    """
    email = asking.value(email, "E-mail address", "EMAIL")
    if not rules.is_email(email):
        raise setup.WrongUsage(f"{email!r} is not an e-mail address")
    address, called = email, asking.value(name, "Name", "--name")
    if rules.shows_nothing(called):
        raise setup.WrongUsage("the name shows as nothing: give one that can be seen")
    password = asking.new_password(from_stdin)

    async def work(services: Services) -> User:
        made = await registration.new_user(services.db, called, address)
        hashed = await _hash(services, password, made)
        try:
            async with services.db.transaction() as tx:
                written = registration.accept(services.db.columns.user, {})
                await registration.add(tx, made, hashed, written)
                await services.audit.record(tx, "user-created", by="command", user_id=made.id)
        except EmailTaken:
            await users.check_taken(services.db, made)
            raise Refused(f"another user has the e-mail address {made.email}") from None
        return made

    made = setup.run(work)
    if as_json:
        output.document({"user": wire.user(made)})
    else:
        click.echo(f"Created {made.email} with the id {made.id}.")


async def _hash(services: Services, password: str, person: User) -> str:
    """The hash to store for a password that the settings accept."""
    try:
        services.passwords.check_new(password, person.name, person.email)
        return await services.passwords.hash_new(password)
    except errors.APIError as error:
        rules = services.config.passwords
        wrong_length = error.code in ("PASSWORD_TOO_SHORT", "PASSWORD_TOO_LONG")
        rule = f": it takes {rules.min_length} to {rules.max_length} characters" if wrong_length else ""
        raise Refused(f"{error.message}{rule}") from None
    except UnicodeEncodeError:
        raise Refused("the password is not UTF-8") from None


@user.command("list")
@click.option("--search", default="", metavar="TEXT", help="Only whose name or e-mail address contains TEXT.")
@limit_option
@json_option
def list_users(search: str, limit: int, as_json: bool) -> None:
    """List users, the newest first.

    \b
    Examples:
      ai-editor user list --search @example.com
      ai-editor user list --json | jq -r '.users[].email'
    """

    async def work(services: Services) -> tuple[list[UserSummary], int]:
        async def read(db: Executor) -> tuple[list[UserSummary], int]:
            return await users.list_summaries(db, search, limit, clock.now()), await users.count(db, search)

        found, total = await setup.reading(read)(services)
        return [await _with_sessions(services, each) for each in found], total

    found, total = setup.run(work)
    if as_json:
        output.document({"users": [_summary(each) for each in found], "total": total})
        return
    rows = [
        (each.email, each.name, _yes(each.email_verified), str(each.sessions), output.when(each.created_at))
        for each in found
    ]
    output.table(("E-MAIL", "NAME", "VERIFIED", "SESSIONS", "CREATED"), rows, ("E-MAIL", "NAME"))
    listings.remainder(len(found), total, "user")


async def _with_sessions(services: Services, each: UserSummary) -> UserSummary:
    """The number of sessions is known where these are."""
    if services.config.sessions.store != "redis":
        return each
    sessions = await services.sessions.store.count(services.db, each.id, clock.now())
    return structs.replace(each, sessions=sessions)


def _summary(each: UserSummary) -> wire.Json:
    return {
        "id": each.id,
        "name": each.name,
        "email": each.email,
        "emailVerified": each.email_verified,
        "createdAt": wire.date(each.created_at),
        "sessions": each.sessions,
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


class _Portrait(Struct, frozen=True):
    user: User
    accounts: list[AccountSummary]
    sessions: list[SessionSummary]


@user.command()
@click.argument("who")
@json_option
def show(who: str, as_json: bool) -> None:
    """Show a user: how they sign in, and the sessions that have not ended.

    \b
    Examples:
      ai-editor user show ada@example.com
      ai-editor user show ada@example.com --json
    """

    async def work(services: Services) -> _Portrait:
        db = services.db
        found = await lookup.get_user(db, who)
        listed = await services.sessions.store.list_summaries(db, found.id, 1_000_000, clock.now())
        return _Portrait(found, await accounts.list_summaries(db, found.id), listed)

    found = setup.run(work)
    if as_json:
        output.document(_portrait(found))
    else:
        _print_portrait(found)


def _portrait(found: _Portrait) -> wire.Json:
    listed = [
        {"id": each.id, "providerId": each.provider_id, "createdAt": wire.date(each.created_at)}
        for each in found.accounts
    ]
    return {
        "user": wire.user(found.user),
        "accounts": listed,
        "sessions": [listings.session_json(each) for each in found.sessions],
    }


def _print_portrait(found: _Portrait) -> None:
    person = found.user
    ways = ("password" if each.provider_id == "credential" else each.provider_id for each in found.accounts)
    output.facts(
        {
            "id": person.id,
            "e-mail": f"{person.email} ({'verified' if person.email_verified else 'not verified'})",
            "name": person.name,
            "created": output.exactly(person.created_at),
            "changed": output.exactly(person.updated_at),
            "signs in with": ", ".join(ways) or "nothing",
            "sessions": str(len(found.sessions)),
        }
    )
    if found.sessions:
        click.echo()
        listings.session_table(found.sessions, with_user=False)


@user.command("set-password")
@click.argument("who")
@asking.stdin_option
@click.option("--keep-sessions", is_flag=True, help="Leave the user signed in where they are.")
@json_option
def set_password(who: str, from_stdin: bool, keep_sessions: bool, as_json: bool) -> None:
    """Give a user a new password, and sign them out everywhere.

    A mail tells them so, sent by the server when it runs.

    \b
    Examples:
      ai-editor user set-password ada@example.com
      pass show ada | ai-editor user set-password ada@example.com --password-stdin --keep-sessions
    """
    found = lookup.user(who)
    password = asking.new_password(from_stdin)

    async def work(services: Services) -> int:
        hashed = await _hash(services, password, found)
        async with services.db.transaction() as tx:
            ended = await services.accounts.set_password(tx, found, hashed, revoke=not keep_sessions)
            await services.audit.record(tx, "password-set", by="command", user_id=found.id)
        return ended

    ended = setup.run(work)
    if as_json:
        output.document({"user": wire.user(found), "sessionsEnded": ended})
    else:
        click.echo(f"{found.email} has a new password; {output.counted(ended, 'session')} ended.")


@user.command()
@click.argument("who")
@asking.yes_option
@json_option
def delete(who: str, yes: bool, as_json: bool) -> None:
    """Delete a user with everything of theirs; there is no way back.

    \b
    Examples:
      ai-editor user delete ada@example.com
      ai-editor user delete ada@example.com --yes
    """
    found = lookup.user(who)
    asking.go_on(f"Delete {found.email} ({found.name}) with all accounts and sessions?", yes)

    async def work(services: Services) -> bool:
        async def told(tx: Executor) -> None:
            await services.audit.record(tx, "user-deleted", by="command", user_id=found.id)

        return await services.accounts.delete(found, told)

    if not setup.run(work):
        raise Refused(f"{found.email} is gone already")
    if as_json:
        output.document({"user": wire.user(found)})
    else:
        click.echo(f"Deleted {output.plain(found.email)}.")
