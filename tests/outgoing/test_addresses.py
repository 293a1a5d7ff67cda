"""Which addresses may be asked."""

import ipaddress

import pytest

from server.outgoing.addresses import is_open

INSIDE = [
    "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "198.18.0.1", "192.0.2.1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_inside_is_not_asked(address: str) -> None:  # S43
    assert not is_open(address, ())


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_outside_is(address: str) -> None:
    assert is_open(address, ())


def test_what_somebody_has_allowed() -> None:
    allowed = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd00::/8"))
    assert is_open("10.1.2.3", allowed)
    assert is_open("::ffff:10.1.2.3", allowed)
    assert is_open("fd00::1", allowed)
    assert not is_open("10.2.0.1", allowed)
