"""Cookies as better-auth writes and reads them: names, attributes, signature."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from server.config.cookies import CookieSettings
from server.crypto import signatures
from server.protocol import uri

log = logging.getLogger(__name__)

MAX_SIZE = 4050  # of a whole Set-Cookie value: the strictest browser takes 4093
# What a cookie's chunks may come to in a request: nginx and Apache refuse a Cookie header of more than 8 KB, and there are
# others in it. Two chunks are well below what a browser keeps for a domain, which is fifty cookies or more.
MAX_STORED = 6144
# How many cookies of one name are looked at. A browser sends one for each path and parent domain that has set it.
MOST_OF_A_NAME = 8
_SAFE_INTEGER = 2**53 - 1
_INDEX = re.compile(r"0|[1-9][0-9]{0,15}")
_NAME = re.compile(r"[!#-'*+\-.0-9A-Z^_`a-z|~]+")
_VALUE = re.compile(r"[ !#-:<-\[\]-~]*")


class RequestCookies(dict[str, str]):
    """The cookies of a request by name: the first of each, `others` being the rest; values are percent-decoded.

    better-auth has a second reader, for cookies that may be split; what that one finds is `chunks`:
    the last of each name, `earlier` being the rest, and what breaks the grammar of cookies is not there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chunks: dict[str, str] = {}
        self.others: dict[str, list[str]] = {}
        self.earlier: dict[str, list[str]] = {}
        # Of those here, what has lost its worth while the request was answered.
        self.void: set[str] = set()

    def each_chunk(self, name: str) -> list[str]:
        """All chunks of this name, the last first."""
        return [self.chunks[name], *reversed(self.earlier.get(name, ()))]


def parse(header: str) -> RequestCookies:
    """The cookies of a Cookie header."""
    cookies = RequestCookies()
    for part in header.split(";"):
        name, equals, value = part.partition("=")
        if not equals:
            continue
        decoded = uri.decode_component(_unquote(value.strip()))
        if cookies.setdefault(name.strip(), decoded) is not decoded:
            cookies.others.setdefault(name.strip(), []).append(decoded)
        name, value = name.strip(" \t"), _unquote_whole(value.strip(" \t"))
        if _NAME.fullmatch(name) and _VALUE.fullmatch(value):
            if name in cookies.chunks:
                cookies.earlier.setdefault(name, []).append(cookies.chunks[name])
            cookies.chunks[name] = uri.decode_component(value)
    return cookies


def _each(cookies: Mapping[str, str], name: str) -> list[str]:
    """All cookies of this name, in their order."""
    others = cookies.others.get(name, ()) if isinstance(cookies, RequestCookies) else ()
    return [cookies[name], *others] if name in cookies else []


def _unquote(value: str) -> str:
    return value[1:-1] if value.startswith('"') else value


def _unquote_whole(value: str) -> str:
    quoted = len(value) > 1 and value.startswith('"') and value.endswith('"')
    return value[1:-1] if quoted else value


