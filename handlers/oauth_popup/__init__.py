"""Signing in at a provider in a window of its own, for pages of another origin; better-auth's plugin of that name."""

from handlers.oauth_popup.completion import landing
from handlers.oauth_popup.routes import StartOAuthPopup
from server.config.settings import Settings
from server.database import Database
from server.feature import Check, Feature, Finding


async def bearer(settings: Settings, _: Database) -> Finding:
    """Whether the token that a page is told lets it in."""
    if {"bearer", "all"} & set(settings.plugins):
        return Finding("ok", "the tokens that windows tell pages are taken in a header")
    advice = "name bearer in PLUGINS, for pages in frames of other sites"
    return Finding("note", "the tokens that windows tell pages are taken nowhere", advice)


FEATURE = Feature(
    name="oauth-popup",
    plugin=True,
    api=(("/oauth-popup/start", StartOAuthPopup),),
    landing=landing,
    doctor=(Check("windows", bearer),),
)
