"""Trusted origins: the CSRF check, redirect targets and CORS, as better-auth decides them."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable, Mapping

from tornado.httputil import HTTPHeaders

from server import errors
from server.protocol import uri
from server.protocol.bodies import truthy

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ENCODED_SEPARATOR = re.compile(r"%2f|%5c", re.IGNORECASE)
_IPV4_RANGE = re.compile(r"(?=.*\d)[\d*?.]+")
_ANY_ORIGIN = "https://relative.invalid"


class Origins:
    """What the public origin and BETTER_AUTH_TRUSTED_ORIGINS let in."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self.patterns = patterns

    def trusts(self, url: str) -> bool:
        """Whether the origin of `url` is trusted; a path alone never is."""
        return any(matches(url, pattern) for pattern in self.patterns)

    def accepts_redirect(self, url: str) -> bool:
        """Whether a browser sent to `url` stays on a trusted origin. S34."""
        if url.startswith("/"):
            return is_safe_path(url)
        return self.trusts(url)

    def location(self, url: str) -> str:
        """What a Location header says to send a browser to `url`; raises where it would leave. S34."""
        written = uri.header_value(url)
        if not self.accepts_redirect(written):
            raise errors.invalid_url("callbackURL", shown(url))
        return written

    def check_request(self, headers: Mapping[str, str], own_origin: str) -> None:
        """Refuses a request whose Origin, else Referer, is missing or foreign. S31."""
        origin = headers.get("Origin", "")
        given = origin or headers.get("Referer", "")
        if origin == "null" and headers.get("Sec-Fetch-Site") == "same-origin":
            given = own_origin
        if not given or given == "null":
            raise errors.missing_or_null_origin()
        if not self.trusts(given):
            raise errors.invalid_origin(shown(given))

    def check_socket(self, headers: Mapping[str, str]) -> None:
        """Refuses a websocket from a page elsewhere, or from none: browsers ask no CORS before they open one. S31."""
        origin = headers.get("Origin", "")
        if not origin or origin == "null":
            raise errors.missing_or_null_origin()
        if not self.trusts(origin):
            raise errors.invalid_origin(shown(origin))

    def check_form(self, headers: Mapping[str, str], own_origin: str) -> None:
        """Refuses a sign-in that a page on another site started, also before there is any cookie. S27."""
        fetch = [headers.get(f"Sec-Fetch-{name}", "").strip() for name in ("Site", "Mode", "Dest")]
        if "Cookie" not in headers and fetch[0] == "cross-site" and fetch[1] == "navigate":
            raise errors.cross_site_navigation_login_blocked()
        if "Cookie" in headers or any(fetch) or headers.get("Origin") or headers.get("Referer"):
            self.check_request(headers, own_origin)

    def check_redirects(self, targets: Iterable[tuple[str, object]]) -> None:
        """Refuses the first of `targets` (label, URL) that leaves the trusted origins; empty ones pass."""
        for label, url in targets:
            if not truthy(url):
                continue
            if not isinstance(url, str):
                raise errors.url_not_a_string(label)
            if not self.accepts_redirect(url):
                raise errors.invalid_url(label, shown(url))


def take_origin(headers: HTTPHeaders, names: Iterable[str]) -> None:
    """What says the origin where no browser has: a page elsewhere cannot, its preflight allows no such header. S31."""
    for name in names:
        said = ", ".join(headers.get_list(name))
        if said and not headers.get("Origin"):
            headers["Origin"] = said


def shown(url: str) -> str:
    """As much of it as the log may hold: its origin, where it has one, as what is around that may be secret. S35."""
    text = re.sub(r"//[^/]*@", "//", re.split(r"[?#]", url, maxsplit=1)[0])
    return (uri.origin(url) or text)[:200]


