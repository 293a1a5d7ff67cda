"""What other devices call this machine."""

from pathlib import Path

import pytest

from server.cli.serve import _with_port
from server.config import network
from server.config.settings import load

FAR = {"192.0.2.1": "192.168.1.5", "10.255.255.254": "10.0.0.7", "2001:db8::1": "fd00::5"}


@pytest.fixture(autouse=True)
def routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_towards", lambda far: iter([FAR[far]] if far in FAR else ["127.0.0.1"]))


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", []),
        ("localhost", []),
        ("::1", []),
        ("0.0.0.0", ["http://192.168.1.5:6500", "http://10.0.0.7:6500"]),
        ("::", ["http://192.168.1.5:6500", "http://10.0.0.7:6500", "http://[fd00::5]:6500"]),
        ("127.0.0.1, 192.168.7.7", ["http://192.168.7.7:6500"]),
        ("[fe80::1],169.254.1.1", []),
        ("app.example.com", []),
    ],
)
def test_what_host_lets_in(host: str, found: list[str]) -> None:
    assert list(network.origins(host, 6500)) == found


def test_the_usual_port_is_not_said() -> None:
    assert network.origins("192.168.7.7", 80) == ("http://192.168.7.7",)


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, True),
        ({"BETTER_AUTH_URL": "http://localhost:5173"}, True),
        ({"BETTER_AUTH_URL": "https://app.example.com", "APP_ENV": "development"}, False),
        ({"APP_ENV": "production"}, False),
        ({"HOST": "127.0.0.1"}, False),
    ],
)
def test_they_are_trusted_in_development_alone(  # S31
    tmp_path: Path, settings: dict[str, str], trusted: bool
) -> None:
    secret = {"BETTER_AUTH_SECRET": "a-secret-of-thirty-two-bytes-and-more"}
    config = _with_port(load({"HOST": "0.0.0.0"} | secret | settings, tmp_path), 6500)
    assert ("http://192.168.1.5:6500" in config.trusted_origins) is trusted
