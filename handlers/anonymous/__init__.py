"""Guests: signed in without anything, and gone once they sign in as somebody; better-auth's plugin of that name."""

from handlers.anonymous.guests import COLUMN, observer
from handlers.anonymous.routes import DeleteAnonymousUser, SignInAnonymous
from server.feature import Feature

FEATURE = Feature(
    name="anonymous",
    plugin=True,
    api=(
        ("/sign-in/anonymous", SignInAnonymous),
        ("/delete-anonymous-user", DeleteAnonymousUser),
    ),
    columns=(COLUMN,),
    observer=observer,
)