class Cookies(Struct, frozen=True):
    """Writes and reads the session's cookies; `expires_in` is in seconds. What one of `older` has signed is read, too."""

    secret: str
    secure: bool
    expires_in: int
    settings: CookieSettings = field(default_factory=CookieSettings)
    older: tuple[str, ...] = ()

    @property
    def session_token(self) -> str:
        """The name of the cookie with the signed session token."""
        return self.name("session_token")

    @property
    def session_data(self) -> str:
        """The name of better-auth's cookie cache."""
        return self.name("session_data")

    @property
    def dont_remember(self) -> str:
        """The name of the cookie that marks a session which ends with the browser."""
        return self.name("dont_remember")

    def name(self, short: str) -> str:
        """A cookie's name in the browser, with better-auth's prefixes."""
        return f"{'__Secure-' if self.secure else ''}{self.settings.prefix}.{short}"

    def write_shown(self, name: str, value: str, max_age: int) -> str:
        """A Set-Cookie value that scripts of the page can read: it is nobody's secret."""
        return self._write(name, uri.encode_component(value), max_age, "")

    def write(self, name: str, value: str, max_age: int) -> str:
        """A Set-Cookie value of something that needs no signature, as what is encrypted."""
        return self._write(name, uri.encode_component(value), max_age)

    def read_each(self, cookies: Mapping[str, str], name: str) -> list[str]:
        """The values of all cookies of that name, whoever made them."""
        return _each(cookies, name)

    def _write(self, name: str, encoded_value: str, max_age: int | None, hidden: str = "; HttpOnly") -> str:
        age = "" if max_age is None else f"; Max-Age={max_age}"
        domain = f"; Domain={self.settings.domain}" if self.settings.domain else ""
        secure = "; Secure" if self.secure else ""
        same_site = self.settings.same_site.capitalize()
        return f"{name}={encoded_value}{age}{domain}; Path=/{hidden}{secure}; SameSite={same_site}"

    def write_signed(self, name: str, value: str, max_age: int | None) -> str:
        """A Set-Cookie value whose signature `read_signed` looks for; without `max_age` it ends with the browser."""
        return self._write(name, uri.encode_component(self.sign(value)), max_age)

    def expire(self, name: str) -> str:
        """A Set-Cookie that removes a cookie: same attributes, no life. S30."""
        return self._write(name, "", 0)

    def read_signed(self, cookies: Mapping[str, str], name: str) -> str | None:
        """The value of a signed cookie, of several of that name the first that is ours; None where none is. S42."""
        return next(self.read_each_signed(cookies, name), None)

    def read_each_signed(self, cookies: Mapping[str, str], name: str) -> Iterator[str]:
        """The values of all cookies of that name that are neither missing, cut nor forged. S42."""
        for signed in _each(cookies, name):
            value, dot, signature = signed.rpartition(".")
            if not dot or not value or len(signature) != 44 or not signature.endswith("="):
                continue
            if any(signatures.matches(secret, value, signature) for secret in (self.secret, *self.older)):
                yield value

    def sign(self, value: str) -> str:
        """The value with its signature, as it is in a cookie once that is decoded."""
        return f"{value}.{signatures.sign(self.secret, value)}"

    def put_session(self, cookies: RequestCookies, token: str) -> None:
        """Has the request's cookies lead to this session alone, as far as they name one."""
        cookies.others.pop(self.session_token, None)
        cookies[self.session_token] = self.sign(token)

    def written_session(self, lines: Iterable[str]) -> str | None:
        """What the last of these Set-Cookie values makes of the session's cookie, decoded; None where none is about it."""
        start = f"{self.session_token}="
        found = [line.removeprefix(start).partition(";")[0] for line in lines if line.startswith(start)]
        return uri.decode_component(found[-1]) if found else None

    def tokens(self, cookies: RequestCookies) -> list[str]:
        """The session tokens that are ours, each once: a parent domain's old cookie may stand before the good one."""
        found = dict.fromkeys(self.read_each_signed(cookies, self.session_token))
        return list(found)[:MOST_OF_A_NAME]

    def write_session(self, token: str, remember: bool, cookies: Mapping[str, str]) -> list[str]:
        """Set-Cookie values for a new or prolonged session, given the request's `cookies`."""
        written = [self.write_signed(self.session_token, token, self.expires_in if remember else None)]
        if not remember:
            written.append(self.write_signed(self.dont_remember, "true", None))
        elif self.read_signed(cookies, self.dont_remember) is not None:
            written.append(self.expire(self.dont_remember))
        return written

    def clear_session(self, cookies: RequestCookies) -> list[str]:
        """Set-Cookie values that end the session in the browser, a cookie cache and its chunks included."""
        names = [self.session_token, self.session_data, *self.stored_names(cookies, self.session_data)]
        return [self.expire(name) for name in (*names, self.dont_remember)]

    def is_session(self, line: str) -> bool:
        """Whether a Set-Cookie value is one that `clear_session` makes void."""
        name = line.partition("=")[0]
        names = (self.session_token, self.session_data, self.dont_remember)
        return name in names or name.startswith(f"{self.session_data}.")

    # Cookies that may be too long for one

    def stored_names(self, cookies: RequestCookies, name: str) -> list[str]:
        """The names under which the request has this cookie: whole, or in chunks, or both."""
        return [each for each in cookies.chunks if each == name or _index(name, each) is not None]

    def cached_in(self, header: str) -> dict[str, int]:
        """The cookies of the cookie cache in a Cookie header, whole or cut off, by name, and how much of it they are."""
        sizes: dict[str, int] = {}
        for part in header.split(";"):
            name = part.partition("=")[0].strip()
            if name == self.session_data or _index(self.session_data, name) is not None:
                sizes[name] = sizes.get(name, 0) + len(part) + 1
        return sizes

    def read_stored(self, cookies: RequestCookies, name: str) -> str:
        """The cookie's value as better-auth reads it, joined where it is in chunks; empty where there is none."""
        return cookies.get(name) or "".join(cookies.chunks[each] for each in _chunks(cookies, name))

    def read_each_stored(self, cookies: RequestCookies, name: str) -> list[str]:
        """What may be the cookie's value, none of it empty; what better-auth reads comes first."""
        found = [value for value in _each(cookies, name)[:MOST_OF_A_NAME] if value]
        return list(dict.fromkeys([*found, *_joined(cookies, name)]))

    def write_stored(self, cookies: RequestCookies, name: str, value: str, max_age: int | None) -> list[str]:
        """Set-Cookie values for base64url text; chunks of the request that are not needed expire.

        One that is too long for what lies between here and the browser is not written.
        """
        lines = {each: self.expire(each) for each in self.stored_names(cookies, name)}
        size = MAX_SIZE - len(self._write(f"{name}.99", "", max_age))
        count = math.ceil(len(value) / size)
        if len(value) > MAX_STORED:
            log.debug("a session of %d bytes is too large to be kept in cookies", len(value))
        elif count <= 1:
            lines[name] = self._write(name, value, max_age)
        else:
            chunks = {f"{name}.{n}": value[n * size : (n + 1) * size] for n in range(count)}
            lines |= {each: self._write(each, chunk, max_age) for each, chunk in chunks.items()}
        return list(lines.values())


