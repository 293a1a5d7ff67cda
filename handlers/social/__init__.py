"""Signing in and linking with a provider; none can be configured yet, so every provider is unknown."""

from handlers.social.routes import HandleOAuthCallback, LinkSocialAccount, SocialSignIn
from server.feature import Feature

FEATURE = Feature(
    name="social",
    api=(
        ("/sign-in/social", SocialSignIn),
        ("/link-social", LinkSocialAccount),
        ("/callback/([^/]+)", HandleOAuthCallback),
    ),
)
