"""Names to sign in with beside the e-mail address: given at sign-up, changed by update-user, each there once."""

from handlers.username.names import reviser
from handlers.username.routes import IsUsernameAvailable, SignInUsername
from server.feature import Feature
from server.model import Column

FEATURE = Feature(
    name="username",
    plugin=True,
    api=(
        ("/sign-in/username", SignInUsername),
        ("/is-username-available", IsUsernameAvailable),
    ),
    columns=(Column("user", "username", unique=True), Column("user", "displayUsername")),
    reviser=reviser,
    way=lambda services: True,
)
