"""Where sessions in memory lie: a bounded store in which the sessions of a person share what they have in common."""

from __future__ import annotations

import hashlib
import sys
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import fields

from server.model import Session, SignedIn, User
from server.sessions.rendered import Answer, Finished

# What all that is kept may come to, by estimate, whatever the number of sessions: about what 100,000 ordinary ones take.
MOST_BYTES = 256 * 1024 * 1024
# A session and its user beyond that are read from the database each time: a picture in a column is not worth it. S46.
LONGEST = 16 * 1024
# What a session or a person takes beside its texts: objects, keys, places in the tables.
_BESIDE = 700
# What is counted in: the small numbers that come of it take no memory of their own.
_BLOCK = 64
_USER, _SESSION = (tuple(field.name for field in fields(each)) for each in (User, Session))


def digest(token: str) -> bytes:
    """How a token is named in an announcement (there in hex), which every user of the database can hear."""
    return hashlib.sha256(token.encode()).digest()


class _Person:
    """A user, once for all of their sessions; `words` is the user in a finished answer."""

    __slots__ = ("blocks", "kept", "user", "words")

    def __init__(self, user: User, blocks: int) -> None:
        self.user, self.words, self.blocks = user, b"", blocks
        self.kept: dict[bytes, None] = {}


class _Kept:
    """One session, the finished answer for the Cookie header that it last came with, and for which it is who asks."""

    __slots__ = (
        *(
            "blocks",
            "cookie_header",
            "ends",
            "head",
            "key",
            "known_by",
            "person",
            "session",
            "until",
            "words",
        ),
    )

    def __init__(self, key: bytes, session: Session, person: _Person, blocks: int) -> None:
        self.key, self.session, self.person, self.blocks = key, session, person, blocks
        self.cookie_header = self.known_by = ""
        self.head = self.words = b""
        self.until = self.ends = 0.0


class Shelf:
    """At most `size` sessions, and `most` bytes, by the digest of their token; the least recently read go first."""

    def __init__(self, size: int, most: int = MOST_BYTES) -> None:
        self._size, self._most = size, most
        self._blocks = 0
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._people: dict[str, _Person] = {}
        self._answers: dict[str, _Kept] = {}
        self._known: dict[str, _Kept] = {}
        self._head = b""

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def weight(self) -> int:
        """About what all that is here takes."""
        return self._blocks * _BLOCK

    def find(self, key: bytes) -> SignedIn | None:
        """The session, if it is here."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        self._kept.move_to_end(key)
        return SignedIn(kept.session, kept.person.user)

    def put(self, key: bytes, found: SignedIn) -> None:
        """Adds a session, if it is not too long; those that know the user otherwise go."""
        self.drop(key)
        user, own, shared = found.user, _size(found.session), _size(found.user)
        if own + shared > LONGEST:
            return
        person = self._people.get(user.id)
        if person is not None and person.user != user:
            self.drop_user(user.id)
            person = None
        if person is None:
            person = self._people[user.id] = _Person(user, _in_blocks(shared))
            self._blocks += person.blocks
        person.kept[key] = None
        kept = self._kept[key] = _Kept(key, found.session, person, _in_blocks(own))
        self._blocks += kept.blocks
        self._shrink()

    def _shrink(self) -> None:
        while len(self._kept) > self._size or self.weight > self._most:
            self.drop(next(iter(self._kept)))

    def drop(self, key: bytes) -> None:
        """Forgets a session."""
        kept = self._kept.pop(key, None)
        if kept is None:
            return
        self._answers.pop(kept.cookie_header, None)
        self._known.pop(kept.known_by, None)
        person = kept.person
        del person.kept[key]
        self._blocks -= kept.blocks
        if not person.kept:
            del self._people[person.user.id]
            self._blocks -= person.blocks

    def drop_user(self, user_id: str) -> None:
        """Forgets all sessions of a user."""
        person = self._people.get(user_id)
        for key in list(person.kept) if person else ():
            self.drop(key)

    def clear(self) -> None:
        """Forgets all."""
        for part in (self._kept, self._people, self._answers, self._known):
            part.clear()
        self._blocks = 0

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
        self._weigh(kept)

    def who(self, cookie_header: str, now: float) -> SignedIn | None:
        """Who comes with a Cookie header, where that is known; `now` in seconds since the epoch."""
        kept = self._known.get(cookie_header)
        if kept is None or now >= kept.ends:
            return None
        self._kept.move_to_end(kept.key)
        return SignedIn(kept.session, kept.person.user)

    def know(self, who: SignedIn, cookie_header: str, ends: float) -> None:
        """Remembers who comes with a Cookie header, as long as the session is here, and not after it `ends`."""
        kept = self._kept.get(digest(who.session.token))
        if kept is None or kept.session is not who.session or kept.person.user != who.user:
            return
        self._known.pop(kept.known_by, None)
        same = kept.cookie_header == cookie_header
        kept.known_by, kept.ends = kept.cookie_header if same else cookie_header, ends
        self._known[kept.known_by] = kept
        self._weigh(kept)

    def _weigh(self, kept: _Kept) -> None:
        """Answers count too; those of before are replaced."""
        person = kept.person
        own_header = kept.known_by not in ("", kept.cookie_header)
        headers = sys.getsizeof(kept.cookie_header) + (sys.getsizeof(kept.known_by) if own_header else 0)
        own = _in_blocks(_size(kept.session) + len(kept.words) + headers)
        shared = _in_blocks(_size(person.user) + len(person.words))
        self._blocks += own - kept.blocks + shared - person.blocks
        kept.blocks, person.blocks = own, shared
        self._shrink()


def _data(kept: _Kept) -> bytes:
    return Finished(kept.head, kept.words, kept.person.words).data


def _in_blocks(size: int) -> int:
    return -(-size // _BLOCK)


def _size(row: Session | User) -> int:
    """About how many bytes a row takes: its texts, those that features have added, and the rest."""
    names = _USER if isinstance(row, User) else _SESSION
    return _BESIDE + _texts(getattr(row, name) for name in names) + _texts(row.more.values())


def _texts(values: Iterable[object]) -> int:
    return sum(sys.getsizeof(value) if isinstance(value, str) else _whole(value) for value in values)


def _whole(value: object) -> int:
    """What JSON in a column takes; moments, numbers and the like are counted as part of the row."""
    return 4 * len(str(value)) if isinstance(value, (list, dict)) else 0


def _exact(data: bytes) -> bytes:
    """A copy of its own size: what the JSON encoder gives is cut from a larger piece, whose rest stays unused."""
    return memoryview(data).tobytes()
