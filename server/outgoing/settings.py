"""Who may be asked, and through whom: plain values, read by server/config/outgoing.py."""

from __future__ import annotations

import ipaddress

from msgspec import Struct

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class OutgoingSettings(Struct, frozen=True):
    """`allowed` are networks that are not public and may be asked all the same; `proxy` is asked in place of servers by https.

    `direct` is NO_PROXY: names, also of whole domains, addresses and networks that are asked without a proxy. `ca_file`
    has the authorities that are believed, in place of the system's.
    """

    allowed: tuple[Network, ...] = ()
    proxy: str | None = None
    direct: tuple[str, ...] = ()
    ca_file: str | None = None
