"""Signing in and linking with a provider: those of better-auth's list that are set up."""

from handlers.social import settings
from handlers.social.callback import HandleOAuthCallback
from handlers.social.routes import LinkSocialAccount, SocialSignIn
from handlers.social.settings import SocialSettings
from server.feature import Feature

FEATURE = Feature(
    name="social",
    api=(
        ("/sign-in/social", SocialSignIn),
        ("/link-social", LinkSocialAccount),
        ("/callback/([^/]+)", HandleOAuthCallback),
    ),
    settings=settings.read,
    providers=lambda services: services.of(SocialSettings),
    way=lambda services: bool(services.oauth.providers.names),
    boot=lambda services: {"providers": services.oauth.providers.names},
)
