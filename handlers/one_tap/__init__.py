"""Signing in, and up, with the token that Google's One Tap gives a page; better-auth's plugin of that name."""

from handlers.one_tap.routes import OneTapCallback
from server.feature import Feature

FEATURE = Feature(
    name="one-tap",
    plugin=True,
    api=(("/one-tap/callback", OneTapCallback),),
)
