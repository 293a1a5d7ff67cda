"""Forged requests: odd values in every part of a request, for every endpoint, file and page that there is."""

from __future__ import annotations

import base64
import functools
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from urllib.parse import quote

from hypothesis import strategies as st

from handlers import FEATURES

API = "/api/auth"
PAGES = Path(__file__).parent.parent / "web/pages.json"
GROUP = re.compile(r"\([^()]*\)|\.\*|\[\^/\]\+\S*")
# What ends a session comes last, so that the others still have one.
LAST = ("/sign-out", "/revoke", "/delete-user", "/change-password")
# Settings under which other code reads what comes in.
OPTIONS: tuple[dict[str, str], ...] = (
    {},
    {"SESSION_COOKIE_CACHE": "compact", "SESSION_DEFER_REFRESH": "yes"},
    {"SESSION_COOKIE_CACHE": "jwt"},
    {"SESSION_COOKIE_CACHE": "jwe", "SESSION_CACHE": "off"},
    {"REQUIRE_EMAIL_VERIFICATION": "yes", "DELETE_USER_VERIFICATION": "yes"},
)
# Documented: what cannot be done here, and what can be done later.
ALLOWED = (501, 503)


@dataclass(frozen=True)
class Target:
    """A method of a route; `pattern` is the regular expression of its path."""

    method: str
    pattern: str

    def path(self, fill: str) -> str:
        """An address that it matches, with `fill` where anything may stand."""
        first = self.pattern.partition("|")[0]
        return GROUP.sub(lambda _: fill, first).replace("\\", "").replace("?", "")


def targets() -> list[Target]:
    """Every method of every route of every feature, every page, and a path of nobody's."""
    routes = [(API + path, kind) for feature in FEATURES for path, kind in feature.api]
    routes += [route for feature in FEATURES for route in feature.site]
    found = [
        Target(method, path)
        for path, kind in routes
        for method in ("GET", "POST", "DELETE", "HEAD", "PUT", "PATCH", "OPTIONS")
        if getattr(getattr(kind, method.lower(), None), "access", None)
    ]
    found += [Target("GET", page["path"]) for page in json.loads(PAGES.read_text())]
    found += [
        Target("POST", f"{API}/nowhere"),
        Target("BREW", "/login"),
        Target("OPTIONS", f"{API}/get-session"),
    ]
    return sorted(
        set(found), key=lambda each: (any(word in each.pattern for word in LAST), each.pattern, each.method)
    )


@functools.cache
def members() -> tuple[str, ...]:
    """The name of every member of a body or query that an endpoint reads."""
    names = set()
    for name, module in list(sys.modules.items()):
        if name.startswith(("handlers.", "server.")):
            for kind in list(vars(module).values()):
                if isinstance(kind, type) and is_dataclass(kind):
                    names |= {
                        str(member.key or item.name)
                        for item in fields(kind)
                        if (member := item.metadata.get("member"))
                    }
    return tuple(sorted(names))


ODD_TEXT = st.sampled_from(
    (
        "", "\0", "a\0@example.com", "\ud800", "\udfff\ud800", "\u202e", "ﬁ", "٣", "' OR 1=1 --", "%00", "%ff", "%",
        "/", "//evil.example", "/..//evil.example", "/\\evil.example", "javascript:1", "http://[::1", "http://a:99999",
        "a@b", "A@Example.com", "x" * 5000, "é" * 3000, "\U0001f32e" * 300, "\r\nSet-Cookie: a=b", "null", "NaN",
        "__proto__", "constructor", "9" * 400, "-0", "1e999", "2024-02-30T25:61:61Z", "credential", "github",
    )
)  # fmt: skip
TEXT = st.one_of(ODD_TEXT, st.text(max_size=40), st.text(alphabet="%/\\?#&=;,.\0\r\n\"'<>", max_size=12))
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


def _json(value: object) -> bytes:
    """As JSON, odd numbers and lone surrogates too."""
    return json.dumps(value).encode()


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """JSON objects with members that are read, mostly; else anything."""
    how = draw(st.integers(0, 9))
    if how == 0:
        return draw(DEEP)
    if how == 1:
        return draw(WIDE)
    if how == 2:
        return draw(st.binary(max_size=60))
    if how == 3:
        return _json(draw(VALUE))
    if how == 5:
        member = draw(st.sampled_from(members())).encode()
        return b'{"name":"A","email":"a@b.example","password":"correct horse","%s":%s}' % (member, draw(DEEP))
    every = dict.fromkeys(members(), draw(VALUE)) if how == 4 else {}
    some = draw(st.dictionaries(st.sampled_from(members()), VALUE, max_size=6))
    return _json({**every, "name": "Ada", "email": "ada@example.com", "password": "correct horse", **some})


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


