"""Signing in, and up, by a link that is mailed; better-auth's plugin of that name."""

from handlers.magic_link import settings
from handlers.magic_link.links import MAGIC_LINK
from handlers.magic_link.routes import SignInWithMagicLink, VerifyMagicLink
from server.feature import Feature
from server.limits import Limit

FEATURE = Feature(
    name="magic-link",
    plugin=True,
    api=(
        ("/sign-in/magic-link", SignInWithMagicLink),
        ("/magic-link/verify", VerifyMagicLink),
    ),
    settings=settings.read,
    limits=(
        Limit("/sign-in/magic-link*", 5, seconds=60),
        Limit("/magic-link/verify*", 5, seconds=60),
    ),
    emails=(MAGIC_LINK,),
    way=lambda services: True,
)
