"""Browsers that are trusted: they come in by the password alone, for thirty days from the last time."""

from __future__ import annotations

import base64
import hmac
import secrets

from handlers.two_factor.codes import same
from server.authentication import verifications
from server.config.settings import Settings
from server.database import Executor
from server.sessions.cookies import Cookies, RequestCookies

SECONDS = 30 * 86400
KIND = "trust-device-"
_NAME = "trust_device"


class TrustedDevices:
    """Which browser is trusted stands in a signed cookie, and whose it is in the database."""

    def __init__(self, settings: Settings, cookies: Cookies) -> None:
        self._secrets, self._cookies = settings.signing_secrets, cookies

    @property
    def _cookie(self) -> str:
        return self._cookies.name(_NAME)

    async def trust(self, db: Executor, user_id: str) -> str:
        """The Set-Cookie value that has this browser trusted by a user."""
        identifier = f"{KIND}{secrets.token_urlsafe(24)}"
        await verifications.create(db, identifier, user_id, SECONDS)
        value = f"{_mac(self._secrets[0], user_id, identifier)}!{identifier}"
        return self._cookies.write_signed(self._cookie, value, SECONDS)

    async def renew(self, db: Executor, user_id: str, cookies: RequestCookies) -> str | None:
        """The same for a browser that is trusted, under another name: of several at once one is. None for others. S18."""
        identifier = self._identifier(user_id, cookies)
        if identifier is None or await verifications.consume(db, identifier) != user_id:
            return None
        return await self.trust(db, user_id)

    def _identifier(self, user_id: str, cookies: RequestCookies) -> str | None:
        """Under what the cookie says that the user trusts this browser."""
        mac, _, identifier = self._read(cookies).partition("!")
        identifier = identifier.partition("!")[0]
        known = (_mac(secret, user_id, identifier) for secret in self._secrets)
        return identifier if identifier.startswith(KIND) and any(same(mac, each) for each in known) else None

    def _read(self, cookies: RequestCookies) -> str:
        return self._cookies.read_signed(cookies, self._cookie) or ""

    def expired(self, cookies: RequestCookies) -> tuple[str, ...]:
        """The Set-Cookie value that ends it in this browser, where there is something to end."""
        return (self._cookies.expire(self._cookie),) if self._read(cookies) else ()

    async def forget(self, db: Executor, user_id: str) -> None:
        """Ends it for all browsers of a user."""
        await verifications.void(db, KIND, user_id)


def _mac(secret: str, user_id: str, identifier: str) -> str:
    digest = hmac.digest(secret.encode(), f"{user_id}!{identifier}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
