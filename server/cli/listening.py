"""HOST and PORT as sockets that listen."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import resource
import socket
from collections.abc import Collection

import tornado.netutil

from server.cli import setup
from server.config.settings import Settings

# Names that stand for an address of each family; the second is left out where a machine has no such family.
_BOTH = {"::": ("0.0.0.0", "::"), "localhost": ("127.0.0.1", "::1")}  # noqa: S104
# Those that take in every other of their family.
_ALL = {4: "0.0.0.0", 6: "::"}  # noqa: S104
# The last is an address of a link that does not say which.
_LACKING = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EINVAL)


def bind(config: Settings, shared: bool = False) -> list[socket.socket]:
    """A socket for each address of HOST, all on one port; raises Refused. Others may listen beside a `shared` one."""
    port, found = config.port, list[socket.socket]()
    try:
        for address, needed in _addresses(config.host):
            found += _bind(config, address, port, needed, shared)
            port = found[0].getsockname()[1] if found else port
    except BaseException:
        for each in found:
            each.close()
        raise
    if not found:
        raise setup.Refused(f"HOST is {config.host!r}; it takes addresses of this machine")
    return found


def raise_limit() -> None:
    """As many open files as this process may have, which is as many connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # a kernel that counts no limit as too many
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _addresses(host: str) -> list[tuple[str, bool]]:
    """Each address that HOST names, once, and whether it has to be there."""
    found: dict[str, bool] = {}
    for part in filter(None, (part.strip().strip("[]") for part in host.split(","))):
        name = _written(part)
        first, *others = _BOTH.get(name, (name,))
        found[first] = True
        for other in others:
            found.setdefault(other, name == other)
    return [(name, needed) for name, needed in found.items() if not _covered(name, found)]


def _written(text: str) -> str:
    """The one way to write an address or name: `0::0` is `::`, and what IPv6 makes of an IPv4 address is that."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text.lower()
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _covered(name: str, found: Collection[str]) -> bool:
    """Whether another of the addresses takes this one in, so that it is not free any more."""
    try:
        every = _ALL[ipaddress.ip_address(name).version]
    except ValueError:
        return False
    return name != every and every in found


def _is_for_many(address: str) -> bool:
    """Whether it is no machine's own: nobody can connect to it, though it can be listened on."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return found.is_multicast or str(found) == "255.255.255.255"


def _bind(config: Settings, address: str, port: int, needed: bool, shared: bool) -> list[socket.socket]:
    if _is_for_many(address):
        raise setup.Refused(f"HOST is {config.host!r}; it takes addresses of this machine")
    try:
        return tornado.netutil.bind_sockets(port, address, reuse_port=shared)
    except PermissionError as error:
        raise setup.Refused(f"port {port} needs more rights: set PORT to one above 1023") from error
    except OSError as error:
        if error.errno in _LACKING and not needed:
            return []
        if isinstance(error, socket.gaierror) or error.errno in _LACKING:
            raise setup.Refused(f"HOST is {config.host!r}; it takes addresses of this machine") from error
        raise setup.Refused(
            f"port {port} on {address} is not free ({error.strerror}): stop what uses it, or set PORT"
        ) from error
