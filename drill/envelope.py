"""How a request is written down: version, host, and where its body ends; mostly as clients do, else as they must not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hypothesis import strategies as st

PLAIN = "length"
# What some clients send before they have the answer.
NEXT = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
FRAMES = (
    "chunked",
    "pieces",
    "extended",
    "broken",
    "both",
    "twice",
    "negative",
    "none",
    "short",
    "expected",
    "hex",
    "pipelined",
)


@dataclass(frozen=True)
class Envelope:
    """What is around the parts of a request."""

    version: str = "HTTP/1.1"
    host: str = "localhost"
    frame: str = PLAIN
    encoding: str = "latin-1"

    @property
    def is_odd(self) -> bool:
        """Whether what follows on the connection may be read otherwise than it was meant."""
        return self.frame != PLAIN or not self.version.startswith("HTTP/1.")

    @property
    def ends_early(self) -> bool:
        """Whether more is announced than is sent."""
        return self.frame in ("short", "broken")

    def write(self, first: str, headers: list[tuple[str, str]], body: bytes | None) -> bytes:
        """Byte for byte; no body is None."""
        named = [("Host", self.host), *headers] if self.host else headers
        framed, data = ([], b"") if body is None else self._framed(body)
        start = f"{first} {self.version}".rstrip()
        lines = [start, *(f"{name}: {value}" for name, value in [*named, *framed]), "", ""]
        return "\r\n".join(map(one_line, lines)).encode(self.encoding, "replace") + data

    def _framed(self, body: bytes) -> tuple[list[tuple[str, str]], bytes]:
        length, chunked = ("Content-Length", str(len(body))), ("Transfer-Encoding", "chunked")
        half = len(body) // 2
        pieces = b"".join(_chunk(part) for part in (body[:half], body[half:]) if part)
        return {
            "chunked": ([chunked], (_chunk(body) if body else b"") + b"0\r\n\r\n"),
            "pieces": ([chunked], pieces + b"0\r\nX-Trailer: a\r\n\r\n"),
            "extended": ([chunked], b'%x;a="b"\r\n%s\r\n0;c\r\n\r\n' % (len(body) or 1, body or b"x")),
            "broken": ([chunked], b"zz\r\n" + body + b"\r\n0\r\n\r\n"),
            "both": ([length, chunked], pieces + b"0\r\n\r\n"),
            "twice": ([length, ("Content-Length", str(half))], body),
            "negative": ([("Content-Length", "-1")], body),
            "none": ([], body),
            "short": ([("Content-Length", str(len(body) + 7))], body),
            "expected": ([length, ("Expect", "100-continue")], body),
            "pipelined": ([length], body + NEXT * 3),
            "hex": ([("Content-Length", hex(len(body)))], body),
        }.get(self.frame, ([length], body))


def _chunk(part: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(part), part)


def one_line(text: str) -> str:
    """What may stand in a line of a head: nothing that ends it."""
    return re.sub(r"[\r\n]", "", text)


def printable(text: str) -> str:
    """Without what has every head refused that holds it."""
    return re.sub(r"[\s\x00-\x20\x7f]", "", text)


def half(*odd: str, usual: str) -> st.SearchStrategy[str]:
    """The usual as often as one of the odd."""
    return st.one_of(st.just(usual), st.sampled_from(odd))


_ODD = st.builds(
    Envelope,
    half("HTTP/1.0", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/9.9", "http/1.1", "HTTP/1.1 x", "", "\0", usual="HTTP/1.1"),
    half(
        "", "evil.example", "localhost:99999", "[::1", "a b", "\0", "ü", "x" * 3000, "localhost, evil.example", "user@localhost",
        "http://localhost/", ":", "127.0.0.1:8080",
        usual="localhost",
    ),
    half(*FRAMES, usual=PLAIN),
    half("utf-8", usual="latin-1"),
)  # fmt: skip
USUAL = Envelope()
ENVELOPES = st.one_of(*[st.just(USUAL)] * 4, st.just(Envelope(encoding="utf-8")), _ODD)
