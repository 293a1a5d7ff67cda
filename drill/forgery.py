"""Forged requests: odd values in every part of a request, for every endpoint, file and page that there is."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from drill.bodies import SCALAR, TEXT, VALUE, as_json, bodies, members
from drill.envelope import ENVELOPES, USUAL, Envelope, one_line, printable
from drill.victim import Victim
from handlers import FEATURES

API = "/api/auth"
PAGES = Path(__file__).parent.parent / "web/pages.json"
GROUP = re.compile(r"\([^()]*\)|\.\*|\[\^/\]\+\S*")
# What ends a session comes last, so that the others still have one.
LAST = ("/sign-out", "/revoke", "/delete-user", "/change-password")
# Settings under which other code reads what comes in.
OPTIONS: tuple[dict[str, str], ...] = (
    {},
    {"SESSION_COOKIE_CACHE": "compact", "SESSION_DEFER_REFRESH": "yes", "PLUGINS": "all"},
    {"SESSION_COOKIE_CACHE": "jwt"},
    {"SESSION_COOKIE_CACHE": "jwe", "SESSION_CACHE": "off"},
    {"REQUIRE_EMAIL_VERIFICATION": "yes", "DELETE_USER_VERIFICATION": "yes", "PLUGINS": "all"},
    {
        "APP_ENV": "production", "BETTER_AUTH_URL": "https://app.example.com", "BETTER_AUTH_TRUSTED_ORIGINS": "http://127.0.0.1:*",
        "COOKIE_DOMAIN": "example.com", "COOKIE_SAME_SITE": "none", "SESSION_COOKIE_CACHE": "compact",
        "TRUSTED_PROXIES": "127.0.0.0/8", "RATE_LIMIT_ENABLED": "yes", "RATE_LIMIT_STORAGE": "database",
        "METRICS_TOKEN": "a-token-of-the-drill", "PLUGINS": "all",
    },
    {
        "PASSWORD_CHECK": "common", "AUTO_SIGN_IN": "no", "SESSION_MAX_LIFETIME": "60", "COOKIE_PREFIX": "odd",
        "LOG_LEVEL": "debug", "LOG_FORMAT": "json",
    },
)  # fmt: skip


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
    # Where nothing is: methods that a route does not have, and paths that only look like one.
    found += [
        Target(method, path) for path, _ in routes[::7] for method in ("PUT", "PATCH", "TRACE", "OPTIONS")
    ]
    found += [
        Target("get", f"{API}/get-session"),
        Target("CONNECT", "localhost:443"),
        Target("OPTIONS", "*"),
        Target("GET", f"http://localhost{API}/get-session"),
        Target("GET", "http://evil.example/login"),
        Target("GET", f"/{API}/get-session"),
        Target("GET", f"{API}/get-session/"),
        Target("POST", "/api/auth/../auth/sign-in/email"),
        Target("GET", "/assets/.*"),
        Target("DELETE", "/.*"),
    ]
    return sorted(
        set(found), key=lambda each: (any(word in each.pattern for word in LAST), each.pattern, each.method)
    )


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


CACHED = st.one_of(
    st.builds(lambda value: _base64(as_json(value)), VALUE),
    st.builds(
        lambda session, user, ends, sign: _base64(
            as_json({"session": {"session": session, "user": user}, "expiresAt": ends, "signature": sign})
        ),
        VALUE, VALUE, SCALAR, SCALAR,
    ),
    st.builds(lambda head, body: f"{_base64(as_json(head))}.{_base64(as_json(body))}.AAAA", VALUE, VALUE),
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
    hop: str = "192.0.2.7"
    envelope: Envelope = USUAL
    cached: tuple[str, Mapping[str, Any], Mapping[str, Any]] | None = None
    claims: Mapping[str, Any] = field(default_factory=dict)

    def request(self, target: Target, origin: str, victim: Victim) -> bytes:
        """Byte for byte, with what is the victim's own."""
        path = target.path(self.fill) + (f"?{self.query}" if self.query else "")
        mine = self._cookies(victim)
        usual = {"Content-Type": "application/json", "Origin": origin, "X-Forwarded-For": self.hop}
        named = {name for name, _ in self.headers}
        given = [("Cookie", mine)] if mine else []
        given += [(name, value) for name, value in usual.items() if name not in named or self.twice]
        body = None if target.method in ("GET", "HEAD") else victim.fill(self.body, self.claims)
        fill = functools.partial(self._filled, victim)
        headers = [(name, fill(value)) for name, value in (*given, *self.headers)]
        return self.envelope.write(f"{target.method} {fill(path)}", headers, body)

    def _filled(self, victim: Victim, text: str) -> str:
        """Without what a head cannot hold, where it is the victim's own."""
        if "@@" not in text:
            return text
        return victim.fill(text.encode("utf-8", "replace"), self.claims).decode().replace(" ", "+")

    def _cookies(self, victim: Victim) -> str:
        """The forged ones instead of the session's own, or besides; one of them perhaps cut."""
        own = [pair for pair in victim.cookie.split("; ") if pair] if self.signed_in else []
        prefix = own[0].partition("session_")[0] if own else "better-auth."
        if own and self.cached and (value := victim.cached(*self.cached)):
            own = [pair for pair in own if "session_data" not in pair] + [f"{prefix}session_data={value}"]
        if own and self.cut:
            own[-1] = own[-1][: -self.cut]
        if not self.twice:
            forged = {f"{prefix}{name}" for name, _ in self.cookies}
            own = [pair for pair in own if pair.partition("=")[0] not in forged]
        return "; ".join([*own, *(f"{prefix}{name}={value}" for name, value in self.cookies)])