def is_safe_path(path: str) -> bool:
    """A root-relative reference that every parser keeps on the same origin."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or CONTROL_CHARACTERS.search(path):
        return False
    if _ENCODED_SEPARATOR.search(re.split(r"[?#]", path, maxsplit=1)[0]):
        return False
    parsed = uri.parse(path, _ANY_ORIGIN)
    return parsed is not None and parsed.origin == _ANY_ORIGIN


def matches(url: str, pattern: str) -> bool:
    """Whether `url` fits one trusted-origin pattern: exact, wildcard, host only, or custom scheme."""
    if url.startswith("/"):
        return False
    wildcard = "*" in pattern or "?" in pattern
    parsed = uri.parse(url)
    if wildcard and "://" not in pattern:
        return bool(parsed and parsed.host) and _host_fits(pattern, parsed.host)  # type: ignore[union-attr]
    if parsed is not None and parsed.protocol not in ("http:", "https:"):
        return _custom_scheme_fits(url, pattern, wildcard)
    origin = uri.origin(url)
    if not wildcard:
        return pattern == origin
    return origin is not None and _origin_fits(pattern, origin)


def _host_fits(pattern: str, host: str) -> bool:
    return _glob(pattern).fullmatch(host) is not None and _ipv4_only(pattern, host)


def _origin_fits(pattern: str, origin: str) -> bool:
    if not _glob(pattern).fullmatch(origin):
        return False
    return _ipv4_only(pattern.split("://", 1)[1], origin.split("://", 1)[1])


def _ipv4_only(pattern: str, authority: str) -> bool:
    """A pattern of digits, dots and wildcards is an address range: `10.*` must not admit `10.evil.com`."""
    if not _IPV4_RANGE.fullmatch(pattern.split(":", maxsplit=1)[0]):
        return True
    try:
        ipaddress.IPv4Address(authority.split(":", maxsplit=1)[0])
    except ValueError:
        return False
    return True


@functools.cache
def _glob(pattern: str) -> re.Pattern[str]:
    """`*` is any run of characters, `?` any one, a backslash takes the next character as it is."""
    parts = re.findall(r"\\.|.", pattern, re.DOTALL)
    translated = {"*": r"[^\n\r\u2028\u2029]*?", "?": r"[^\n\r\u2028\u2029]"}
    return re.compile("".join(translated.get(part) or re.escape(part[-1]) for part in parts))


def _custom_scheme_fits(url: str, pattern: str, wildcard: bool) -> bool:
    given, wanted = _split_scheme(url, False), _split_scheme(pattern, wildcard)
    if not given or not wanted or given[0] != wanted[0]:
        return False
    (_, authority, path), (_, wanted_authority, wanted_path) = given, wanted
    if wildcard:
        if "@" in authority or (wanted_authority and not _host_fits(wanted_authority, authority)):
            return False
        return not wanted_path or _glob(wanted_path).fullmatch(path or "/") is not None
    if wanted_authority and authority != wanted_authority:
        return False
    return not wanted_path or path == wanted_path or path.startswith(wanted_path + "/")


def _split_scheme(url: str, wildcard: bool) -> tuple[str, str, str] | None:
    """(scheme, authority, path) by text alone: engines disagree on how `myapp://` parses."""
    scheme, colon, rest = url.partition(":")
    if CONTROL_CHARACTERS.search(url) or not colon or not scheme:
        return None
    authority = ""
    if rest.startswith("//"):
        end = re.search(r"[/#]" if wildcard else r"[/?#]", rest[2:])
        cut = len(rest) if end is None else 2 + end.start()
        authority, rest = rest[2:cut], rest[cut:]
    path = re.split(r"#" if wildcard else r"[?#]", rest, maxsplit=1)[0]
    return scheme.lower(), authority.lower(), _resolve_dots(path)


def _resolve_dots(path: str) -> str:
    segments: list[str] = []
    for segment in uri.decode_component(path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in (".", ""):
            segments.append(segment)
    return "/" + "/".join(segments) if segments else ""
