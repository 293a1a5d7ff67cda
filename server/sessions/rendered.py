"""Finished answers to get-session, and the session that one was made from."""

from __future__ import annotations

from msgspec import Struct

from server.model import SignedIn


class Finished(Struct, frozen=True):
    """A finished answer in parts that others share: headers but Content-Length, session, user."""

    head: bytes
    session: bytes
    user: bytes

    @property
    def data(self) -> bytes:
        """All but what changes from one answer to the next."""
        body = b'{"session":%s,"user":%s}' % (self.session, self.user)
        return b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body)


class Answer(Struct, frozen=True):
    """The bytes to send to whoever is `who`, as long as the database says the same; `until`, seconds since the epoch."""

    who: SignedIn
    data: bytes
    until: float
