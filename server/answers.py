"""Finished answers, each with the session that it was made from: right as long as the database says the same."""

from __future__ import annotations

from dataclasses import dataclass

from server.store.sessions import SignedIn


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished answer in parts that others share: headers but Content-Length, session, user."""

    head: bytes
    session: bytes
    user: bytes

    @property
    def data(self) -> bytes:
        """All but what changes from one answer to the next."""
        body = b'{"session":%s,"user":%s}' % (self.session, self.user)
        return b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body)


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes to send to whoever is `who`; `until` is in seconds since the epoch."""

    who: SignedIn
    data: bytes
    until: float


class Answers:
    """At most `size` answers by Cookie header, the oldest go first. With SESSION_CACHE=off nothing else is kept."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._kept: dict[str, Answer] = {}

    def find(self, cookie_header: str) -> Answer | None:
        """The answer for a Cookie header, to be compared with the database."""
        return self._kept.get(cookie_header)

    def keep(self, cookie_header: str, answer: Answer) -> None:
        """Keeps an answer in the place of an older one."""
        self._kept.pop(cookie_header, None)
        self._kept[cookie_header] = answer
        if len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]
