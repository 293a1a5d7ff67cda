"""Who is asking: the socket's peer, or behind trusted proxies the right-most hop that is not one of them."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence

from tornado.httputil import HTTPHeaders

from server.config.settings import Settings
from server.protocol import uri

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# A client chooses what it sends: so many of so many characters take a few megabytes.
_KNOWN, _LONGEST_KNOWN = 8192, 100
# What proxies add to a request. Nobody but a proxy has a reason to.
_FORWARDING = {
    "ali-cdn-real-ip",
    "cdn-loop",
    "client-ip",
    "forwarded",
    "forwarded-for",
    "front-end-https",
    "incap-client-ip",
    "proxy-client-ip",
    "proxy-connection",
    "remote-addr",
    "true-client-ip",
    "via",
    "wl-proxy-client-ip",
    "x-amzn-trace-id",
    "x-client-ip",
    "x-cloud-trace-context",
    "x-cluster-client-ip",
    "x-edge-location",
    "x-host",
    "x-nf-client-connection-ip",
    "x-nginx-proxy",
    "x-originating-ip",
    "x-proxyuser-ip",
    "x-real-ip",
    "x-real-port",
    "x-remote-addr",
    "x-remote-ip",
    "x-request-start",
    "x-scheme",
    "x-ssl",
    "x-url-scheme",
    "x-varnish",
}
# The same, by how they begin: most are of one proxy or network.
_FORWARDING_PREFIXES = (
    *(
        "x-forwarded",
        "http-x-forwarded",
        "x-original-",
        "cf-",
        "cloudfront-",
        "x-amz-cf-",
        "fastly-",
        "fly-",
        "akamai-",
    ),
    *("x-akamai-", "x-appengine-", "x-arr-", "x-azure-", "x-envoy-", "x-sucuri-", "x-vercel-"),
)


def client_address(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The client's address in better-auth's form, or "" when there is none (a unix socket). S13."""
    address = _parse(peer)
    # Tornado calls the other end of a unix socket 0.0.0.0.
    if address is None or address.is_unspecified:
        return ""
    found = _forwarded(forwarded_for, trusted) if is_trusted(address, trusted) else None
    return normalize(found or address)


def remembering(trusted: Sequence[Network]) -> Callable[[str, str], str]:
    """`client_address` for many requests of the same clients: reading two addresses takes longer than counting one."""

    @functools.lru_cache(maxsize=_KNOWN)
    def known(peer: str, forwarded_for: str) -> str:
        return client_address(peer, forwarded_for, trusted)

    def find(peer: str, forwarded_for: str) -> str:
        short = len(forwarded_for) <= _LONGEST_KNOWN
        return known(peer, forwarded_for) if short else client_address(peer, forwarded_for, trusted)

    return find


def _forwarded(forwarded_for: str, trusted: Sequence[Network]) -> Address | None:
    """The right-most hop that is no trusted proxy; None where there is none, or something else stands in its place."""
    for hop in reversed([part.strip() for part in forwarded_for.split(",") if part.strip()]):
        address = None if "%" in hop else _parse(_without_port(hop))
        if address is None or not is_trusted(address, trusted):
            return address
    return None


def _without_port(hop: str) -> str:
    """Some proxies write `192.0.2.7:4711` and `[2001:db8::7]:4711`."""
    found = re.fullmatch(r"\[(.*)\](?::\d+)?|([\d.]+):\d+", hop)
    return next(filter(None, found.groups()), "") if found else hop


def is_trusted(address: Address, trusted: Sequence[Network]) -> bool:
    """Whether the address belongs to one of TRUSTED_PROXIES."""
    return any(address.version == network.version and address in network for network in trusted)


def peer_is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether X-Forwarded-* headers from this peer are believed."""
    address = _parse(peer)
    return address is not None and is_trusted(address, trusted)


def forwarding_header(names: Iterable[str]) -> str:
    """The first of the headers that only a proxy has a reason to send; empty where the request was not passed on."""
    for name in names:
        lower = name.lower().replace("_", "-")
        if lower in _FORWARDING or lower.startswith(_FORWARDING_PREFIXES):
            return name
    return ""


def is_loopback(name: str) -> bool:
    """Whether a host, or an address, is this machine's own to itself."""
    if name.lower() == "localhost":
        return True
    address = _parse(name.strip("[]"))
    return address is not None and address.is_loopback


def is_unnamed_proxy(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether a peer from our own network, which may well be a proxy, is not among TRUSTED_PROXIES."""
    address = _parse(peer)
    if address is None or address.is_unspecified:
        return False
    return address.is_private and not is_trusted(address, trusted)


def normalize(address: Address) -> str:
    """IPv4 as it is; IPv6 as its /64 network, written out in full, as better-auth stores it."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return ipaddress.IPv6Address(int(address) >> 64 << 64).exploded


def _parse(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def sign_of_proxy(peer: str, headers: HTTPHeaders, settings: Settings) -> str:
    """The header that shows that `peer` is a proxy which nobody has named; empty where none does."""
    if not is_unnamed_proxy(peer, settings.trusted_proxies):
        return ""
    found = forwarding_header(headers)
    if not found and is_loopback(peer) and settings.base_url_given:
        ours = next(iter(headers.get_list("Origin")), "") == settings.origin
        return "Origin" if ours and not is_loopback(uri.host_name(settings.origin)) else ""
    return found
