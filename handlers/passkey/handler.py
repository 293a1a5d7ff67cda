"""What the ceremonies share: the relying party, the origin, and the cookie that leads to the challenge."""

from __future__ import annotations

from handlers.passkey import challenges, errors
from handlers.passkey.challenges import COOKIE, SECONDS, Ceremony, Challenge
from server.http.api import ApiHandler
from server.model import Json
from server.protocol import uri


class CeremonyHandler(ApiHandler):
    """Begins a ceremony, or ends one."""

    @property
    def rp_id(self) -> str:
        """Whose passkeys these are: the host of BETTER_AUTH_URL."""
        return uri.host_name(self.services.config.base_url)

    @property
    def origin(self) -> str:
        """Where the ceremony is said to have been; with the cookie, without which there is none, it is a trusted one."""
        return self.first_header("Origin")

    async def keep(self, ceremony: Ceremony, text: str, user: Json, **more: object) -> None:
        """Keeps the challenge, and tells this browser alone where."""
        token = await challenges.keep(self.services.db, ceremony, text, user, **more)
        cookies = self.services.cookies
        self.add_cookies([cookies.write_signed(cookies.name(COOKIE), token, SECONDS)])

    async def take(self, ceremony: Ceremony) -> Challenge:
        """The challenge of this browser, once; raises the 400 where there is none. S18."""
        cookies, db = self.services.cookies, self.services.db
        token = cookies.read_signed(self.request_cookies, cookies.name(COOKIE))
        found = await challenges.take(db, token, ceremony) if token else None
        await self.services.sweeper.sweep(db)
        if found is None:
            raise errors.challenge_not_found()
        return found
