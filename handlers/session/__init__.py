"""The caller's session: read it, list the others, end it."""

from handlers.session import commands
from handlers.session.revocation import RevokeOtherSessions, RevokeSession, RevokeSessions, UpdateSession
from handlers.session.routes import ErrorPage, GetSession, ListUserSessions, Ok, SignOut
from server.feature import Feature
from server.http.fast import GET_SESSION

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
    commands=(commands.session,),
)
