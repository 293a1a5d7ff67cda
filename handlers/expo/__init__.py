"""Signing in from an app on a phone; better-auth's plugin expo, of its package of that name."""

from handlers.expo.apps import apps
from handlers.expo.routes import ExpoAuthorizationProxy
from server.feature import Feature

FEATURE = Feature(
    name="expo",
    plugin=True,
    api=(("/expo-authorization-proxy", ExpoAuthorizationProxy),),
    apps=apps,
)