COOKIE_NAMES = st.sampled_from(
    ("session_token", "session_data", "session_data", "session_data.0", "session_data.1", "dont_remember", "state", "account_data")
)  # fmt: skip
BROKEN = ("!", "a.b", "%00", "%ff", "e30", "bnVsbA", "W10", "=", "x" * 5000, '"', "%", "e30.e30.e30", "a,b")
JUNK = st.sampled_from(BROKEN)
COOKIE = st.tuples(
    COOKIE_NAMES,
    st.one_of(JUNK, CACHED, TEXT.map(lambda text: quote(text.encode("utf-8", "replace")))).map(one_line),
)
COOKIES = st.one_of(
    st.just(()), COOKIE.map(lambda one: (one,)), *[st.lists(COOKIE, min_size=1, max_size=3).map(tuple)] * 2
)
HEADER_NAMES = st.sampled_from(
    (
        "Content-Type", "Origin", "Referer", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Accept",
        "Authorization", "User-Agent", "If-None-Match", "If-Modified-Since", "Range", "Accept-Encoding",
        "Accept-Language", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Upgrade", "Content-Encoding",
        "Access-Control-Request-Method", "X-Captcha-Response", "Connection", "Expect", "Forwarded", "X-Real-IP", "If-Range",
        "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Sec-Fetch-Dest", "TE", "Via", "X-HTTP-Method-Override", "Cookie",
        "X-Request-Id", "Access-Control-Request-Headers",
    )
)  # fmt: skip
HEADER_VALUES = st.one_of(
    *[TEXT.map(printable)] * 3,
    TEXT,
    st.sampled_from(
        (
            "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
            "application/json; charset=utf-16", "text/plain", "bytes=0-,5-1,-9", "bytes=99999999999999999999-",
            "null", "gzip", "websocket", "Bearer x", "Basic !!", "Mon, 99 Foo 9999", "cross-site", "navigate",
            "1.2.3.4, evil, ::", '"a", W/"b", *', "image/png", "image/jpeg", "Upgrade", "close, keep-alive", "100-continue",
            "for=[::1];proto=https", "deflate, br", "en;q=9", "better-auth.session_token=x; better-auth.session_token=y",
            "multipart/mixed", "application/cbor", "Bearer a-token-of-the-drill",
        )
    ),
).map(one_line)  # fmt: skip
QUERIES = st.one_of(
    st.just(""),
    st.dictionaries(st.sampled_from(["token", "state", "code", "error", "callbackURL", "id", "x", *members()]), TEXT, max_size=4).map(
        lambda pairs: "&".join(f"{name}={quote(text.encode('utf-8', 'replace'), safe='')}" for name, text in pairs.items())
    ),
    st.sampled_from(("token=%FF", "token", "&&==&", "callbackURL=%00&callbackURL=/", "a[]=1&a[b]=2", "%zz=%", "token=" + "x" * 6000)),
    st.sampled_from(("token=@@signed@@", "token=@@mailed@@&callbackURL=/")),
    TEXT.map(printable),
)  # fmt: skip
FILLS = st.one_of(
    st.sampled_from(("x", "%00", "%ff", "%2e%2e", "..%2f..", "%0d%0aa:b", "github", "%F0%9F%8C%AE", "x" * 3000, "a.css")),
    TEXT.map(lambda text: quote(text.encode("utf-8", "replace"), safe="%")),
).map(lambda text: text or "x")  # fmt: skip


SESSION_MEMBERS = [
    "id",
    "token",
    "userId",
    "expiresAt",
    "createdAt",
    "updatedAt",
    "ipAddress",
    "userAgent",
    "x",
]
USER_MEMBERS = ["id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", "x"]
CLAIM_MEMBERS = ["email", "updateTo", "requestType", "signUp", "userId", "iat", "exp", "nbf", "x"]
Members = dict[str, Any]


@st.composite
def some(draw: st.DrawFn, names: Sequence[str]) -> Members:
    """One or two of the members with odd values, or none."""
    chosen = draw(st.lists(st.sampled_from(names), max_size=2))
    return {name: draw(VALUE) for name in chosen}


@st.composite
def caches(draw: st.DrawFn) -> tuple[str, Members, Members]:
    """A cache that was rightly signed, by a server of another version, or by better-auth beside us."""
    form = draw(st.sampled_from(("compact", "jwt", "jwe")))
    return form, draw(some(SESSION_MEMBERS)), draw(some(USER_MEMBERS))


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
        str(draw(st.ip_addresses(v=4))),
        draw(ENVELOPES),
        draw(st.one_of(st.none(), st.none(), caches())),
        draw(some(CLAIM_MEMBERS)),
    )


def plain() -> list[Shape]:
    """Requests of somebody signed in with nothing odd but a broken cache in a cookie, which any neighbour can plant."""
    names = ("session_data", "session_data.0")
    cookies = [((name, value),) for value in BROKEN for name in names[: 1 + (len(value) == 1)]]
    return [Shape("x", "", b"{}", each, (), signed_in=True, twice=False, cut=0) for each in cookies]


def requests(
    shape: Shape, wanted: Sequence[Target], origin: str, victim: Victim
) -> Iterator[tuple[Target, bytes]]:
    """The shape for each of the targets."""
    return ((target, shape.request(target, origin, victim)) for target in wanted)