def _chunks(cookies: RequestCookies, name: str) -> list[str]:
    """The names of the request's chunks, by their number."""
    numbered = ((_index(name, each), each) for each in cookies.chunks)
    return [each for _, each in sorted((index, each) for index, each in numbered if index is not None)]


def _joined(cookies: RequestCookies, name: str) -> list[str]:
    """Chunks put together: the last of each number, then those before them.

    Where two rows of chunks differ in length the shorter one ends where the number of chunks changes.
    """
    rows = [cookies.each_chunk(each)[:MOST_OF_A_NAME] for each in _chunks(cookies, name)]
    deepest = max(map(len, rows), default=0)
    picked = [[row[min(depth, len(row) - 1)] for row in rows] for depth in range(deepest)]
    ends = [n for n in range(1, len(rows)) if len(rows[n]) != len(rows[n - 1])][:MOST_OF_A_NAME]
    joined = ["".join(row[:end]) for end in (len(rows), *ends) for row in picked]
    return [value for value in joined if value]


def _index(name: str, chunk: str) -> int | None:
    """Which chunk of the cookie `name` this is; None for another cookie."""
    suffix = chunk.removeprefix(f"{name}.")
    if suffix == chunk or not _INDEX.fullmatch(suffix):
        return None
    return int(suffix) if int(suffix) <= _SAFE_INTEGER else None
