"""The sessions of one browser: each has a cookie of its own beside that of the one that is active."""

from __future__ import annotations

from collections.abc import Iterator

from server import clock
from server.authentication.credentials import Beside, Written
from server.authentication.sign_in import Authentication, SignedInObserver
from server.database import InvalidValue, Transaction
from server.model import Session, SignedIn
from server.services import Services
from server.sessions.cookies import Cookies, RequestCookies

MOST = 5
# How many cookies are looked at; a browser sends more only where somebody else has set them.
_MOST_READ = 4 * MOST


class Device:
    """Reads and writes those cookies, which nobody else can sign. S42."""

    def __init__(self, cookies: Cookies) -> None:
        self._cookies = cookies
        self._start = f"{cookies.session_token}_multi-"

    def name(self, token: str) -> str:
        """The cookie of a session."""
        return self._start + token.lower()

    def names(self, cookies: RequestCookies) -> list[str]:
        """Those that the request has, ours and forged ones."""
        return [name for name in cookies.chunks if name.startswith(self._start)][:_MOST_READ]

    def tokens(self, cookies: RequestCookies) -> dict[str, str]:
        """The sessions' tokens by the names of their cookies, each under its own."""
        found = ((name, self._cookies.read_signed(cookies, name)) for name in self.names(cookies))
        return {name: token for name, token in found if token is not None and self.name(token) == name}

    def token(self, cookies: RequestCookies, token: str) -> str | None:
        """The token as its cookie has it, whatever the capitals of the one that is asked for."""
        return self.tokens(cookies).get(self.name(token))

    def write(self, token: str) -> str:
        """A Set-Cookie value that keeps a session here."""
        return self._cookies.write_signed(self.name(token), token, self._cookies.expires_in)


def open_device(services: Services) -> Device:
    """The one of these services; whoever signs out ends all sessions of the browser. S23."""
    device = Device(services.cookies)
    services.sessions.companions = device.tokens
    return device


async def find(services: Services, token: str) -> SignedIn | None:
    """Whose session it is, as long as it lasts."""
    try:
        who = await services.sessions.read(token)
    except InvalidValue:
        return None
    return None if who is None or services.sessions.terms.over(who.session, clock.now()) else who


def observer(services: Services) -> SignedInObserver:
    """Who comes in once more ends the session that they had here before."""
    device = services.of(Device)

    async def observe(tx: Transaction, proved: Authentication, session: Session) -> None:
        for name, token in device.tokens(proved.cookies).items():
            before = await services.sessions.store.find(tx, token)
            if before is not None and before.user.id == proved.user.id:
                await services.sessions.delete(tx, [token])
                proved.cookies.void.add(name)

    return observe


def keep(services: Services) -> Beside:
    """The cookie of a session that becomes the active one, while there is room, and the end of those before it."""
    device, cookies = services.of(Device), services.cookies

    def told(written: Written) -> Iterator[tuple[str, str]]:
        token = written.value.rpartition(".")[0]
        if not token or device.name(token) in written.cookies.chunks:
            return
        void = [name for name in device.names(written.cookies) if name in written.cookies.void]
        yield from (("Set-Cookie", cookies.expire(name)) for name in void)
        if len(device.names(written.cookies)) - len(void) < MOST:
            yield "Set-Cookie", device.write(token)

    return told
