"""HOST and PORT as sockets that listen."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import resource
import socket

import tornado.netutil

from server.cli import setup
from server.config.settings import Settings

# Names that stand for an address of each family; the second is left out where a machine has no such family.
_BOTH = {"::": ("0.0.0.0", "::"), "localhost": ("127.0.0.1", "::1")}  # noqa: S104
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
    for name in filter(None, (part.strip().strip("[]").lower() for part in host.split(","))):
        first, *others = _BOTH.get(name, (name,))
        found[first] = True
        for other in others:
            found.setdefault(other, name == other)
    return list(found.items())


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
