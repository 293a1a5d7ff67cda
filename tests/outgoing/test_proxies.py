"""Who is asked through a proxy."""

import pytest

from server.outgoing import OutgoingSettings
from server.outgoing.proxies import find

PROXY = "http://proxy.example.com:3128"


@pytest.mark.parametrize(
    ("direct", "url", "proxied"),
    [
        ((), "https://a.example.com/x", True),
        ((), "http://a.example.com/x", False),
        (("*",), "https://a.example.com", False),
        (("example.com",), "https://example.com", False),
        (("example.com",), "https://a.example.com", False),
        (("example.com",), "https://anexample.com", True),
        ((".example.com",), "https://A.EXAMPLE.com", False),
        (("*.example.com",), "https://a.example.com", False),
        (("a.example.com:8443",), "https://a.example.com:8443", False),
        (("a.example.com:8443",), "https://a.example.com:9443", True),
        (("10.0.0.0/8",), "https://10.1.2.3", False),
        (("10.0.0.0/8",), "https://11.1.2.3", True),
        (("10.0.0.0/8",), "https://ten.example.com", True),
        (("::1",), "https://[::1]", False),
    ],
)
def test_no_proxy(direct: tuple[str, ...], url: str, proxied: bool) -> None:
    found = find(OutgoingSettings(proxy=PROXY, direct=direct), url)
    assert found == (PROXY if proxied else None)
