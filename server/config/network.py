"""What other devices call this machine: its addresses, where HOST lets them in."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Iterator

# Nothing is sent there: a socket that is to go somewhere says which of our addresses it would come from.
_SOMEWHERE = {
    "0.0.0.0": ("192.0.2.1", "192.168.255.254", "10.255.255.254", "172.31.255.254"),  # noqa: S104
    "::": ("2001:db8::1", "fd00::1"),
}
_EVERY = {"0.0.0.0": ("0.0.0.0",), "::": ("0.0.0.0", "::")}  # noqa: S104


def origins(host: str, port: int) -> tuple[str, ...]:
    """Each as an origin, once; of what HOST names itself, that alone."""
    found = (address for part in host.split(",") for address in _named(part.strip().strip("[]")))
    return tuple(dict.fromkeys(_origin(each, port) for each in found if _is_elsewhere(each)))


def _named(part: str) -> Iterator[str]:
    try:
        address = ipaddress.ip_address(part)
    except ValueError:  # a name, which may be anybody's
        return
    if str(address) not in _EVERY:
        yield str(address)
    for family in _EVERY.get(str(address), ()):
        for far in _SOMEWHERE[family]:
            yield from _towards(far)


def _towards(far: str) -> Iterator[str]:
    family = socket.AF_INET6 if ":" in far else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asked:
        asked.connect((far, 9))
        yield asked.getsockname()[0].partition("%")[0]


def _is_elsewhere(text: str) -> bool:
    """Whether another device can have a use for it."""
    address = ipaddress.ip_address(text)
    return not (
        address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast
    )


def _origin(address: str, port: int) -> str:
    name = f"[{address}]" if ":" in address else address
    return f"http://{name}" if port == 80 else f"http://{name}:{port}"
