"""URLs as a browser reads them (WHATWG, by the ada parser that Node uses), and JavaScript's percent-encoding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes, urlencode

from ada_url import URL, URLSearchParams

_ANYWHERE = "https://relative.invalid"
_UNRESERVED = "-_.!~*'()"
_UNFIT_FOR_HEADER = re.compile(r"[\x00-\x1f\x7f]|[^\x00-\xff]")
_MALFORMED_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def encode_component(text: str) -> str:
    """What JavaScript's `encodeURIComponent` gives."""
    return quote(text, safe=_UNRESERVED)


def decode_component(text: str) -> str:
    """What `decodeURIComponent` gives; the text itself where that would throw."""
    if "%" not in text or _MALFORMED_ESCAPE.search(text):
        return text
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        return text


def form_encode(pairs: Mapping[str, str]) -> str:
    """What `URLSearchParams` prints: a space is a plus, `~` is escaped."""
    return urlencode(pairs, safe="*").replace("~", "%7E")


def parse(url: str, base: str | None = None) -> URL | None:
    """The parsed URL, or None where `new URL()` would throw."""
    try:
        return URL(url, base) if base else URL(url)
    except (ValueError, UnicodeError):
        return None


def last_segment(path: str) -> str:
    """The end of a path in a URL parser's spelling, which leaves what is encoded as it is."""
    parsed = parse(path, _ANYWHERE)
    return (parsed.pathname if parsed else path).rpartition("/")[2]


def origin(url: str) -> str | None:
    """`scheme://host[:port]`, or None for what is no URL or has an opaque origin."""
    parsed = parse(url)
    return None if parsed is None or parsed.origin == "null" else parsed.origin


def host_name(url: str) -> str:
    """The host without its port; empty for what has none."""
    parsed = parse(url)
    return parsed.hostname if parsed else ""


def with_parameter(url: str, base: str, name: str, value: str) -> str:
    """The absolute URL with one query parameter set, as `URL.searchParams.set` leaves it."""
    parsed = URL(url, base)
    parameters = URLSearchParams(parsed.search)
    parameters.set(name, value)
    parsed.search = str(parameters)
    return parsed.href


def append_parameters(url: str, pairs: Mapping[str, str]) -> str:
    """The URL, absolute or root-relative, with parameters added to the query it has."""
    parsed = URL(url, _ANYWHERE)
    query = form_encode(pairs)
    parsed.search = (
        f"{parsed.search}{'' if parsed.search.endswith('&') else '&'}{query}" if parsed.search else query
    )
    if not url.startswith("/"):
        return parsed.href
    path = parsed.href.removeprefix(_ANYWHERE)
    # A path that begins with two slashes is, without its origin, another host: a dot before it changes nothing else.
    return f"/.{path}" if path.startswith("//") else path


def header_value(url: str) -> str:
    """The URL for a Location header: what Latin-1 cannot carry, and what ends a header, is percent-encoded."""
    return _UNFIT_FOR_HEADER.sub(lambda found: quote(found[0], errors="replace"), url)
