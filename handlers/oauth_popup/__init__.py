"""Signing in at a provider in a window of its own, for pages of another origin; better-auth's plugin of that name."""

from handlers.oauth_popup.completion import landing
from handlers.oauth_popup.routes import StartOAuthPopup
from server.feature import Feature

FEATURE = Feature(
    name="oauth-popup",
    plugin=True,
    api=(("/oauth-popup/start", StartOAuthPopup),),
    landing=landing,
)
