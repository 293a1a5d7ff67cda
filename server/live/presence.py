"""Who is in a document and where their caret is, as y-protocols/awareness tells it; kept in memory alone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from msgspec import Struct

from server import clock
from server.live.frames import Nonsense, read_varbytes, read_varuint, varbytes, varuint

# As y-protocols: who has not been renewed for so long is gone.
OUTDATED_SECONDS = 30.0
# A caret and a name; of one socket there are few, as a page has one.
MOST_BYTES, MOST_CLIENTS = 4096, 4
_GONE = b"null"


class Entry(Struct):
    """What a client says of itself, as JSON, or null once it has gone; `whose` says who may speak for it."""

    clock: int
    state: bytes
    whose: object
    seen: float


def read(update: bytes) -> list[tuple[int, int, bytes]]:
    """Clients, their clocks and their states; raises Nonsense."""
    count, at = read_varuint(update, 0)
    if count > len(update):
        raise Nonsense("more clients than bytes")
    found = []
    for _ in range(count):
        client, at = read_varuint(update, at)
        number, at = read_varuint(update, at)
        state, at = read_varbytes(update, at)
        found.append((client, number, state))
    if at != len(update):
        raise Nonsense("an awareness update with something after it")
    return found


def write(entries: Iterable[tuple[int, int, bytes]]) -> bytes:
    """The other way."""
    found = list(entries)
    parts = [varuint(client) + varuint(number) + varbytes(state) for client, number, state in found]
    return varuint(len(found)) + b"".join(parts)


def sign(state: bytes, user: dict[str, str]) -> bytes:
    """A state with its user as the server knows them, whatever the client says; raises Nonsense."""
    if len(state) > MOST_BYTES:
        raise Nonsense("a caret of several kilobytes")
    try:
        told = json.loads(state, parse_constant=_no_number)
        if told is None:
            return _GONE
        if isinstance(told, dict):
            return json.dumps(told | {"user": user}, ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):  # or halves of a character
        pass
    raise Nonsense("an awareness state that is no object of JSON")


def _no_number(word: str) -> None:
    """NaN and its like, which Python reads and pages do not."""
    raise ValueError(word)


class Presence:
    """The clients of one document, of this process and of others."""

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}

    def take(self, update: bytes, whose: object, user: dict[str, str]) -> list[int]:
        """What a socket says: of whom something is new. Nobody speaks for somebody else's client; raises Nonsense."""
        own = {client for client, each in self._entries.items() if each.whose == whose}
        news = []
        for client, number, state in read(update):
            if self._may(client, state, own) and self._put(client, number, sign(state, user), whose):
                own.add(client)
                news.append(client)
        return news

    def _may(self, client: int, state: bytes, own: set[int]) -> bool:
        """Pages repeat what they hear of others: that somebody has gone who is not known is no news."""
        if client in own:
            return True
        known = self._entries.get(client)
        return len(own) < MOST_CLIENTS and (state != _GONE if known is None else known.state == _GONE)

    def hear(self, update: bytes, worker: str) -> list[int]:
        """What another process says of its own."""
        return [
            client
            for client, number, state in read(update)
            if self._put(client, number, state, ("at", worker))
        ]

    def _put(self, client: int, number: int, state: bytes, whose: object) -> bool:
        known = self._entries.get(client)
        if known and (number < known.clock or (number == known.clock and state != _GONE)):
            return False
        if known and known.clock == number and known.state == _GONE:
            return False
        self._entries[client] = Entry(number, state, whose, clock.steady())
        return True

    def leave(self, whose: object) -> list[int]:
        """Its clients are gone: which ones. Their clocks stay, so that who comes again at once is seen."""
        gone = [client for client, each in self._entries.items() if each.whose == whose]
        for client in gone:
            each = self._entries[client]
            self._entries[client] = Entry(each.clock, _GONE, whose, clock.steady())
        return gone

    def sweep(self) -> None:
        """Forgets who is long gone."""
        before = clock.steady() - 2 * OUTDATED_SECONDS
        self._entries = {client: each for client, each in self._entries.items() if each.seen > before}

    def encode(self, clients: Iterable[int] | None = None) -> bytes:
        """An update of these clients; of all that are there, where none are named."""
        chosen = self._present() if clients is None else [each for each in clients if each in self._entries]
        return write((each, self._entries[each].clock, self._entries[each].state) for each in chosen)

    def _present(self) -> list[int]:
        since = clock.steady() - OUTDATED_SECONDS
        return [client for client, each in self._entries.items() if each.state != _GONE and each.seen > since]

    def own(self) -> list[int]:
        """Those of this process."""
        return [each for each in self._present() if not isinstance(self._entries[each].whose, tuple)]
