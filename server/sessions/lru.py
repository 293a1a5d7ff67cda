"""Where sessions in memory lie: a bounded store in which the sessions of a person share what they have in common."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from server.model import Session, SignedIn, User
from server.sessions.rendered import Answer, Finished


def digest(token: str) -> bytes:
    """How a token is named in an announcement (there in hex), which every user of the database can hear."""
    return hashlib.sha256(token.encode()).digest()


class _Person:
    """A user, once for all of their sessions; `words` is the user in a finished answer."""

    __slots__ = ("kept", "user", "words")

    def __init__(self, user: User) -> None:
        self.user, self.words = user, b""
        self.kept: dict[bytes, None] = {}


class _Kept:
    """One session, and the finished answer for the Cookie header that it last came with."""

    __slots__ = ("cookie_header", "head", "key", "person", "session", "until", "words")

    def __init__(self, key: bytes, session: Session, person: _Person) -> None:
        self.key, self.session, self.person = key, session, person
        self.cookie_header = ""
        self.head = self.words = b""
        self.until = 0.0


class Shelf:
    """At most `size` sessions by the digest of their token; the least recently read go first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._people: dict[str, _Person] = {}
        self._answers: dict[str, _Kept] = {}
        self._head = b""

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: bytes) -> SignedIn | None:
        """The session, if it is here."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return SignedIn(kept.session, kept.person.user)

    def put(self, key: bytes, found: SignedIn) -> None:
        """Adds a session; those that know the user otherwise go."""
        self.drop(key)
        user = found.user
        person = self._people.get(user.id)
        if person is not None and person.user != user:
            self.drop_user(user.id)
            person = None
        if person is None:
            person = self._people[user.id] = _Person(user)
        person.kept[key] = None
        self._kept[key] = _Kept(key, found.session, person)
        if len(self._kept) > self._size:
            self.drop(next(iter(self._kept)))

    def drop(self, key: bytes) -> None:
        """Forgets a session."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self._answers.pop(kept.cookie_header, None)
        person = kept.person
        del person.kept[key]
        if not person.kept:
            del self._people[person.user.id]

    def drop_user(self, user_id: str) -> None:
        """Forgets all sessions of a user."""
        person = self._people.get(user_id)
        for key in list(person.kept) if person else ():
            self.drop(key)

    def clear(self) -> None:
        """Forgets all."""
        for part in (self._kept, self._people, self._answers):
            part.clear()

    def answer(self, cookie_header: str, now: float) -> bytes | None:
        """The finished answer for a Cookie header, while it is right; `now` in seconds since the epoch."""
        kept = self._answers.get(cookie_header)
        if kept is None or now >= kept.until:
            return None
        self._kept.move_to_end(kept.key)
        return _data(kept)

    def unconfirmed(self, cookie_header: str) -> Answer | None:
        """The finished answer for a Cookie header, to be compared with the database."""
        kept = self._answers.get(cookie_header)
        if kept is None:
            return None
        self._kept.move_to_end(kept.key)
        return Answer(SignedIn(kept.session, kept.person.user), _data(kept), kept.until)

    def put_answer(self, who: SignedIn, cookie_header: str, answer: Finished, until: float) -> None:
        """Keeps a finished answer as long as the session that it was made from, and not after `until`."""
        kept = self._kept.get(digest(who.session.token))
        if kept is None or kept.session is not who.session or kept.person.user != who.user:
            return
        self._answers.pop(kept.cookie_header, None)
        if answer.head != self._head:
            self._head = answer.head
        kept.head, kept.words, kept.person.words = self._head, _exact(answer.session), _exact(answer.user)
        kept.cookie_header, kept.until = cookie_header, until
        self._answers[cookie_header] = kept


def _data(kept: _Kept) -> bytes:
    return Finished(kept.head, kept.words, kept.person.words).data


def _exact(data: bytes) -> bytes:
    """A copy of its own size: what the JSON encoder gives is cut from a larger piece, whose rest stays unused."""
    return memoryview(data).tobytes()
