"""What the session's cookies in a request and an answer are, as far as our differences on purpose go by them."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

from tests.compat.options import Options
from tests.compat.wire import Answer, Request

TOKEN, DATA = "better-auth.session_token", "better-auth.session_data"
# Of text in cookies; more is refused by common proxies.
MOST = 6144


def _pairs(request: Request) -> list[tuple[str, str]]:
    header = "; ".join(value for name, value in request.headers if name.lower() == "cookie")
    found = [part.partition("=") for part in header.split(";")]
    return [(name.strip(), value.strip()) for name, _, value in found]


def is_doubled(request: Request) -> bool:
    """Whether there are two session tokens, of which the cases make one a good one."""
    return sum(name == TOKEN for name, _ in _pairs(request)) > 1


def believes(request: Request) -> bool:
    """Whether the cookie cache is looked at."""
    asked = request.target.partition("?")[0] in ("/api/auth/get-session", "/api/auth/list-accounts")
    return asked and "disableCookieCache" not in request.target


def is_broken(request: Request, options: Options) -> bool:
    """Whether a session comes with a compact cache that better-auth cannot decode."""
    pairs = _pairs(request)
    if options.settings.get("SESSION_COOKIE_CACHE") != "compact" or TOKEN not in dict(pairs):
        return False
    whole = next((unquote(value.strip('"')) for name, value in pairs if name == DATA), "")
    chunks = [unquote(value) for name, value in pairs if re.fullmatch(rf"{re.escape(DATA)}\.\d+", name)]
    text = (whole or "".join(chunks)).partition("=")[0]
    letters = r"[A-Za-z0-9_-]*" if re.search("[-_]", text) else r"[A-Za-z0-9+/]*"
    return not re.fullmatch(letters, text)


def _lines(answer: Answer) -> list[str]:
    return [line for line in answer.all("set-cookie") if line.startswith(DATA)]


def kept(answer: Answer) -> int:
    """How much text the answer puts into the cookie cache."""
    return sum(len(line.partition(";")[0].partition("=")[2]) for line in _lines(answer))


def cleared(answer: Answer) -> list[str]:
    """The cookies that the answer clears."""
    return [line.partition("=")[0] for line in answer.all("set-cookie") if "Max-Age=0;" in line]


def is_too_large(request: Request, theirs: Answer) -> bool:
    """Whether better-auth keeps, or was given, more in its cache than comes through."""
    sent = sum(len(value) for name, value in _pairs(request) if name.startswith(DATA))
    return max(sent, kept(theirs)) > MOST


def without_data(answer: Answer) -> Answer:
    """The answer but for what it says of the cookie cache."""
    left = (
        pair for pair in answer.headers if pair[0].lower() != "set-cookie" or not pair[1].startswith(DATA)
    )
    return replace(answer, headers=tuple(left))
