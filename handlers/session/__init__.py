"""The caller's session: read it, list the others, end it."""

from handlers.session.routes import ErrorPage, GetSession, ListUserSessions, Ok, SignOut
from server.feature import Feature

FEATURE = Feature(
    name="session",
    api=(
        ("/get-session", GetSession),
        ("/list-sessions", ListUserSessions),
        ("/sign-out", SignOut),
        ("/ok", Ok),
        ("/error", ErrorPage),
    ),
)
