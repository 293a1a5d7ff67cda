"""The caller's session: read it, list the others, end it."""

import click

from handlers.session.revocation import RevokeOtherSessions, RevokeSession, RevokeSessions, UpdateSession
from handlers.session.routes import ErrorPage, GetSession, ListUserSessions, Ok, SignOut
from server.feature import Feature
from server.http.fast import GET_SESSION


def _commands() -> tuple[click.Command, ...]:
    from handlers.session.commands import session

    return (session,)


FEATURE = Feature(
    name="session",
    api=(
        (GET_SESSION, GetSession),
        ("/list-sessions", ListUserSessions),
        ("/revoke-session", RevokeSession),
        ("/revoke-sessions", RevokeSessions),
        ("/revoke-other-sessions", RevokeOtherSessions),
        ("/update-session", UpdateSession),
        ("/sign-out", SignOut),
        ("/ok", Ok),
        ("/error", ErrorPage),
    ),
    commands=_commands,
)
