"""Which addresses a document may lead to, and which pictures it may show."""

from __future__ import annotations

import re

LONGEST = 4096
_FOREIGN = re.compile(r"(?:https?|mailto|tel):.+", re.IGNORECASE)
# No scheme, and no host: two slashes, or what browsers take for them, would be one.
_RELATIVE = re.compile(r"(?![/\\]{2})[^:/?#]*(?:[/?#].*)?")
# Browsers leave these out of an address, so that one could hide in another.
_HIDING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]|\A\s|\s\Z")


def leads(address: object) -> bool:
    """Whether a link may have it: http, https, mailto, tel, or a place on this server."""
    if not isinstance(address, str) or not 0 < len(address) <= LONGEST or _HIDING.search(address):
        return False
    return bool(_FOREIGN.fullmatch(address) or _RELATIVE.fullmatch(address))


def shows(address: object) -> bool:
    """Whether a picture may have it: a file of this server."""
    return isinstance(address, str) and address.startswith("/") and leads(address)
