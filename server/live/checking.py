"""Whether bytes are an update of Yjs (version 1) that may be given to the library.

It believes what it is told: a few bytes that announce many clients cost it a gigabyte, and values within values, some
ten thousand deep, the whole process. What strangers send is therefore walked through first. S46.
"""

from __future__ import annotations

from msgspec import Struct

from server.live.frames import Nonsense, read_varuint
from server.live.nesting import Nesting

_DEEPEST = 64
_ORIGIN, _RIGHT, _KEY = 0x80, 0x40, 0x20
_GC, _DELETED, _JSON, _BINARY, _STRING, _EMBED, _FORMAT, _TYPE, _ANY, _SKIP = 0, 1, 2, 3, 4, 5, 6, 7, 8, 10
# The types that have a name of their own, and the last one there is.
_XML_ELEMENT, _XML_HOOK, _LAST_TYPE = 3, 5, 6
_ARRAY, _OBJECT = 117, 118
# By which name the editor finds the text.
_TOP = b"default"
_FIXED = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}
_INTEGER, _TEXT, _BYTES = 125, 119, 116


class Brought(Struct, frozen=True):
    """What an update has: how far it knows each client of which it brings or deletes something, how many new elements.

    `outside`: whether some of it is nowhere in the text.
    """

    clocks: dict[int, int]
    types: int
    outside: bool


def check_update(update: bytes) -> Brought:
    """What is in it.

    Raises Nonsense for what is no update, or holds what no editor writes: documents within, or values too deep.
    """
    try:
        return _Walk(update).update()
    except (IndexError, UnicodeDecodeError):
        raise Nonsense("an update that ends early, or holds no text where text is announced") from None


def read_state(state: bytes) -> dict[int, int]:
    """A state vector: the next clock of each client; raises Nonsense."""
    count, at = read_varuint(state, 0)
    if count > len(state):
        raise Nonsense("a state vector of more clients than it has bytes")
    found = {}
    for _ in range(count):
        client, at = read_varuint(state, at)
        found[client], at = read_varuint(state, at)
    if at != len(state):
        raise Nonsense("a state vector with something after it")
    return found


class _Walk:
    """Goes through an update byte by byte; every step checks that it is still inside."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._nesting = data, 0, Nesting()
        self._outside = False

    def _number(self) -> int:
        byte = self._data[self._at]
        self._at += 1
        if byte < 0x80:
            return byte
        number, self._at = read_varuint(self._data, self._at - 1)
        return number

    def _pass(self, length: int) -> None:
        self._at += length
        if self._at > len(self._data):
            raise IndexError

    def _chunk(self) -> bytes:
        length = self._number()
        self._pass(length)
        return self._data[self._at - length : self._at]

    def update(self) -> Brought:
        """All of it."""
        found: dict[int, int] = {}
        self._check_count(clients := self._number())
        for _ in range(clients):
            self._check_count(structs := self._number())
            client, clock = self._number(), self._number()
            self._nesting.begin(client)
            for _ in range(structs):
                clock += self._struct(client, clock)
            found[client] = clock
        self._nesting.check()
        self._deleted(found)
        if self._at != len(self._data):
            raise Nonsense("an update with something after it")
        return Brought(found, self._nesting.types, self._outside)

    def _check_count(self, count: int) -> None:
        """Whatever is counted takes a byte at least."""
        if count > len(self._data) - self._at:
            raise Nonsense("an update that announces more than it has")

    def _deleted(self, found: dict[int, int]) -> None:
        self._check_count(clients := self._number())
        for _ in range(clients):
            client = self._number()
            self._check_count(ranges := self._number())
            for _ in range(ranges):
                found[client] = max(found.get(client, 0), self._number() + self._number())

    def _struct(self, client: int, clock: int) -> int:
        """How many clocks it takes."""
        info = self._data[self._at]
        self._at += 1
        kind = info & 0x1F
        if kind in (_GC, _SKIP):
            return self._number()
        beside = [(self._number(), self._number()) for flag in (_ORIGIN, _RIGHT) if info & flag]
        parent = None if beside else self._parent(info)
        self._nesting.add(client, clock, beside[0] if beside else parent, int(not beside))
        self._nesting.types += kind == _TYPE
        return self._content(kind)

    def _parent(self, info: int) -> tuple[int, int] | None:
        """What it stands in; None at the top, of which there is one."""
        parent = None
        if self._number() != 1:
            parent = self._number(), self._number()
        elif self._chunk() != _TOP:
            self._outside = True
        if info & _KEY:
            self._chunk()
        return parent

    def _content(self, kind: int) -> int:
        if kind == _DELETED:
            return self._number()
        if kind == _STRING:
            return _units(self._chunk())
        if kind in (_JSON, _ANY):
            return self._values(kind)
        if kind == _TYPE:
            self._type()
        elif kind in (_BINARY, _FORMAT, _EMBED):
            self._marked(kind)
        else:
            raise Nonsense(f"content of kind {kind}")
        return 1

    def _marked(self, kind: int) -> None:
        if kind != _EMBED:
            self._chunk()
        if kind != _BINARY:
            self._json()

    def _values(self, kind: int) -> int:
        self._check_count(count := self._number())
        for _ in range(count):
            self._json() if kind == _JSON else self._any(0)
        return count

    def _type(self) -> None:
        ref = self._number()
        if ref > _LAST_TYPE:
            raise Nonsense(f"a type of kind {ref}")
        if ref in (_XML_ELEMENT, _XML_HOOK):
            self._chunk()

    def _json(self) -> None:
        """Text that is read as JSON later, of which only the depth can hurt."""
        text = self._chunk()
        depth = deepest = 0
        if text.count(b"[") + text.count(b"{") <= _DEEPEST:
            return
        for byte in text:
            depth += (byte in b"[{") - (byte in b"]}")
            deepest = max(deepest, depth)
        if deepest > _DEEPEST:
            raise Nonsense("values within values")

    def _any(self, depth: int) -> None:
        kind = self._data[self._at]
        self._at += 1
        if kind in _FIXED:
            self._pass(_FIXED[kind])
        elif kind in (_TEXT, _BYTES):
            self._chunk()
        elif kind == _INTEGER:
            self._integer()
        elif kind in (_ARRAY, _OBJECT) and depth < _DEEPEST:
            self._several(kind, depth + 1)
        else:
            raise Nonsense("values within values" if kind in (_ARRAY, _OBJECT) else f"a value of kind {kind}")

    def _several(self, kind: int, depth: int) -> None:
        self._check_count(count := self._number())
        for _ in range(count):
            if kind == _OBJECT:
                self._chunk()
            self._any(depth)

    def _integer(self) -> None:
        """With a sign, so of another form; it ends as the others do."""
        while self._data[self._at] >= 0x80:
            self._at += 1
        self._at += 1


def _units(text: bytes) -> int:
    """How long JavaScript finds it."""
    return (
        len(text)
        if text.isascii()
        else len(text.decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")) // 2
    )
