"""What an app needs that keeps its cookies itself: an origin of its own, and the cookies of a browser that comes back."""

from __future__ import annotations

from collections.abc import Sequence

from server.authentication.credentials import Apps
from server.http.origin import Origins
from server.protocol import uri
from server.services import Services

HEADER = "expo-origin"
# An app that is being developed runs in Expo's own, whose scheme this is.
_DEVELOPMENT = ("exp://",)
# What comes back there has yet to be sent on by a server elsewhere, which sets the cookies.
_NOT_YET = "/oauth-proxy-callback"
_ENDS = ("/callback", "/magic-link/verify", "/verify-email")


def apps(services: Services) -> Apps:
    """The header, and where a browser that has signed somebody in hands the cookies over."""
    settings = services.config
    more = () if settings.production else _DEVELOPMENT
    origins = Origins((settings.origin, *settings.trusted_origins, *more))

    def onward(path: str, place: str, cookies: Sequence[str]) -> str | None:
        """The same place with all of the cookies in its query, where it is an app that is trusted. S34."""
        if not cookies or not path.startswith(_ENDS) or not _is_of_app(place) or not origins.trusts(place):
            return None
        return uri.with_parameter(place, settings.api_url, "cookie", ", ".join(cookies))

    return Apps(HEADER, more, onward)


def _is_of_app(place: str) -> bool:
    """Whether it is for an app and no browser: whoever sees what a browser asks for must not see a session."""
    parsed = None if _NOT_YET in place else uri.parse(place)
    return parsed is not None and parsed.protocol not in ("http:", "https:")
