"""URLs as a browser reads them (WHATWG, by the ada parser that Node uses), and JavaScript's percent-encoding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_to_bytes, urlencode

from ada_url import URL

_UNRESERVED = "-_.!~*'()"
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
    except UnicodeDecodeError:
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


def origin(url: str) -> str | None:
    """`scheme://host[:port]`, or None for what is no URL or has an opaque origin."""
    parsed = parse(url)
    return None if parsed is None or parsed.origin == "null" else parsed.origin
