"""Odd values, and the bodies that are made of them."""

from __future__ import annotations

import base64
import functools
import json
import sys

from hypothesis import strategies as st

import handlers  # noqa: F401 - whose modules hold the members
from drill.victim import MARKS
from server.protocol.bodies import Body


@functools.cache
def members() -> tuple[str, ...]:
    """The name of every member of a body or query that an endpoint reads."""
    names = set()
    for name, module in list(sys.modules.items()):
        if name.startswith(("handlers.", "server.")):
            for kind in list(vars(module).values()):
                if isinstance(kind, type) and issubclass(kind, Body):
                    names |= {member.key or attribute for attribute, member in kind.fields.items()}
    return tuple(sorted(names))


ODD_TEXT = st.sampled_from(
    (
        "", "\0", "a\0@example.com", "\ud800", "\udfff\ud800", "\u202e", "ﬁ", "٣", "' OR 1=1 --", "%00", "%ff", "%",
        "/", "//evil.example", "/..//evil.example", "/\\evil.example", "javascript:1", "http://[::1", "http://a:99999",
        "a@b", "A@Example.com", "x" * 5000, "é" * 3000, "\U0001f32e" * 300, "\r\nSet-Cookie: a=b", "null", "NaN",
        "__proto__", "constructor", "9" * 400, "-0", "1e999", "2024-02-30T25:61:61Z", "credential", "github",
    )
)  # fmt: skip
TEXT = st.one_of(
    ODD_TEXT,
    st.sampled_from(MARKS),
    st.text(max_size=40),
    st.text(alphabet="%/\\?#&=;,.\0\r\n\"'<>", max_size=12),
)
SCALAR = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(10**400), st.just(-(2**63)), st.floats(), TEXT
)
VALUE = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=6,
)
# Around the limits of the parsers, and of Python's own calls.
DEPTH = st.one_of(st.sampled_from((50, 500, 3000, 30000)), st.integers(60, 1100))
PAIRS = st.sampled_from((("[", "]"), ('{"a":', "}"), ("[", ""), ('{"name":[', "]}"), ('{"a":[', "1]}")))
DEEP: st.SearchStrategy[bytes] = st.builds(
    lambda pair, depth: (pair[0] * depth + pair[1] * depth).encode(), PAIRS, DEPTH
)
WIDE = st.sampled_from(
    (
        b"[" + b"1," * 20000 + b"1]",
        b"{" + b",".join(b'"k%d":1' % number for number in range(8000)) + b"}",
        b'{"email":' + b"1" * 6000 + b"}",
        b'{"email":1e99999}',
        b'{"email":"\xff\xfe","password":"\xed\xa0\x80"}',
        b'{"name":"\\ud800","email":"\\udc00@\\u0000"}',
        b"\xef\xbb\xbf{}",
        b'{"a":1}{"b":2}',
        b"'{}'",
        b"\0" * 2000,
    )
)


def as_json(value: object) -> bytes:
    """As JSON, odd numbers and lone surrogates too."""
    return json.dumps(value).encode()


# A PNG, a GIF and the head of a JPEG, cut and with bytes changed.
PICTURES = tuple(
    map(
        base64.b64decode,
        (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
            "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
            "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////wgALCAABAAEBAREA",
        ),
    )
)


def _changed(which: int, cut: int, more: bytes) -> bytes:
    return PICTURES[which][:cut] + more + PICTURES[which][cut + len(more) :]


IMAGES = st.builds(_changed, st.integers(0, 2), st.integers(8, 70), st.binary(max_size=6))
MEMBER_OF_DEPTH = st.builds(
    lambda member, deep: b'{"name":"A","email":"a@b.example","password":"correct horse","%s":%s}' % (member.encode(), deep),
    st.sampled_from(members()), DEEP,
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """JSON objects with members that are read, mostly; else anything."""
    how = draw(st.integers(0, 9))
    odd: dict[int, st.SearchStrategy[bytes]] = {
        0: DEEP, 1: WIDE, 2: st.binary(max_size=60), 3: VALUE.map(as_json), 5: MEMBER_OF_DEPTH, 6: IMAGES,
    }  # fmt: skip
    if how in odd:
        return draw(odd[how])
    every = dict.fromkeys(members(), draw(VALUE)) if how == 4 else {}
    some = draw(st.dictionaries(st.sampled_from(members()), VALUE, max_size=6))
    email = draw(st.sampled_from(("ada@example.com", "@@email@@", "new-@@email@@")))
    right = {"email": email, "password": "@@password@@", "currentPassword": "@@password@@"}
    return as_json({**every, "name": "Ada", **right, **some})