CACHED = st.one_of(
    st.builds(lambda value: _base64(_json(value)), VALUE),
    st.builds(
        lambda session, user, ends, sign: _base64(
            _json({"session": {"session": session, "user": user}, "expiresAt": ends, "signature": sign})
        ),
        VALUE, VALUE, SCALAR, SCALAR,
    ),
    st.builds(lambda head, body: f"{_base64(_json(head))}.{_base64(_json(body))}.AAAA", VALUE, VALUE),
    st.builds(lambda *parts: ".".join(map(_base64, parts)), *[st.binary(max_size=20)] * 5),
    TEXT,
)  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """What is odd about a request, whatever endpoint it is for."""

    fill: str
    query: str
    body: bytes
    cookies: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    signed_in: bool
    twice: bool
    cut: int

    def request(self, target: Target, origin: str, session: str) -> bytes:
        """Byte for byte; `session` is the cookies of somebody signed in."""
        path = target.path(self.fill) + (f"?{self.query}" if self.query else "")
        lines = [f"{target.method} {path} HTTP/1.1", "Host: localhost"]
        mine = self._cookies(session)
        if mine:
            lines.append(f"Cookie: {mine}")
        given = {"Content-Type": "application/json", "Origin": origin, **dict(self.headers)}
        lines += [f"{name}: {value}" for name, value in given.items()]
        body = self.body if target.method not in ("GET", "HEAD") else b""
        if body or target.method not in ("GET", "HEAD"):
            lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join((*lines, "", "")).encode("latin-1", "replace") + body

    def _cookies(self, session: str) -> str:
        """The forged ones instead of the session's own, or besides; one of them perhaps cut."""
        own = [pair for pair in session.split("; ") if pair] if self.signed_in else []
        if own and self.cut:
            own[-1] = own[-1][: -self.cut]
        if not self.twice:
            forged = {name for name, _ in self.cookies}
            own = [pair for pair in own if pair.partition("=")[0] not in forged]
        return "; ".join([*own, *(f"{name}={value}" for name, value in self.cookies)])


def _clean(text: str) -> str:
    """What may stand in a line of a head: nothing that ends it."""
    return re.sub(r"[\r\n]", "", text)


COOKIE_NAMES = st.sampled_from(
    ("session_token", "session_data", "session_data", "session_data.0", "session_data.1", "dont_remember", "state", "account_data")
)  # fmt: skip
BROKEN = ("!", "a.b", "%00", "%ff", "e30", "bnVsbA", "W10", "=", "x" * 5000, '"', "%", "e30.e30.e30", "a,b")
JUNK = st.sampled_from(BROKEN)
COOKIE = st.tuples(
    COOKIE_NAMES.map(lambda name: f"better-auth.{name}"),
    st.one_of(JUNK, CACHED, TEXT.map(lambda text: quote(text.encode("utf-8", "replace")))).map(_clean),
)
COOKIES = st.one_of(
    st.just(()), COOKIE.map(lambda one: (one,)), *[st.lists(COOKIE, min_size=1, max_size=3).map(tuple)] * 2
)
HEADER_NAMES = st.sampled_from(
    (
        "Content-Type", "Origin", "Referer", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Accept",
        "Authorization", "User-Agent", "If-None-Match", "If-Modified-Since", "Range", "Accept-Encoding",
        "Accept-Language", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Upgrade", "Content-Encoding",
        "Access-Control-Request-Method", "X-Captcha-Response",
    )
)  # fmt: skip
HEADER_VALUES = st.one_of(
    TEXT,
    st.sampled_from(
        (
            "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
            "application/json; charset=utf-16", "text/plain", "bytes=0-,5-1,-9", "bytes=99999999999999999999-",
            "null", "gzip", "websocket", "Bearer x", "Basic !!", "Mon, 99 Foo 9999", "cross-site", "navigate",
            "1.2.3.4, evil, ::", '"a", W/"b", *', "image/png",
        )
    ),
).map(_clean)  # fmt: skip
QUERIES = st.one_of(
    st.just(""),
    st.dictionaries(st.sampled_from(["token", "state", "code", "error", "callbackURL", "id", "x"]), TEXT, max_size=4).map(
        lambda pairs: "&".join(f"{name}={quote(text.encode('utf-8', 'replace'), safe='')}" for name, text in pairs.items())
    ),
    st.sampled_from(("token=%FF", "token", "&&==&", "callbackURL=%00&callbackURL=/", "a[]=1&a[b]=2", "%zz=%", "token=" + "x" * 6000)),
)  # fmt: skip
FILLS = st.one_of(
    st.sampled_from(("x", "%00", "%ff", "%2e%2e", "..%2f..", "%0d%0aa:b", "github", "%F0%9F%8C%AE", "x" * 3000, "a.css")),
    TEXT.map(lambda text: quote(text.encode("utf-8", "replace"), safe="%")),
).map(lambda text: text or "x")  # fmt: skip


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """One of each."""
    return Shape(
        draw(FILLS),
        draw(QUERIES),
        draw(bodies()),
        draw(COOKIES),
        tuple(draw(st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=3))),
        draw(st.sampled_from((True, True, False))),
        draw(st.sampled_from((True, False, False))),
        draw(st.sampled_from((0, 0, 0, 0, 1, 7))),
    )


def plain() -> list[Shape]:
    """Requests of somebody signed in with nothing odd but a broken cache in a cookie, which any neighbour can plant."""
    names = ("better-auth.session_data", "better-auth.session_data.0")
    cookies = [((name, value),) for value in BROKEN for name in names[: 1 + (len(value) == 1)]]
    return [Shape("x", "", b"{}", each, (), signed_in=True, twice=False, cut=0) for each in cookies]


def requests(
    shape: Shape, wanted: Sequence[Target], origin: str, session: str
) -> Iterator[tuple[Target, bytes]]:
    """The shape for each of the targets."""
    return ((target, shape.request(target, origin, session)) for target in wanted)
