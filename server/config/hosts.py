"""What can be the name or address of a machine, and of a PostgreSQL on one."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote

_LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.IGNORECASE)
_NUMBERS = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)


def is_host(text: str) -> bool:
    """An IP address as people write it, or a name; one that ends in a number is read as an address, and has to be one."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return len(text) <= 253 and bool(_NAME.fullmatch(text)) and not _NUMBERS.fullmatch(text)
    return True


def is_postgres(url: str) -> bool:
    """Whether its host and port can be; what its parameters mean is the database's matter."""
    place = re.split(r"[?#]", url, maxsplit=1)[0]
    found = re.fullmatch(r"postgres(?:ql)?://(?:[^@/\s]*@)?(?P<hosts>[^@/\s]*)(?:/[^/\s]*)?", place)
    return found is not None and all(map(_is_host_and_port, found["hosts"].split(",")))


def _is_host_and_port(text: str) -> bool:
    """A name, an address, one in brackets, or an encoded folder, with a port perhaps; nothing is the usual one."""
    found = re.fullmatch(r"(?P<host>\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>[0-9]{1,5}))?", text)
    if found is None or not 0 < int(found["port"] or 5432) < 65536:
        return False
    host = found["host"].strip("[]")
    return not host or is_host(host) or unquote(host).startswith(("/", "@"))
