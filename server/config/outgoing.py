"""Who may be asked by us, and through whom."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

from server.config.hosts import is_host
from server.config.reader import Reader
from server.errors import SettingsError
from server.outgoing import OutgoingSettings

# A provider on one's own machine, while one tries things out.
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


def read(read: Reader, production: bool) -> OutgoingSettings:
    """From the environment."""
    allowed, proxy = read.networks("OUTGOING_ALLOWED_NETWORKS"), _proxy(read, "HTTPS_PROXY")
    return OutgoingSettings(
        allowed=allowed if production else (*allowed, *_LOOPBACK),
        proxy=proxy,
        direct=_places(read, "NO_PROXY"),
        ca_file=_file(read, "SSL_CERT_FILE"),
    )


def _proxy(read: Reader, name: str) -> str | None:
    url = read.text(name)
    if url is None:
        return None
    whole = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(whole)
        good = (
            parts.scheme in ("http", "https")
            and parts.port != 0
            and " " not in whole
            and is_host(parts.hostname or "")
        )
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"{name} takes the address of a proxy, such as http://proxy.example.com:3128")
    return whole.rstrip("/")


def _places(read: Reader, name: str) -> tuple[str, ...]:
    """Hosts with or without a port, domains, networks, or a star."""
    found = read.list(name)
    wrong = next((each for each in found if not _is_place(each)), None)
    if wrong is not None:
        raise SettingsError(
            f"{name} has {wrong!r}; it takes hosts, domains and networks such as .example.com or 10.0.0.0/8"
        )
    return found


def _is_place(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        host = re.sub(r":[0-9]{1,5}$", "", text).removeprefix("*").removeprefix(".")
        return text == "*" or is_host(host)
    return True


def _file(read: Reader, name: str) -> str | None:
    path = read.text(name)
    if path is not None and not Path(path).is_file():
        raise SettingsError(f"{name} is {path!r}; it takes a file of certificates in PEM form that is there")
    return path
