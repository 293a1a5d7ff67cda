"""The y-websocket protocol, one message a frame, and what is ours beside it: 100 durable, 101 state.

Written by hand, as pycrdt's own encoder counts characters where bytes are meant.
"""

from __future__ import annotations

import json

SYNC, AWARENESS, QUERY_AWARENESS, DURABLE, STATE = 0, 1, 3, 100, 101
STEP_1, STEP_2, UPDATE = 0, 1, 2  # of a sync
# A number of JavaScript's has 53 bits: pages fail over more.
_MOST_BYTES, _MOST = 8, 2**53 - 1


class Nonsense(Exception):
    """A frame that no client of this protocol sends."""


def varuint(number: int) -> bytes:
    """As lib0 writes one: seven bits a byte, the lowest first."""
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def read_varuint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at this byte, and where it ends; raises Nonsense."""
    number = 0
    for place, byte in enumerate(data[at : at + _MOST_BYTES]):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80 and number <= _MOST:
            return number, at + place + 1
    raise Nonsense("a number that does not end, or is too large")


def varbytes(data: bytes) -> bytes:
    """Bytes with their length before them."""
    return varuint(len(data)) + data


def read_varbytes(data: bytes, at: int) -> tuple[bytes, int]:
    """The bytes that begin here, and where they end; raises Nonsense."""
    length, start = read_varuint(data, at)
    if start + length > len(data):
        raise Nonsense("fewer bytes than were announced")
    return data[start : start + length], start + length


def sync(step: int, data: bytes) -> bytes:
    """A frame of y-protocols/sync."""
    return bytes((SYNC, step)) + varbytes(data)


def awareness(update: bytes) -> bytes:
    """A frame of y-protocols/awareness."""
    return bytes((AWARENESS,)) + varbytes(update)


def durable(count: int) -> bytes:
    """So many of the frames that changed something, and came over this socket, are in PostgreSQL for good."""
    return bytes((DURABLE,)) + varuint(count)


def state(told: dict[str, object]) -> bytes:
    """What the page shows beside the text."""
    return bytes((STATE,)) + varbytes(json.dumps(told, ensure_ascii=False).encode())


def read(frame: bytes) -> tuple[int, int, bytes]:
    """What kind of frame, which step of a sync, and its bytes; raises Nonsense."""
    kind, at = read_varuint(frame, 0)
    step = 0
    if kind == SYNC:
        step, at = read_varuint(frame, at)
    if kind == QUERY_AWARENESS:
        data, end = b"", at
    elif kind in (SYNC, AWARENESS) and step <= UPDATE:
        data, end = read_varbytes(frame, at)
    else:
        raise Nonsense(f"a frame of type {kind}")
    if end != len(frame):
        raise Nonsense("more than one message in a frame")
    return kind, step, data
