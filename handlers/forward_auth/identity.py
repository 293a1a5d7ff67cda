"""Who is signed in, in headers that every proxy and application takes. S45."""

from __future__ import annotations

import re
from urllib.parse import quote

from server.model import SignedIn

_UNFIT = re.compile(r"[^ -$&-~]|\A | \Z")
# Proxies refuse long headers, and would keep out whoever has a long name. A name is cut; an address, which is somebody
# else's when it is cut, is left out.
LONGEST_NAME = 200
LONGEST_EMAIL = 1000


def lines(who: SignedIn) -> bytes:
    """The header lines that say who it is: all four, whatever is empty."""
    email, name = encode(who.user.email), encode(who.user.name[:LONGEST_NAME])
    return (
        f"X-Auth-User-Id: {encode(who.user.id)}\r\n"
        f"X-Auth-Email: {email if len(email) <= LONGEST_EMAIL else ''}\r\n"
        f"X-Auth-Name: {name}\r\n"
        f"X-Auth-Session-Id: {encode(who.session.id)}\r\n"
    ).encode("ascii")


def encode(text: str) -> str:
    """UTF-8, percent-encoded where it is no printable ASCII, a percent sign, or a space at an end, which proxies drop."""
    return _UNFIT.sub(lambda found: quote(found[0], safe=""), text)
