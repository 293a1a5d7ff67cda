"""COOKIE_*: what better-auth takes and a browser keeps; anything else stops the start with its name."""

from pathlib import Path

import pytest

from server.config.cookies import CookieSettings
from server.config.settings import load
from server.errors import SettingsError

AT = "https://auth.example.com"


def cookies(tmp_path: Path, at: str = AT, **settings: str) -> CookieSettings:
    secret = {"BETTER_AUTH_SECRET": "x" * 32, "BETTER_AUTH_URL": at}
    return load(secret | settings, tmp_path).cookies


def test_as_better_auth_has_them(tmp_path: Path) -> None:
    assert cookies(tmp_path) == CookieSettings("better-auth", "lax", None)


@pytest.mark.parametrize("prefix", ["a", "my-app", "my_app.v2", "x" * 64, "!#$%&'*+-.^_`|~"])
def test_prefixes(tmp_path: Path, prefix: str) -> None:
    assert cookies(tmp_path, COOKIE_PREFIX=prefix).prefix == prefix


@pytest.mark.parametrize(
    "prefix",
    [
        "a b",
        "a;b",
        "a=b",
        "a,b",
        "é",
        "a\tb",
        '"a"',
        "a(b)",
        "x" * 65,
        "__Secure-a",
        "__host-a",
        "__Host-",
        "__HTTP-x",
    ],
)
def test_no_prefixes(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(SettingsError, match=r"^COOKIE_PREFIX "):
        cookies(tmp_path, COOKIE_PREFIX=prefix)


@pytest.mark.parametrize("same_site", ["lax", "strict", "none", "None", "LAX"])
def test_same_site(tmp_path: Path, same_site: str) -> None:
    assert cookies(tmp_path, COOKIE_SAME_SITE=same_site).same_site == same_site.lower()


@pytest.mark.parametrize(
    ("at", "same_site"),
    [(AT, value) for value in ("no", "false", "laxx", "lax;", "0", "off", "lax, none")]
    + [("http://auth.example.com", "none"), ("http://localhost:8080", "none")],
)
def test_no_same_site(tmp_path: Path, at: str, same_site: str) -> None:
    with pytest.raises(SettingsError, match=r"^COOKIE_SAME_SITE is"):
        cookies(tmp_path, at, COOKIE_SAME_SITE=same_site)


@pytest.mark.parametrize(
    ("at", "domain"),
    [
        (AT, "example.com"),
        (AT, ".example.com"),
        (AT, "auth.example.com"),
        (AT, "Example.COM"),
        ("https://auth.example.com:8443", "example.com"),
        ("http://a.xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("https://auth.shop.co.uk", "shop.co.uk"),
        ("https://auth.ada.github.io", ".ada.github.io"),
        ("https://www.city.kobe.jp", "city.kobe.jp"),
        ("https://auth.corp.internal", "corp.internal"),
    ],
)
def test_domains(tmp_path: Path, at: str, domain: str) -> None:
    assert cookies(tmp_path, at, COOKIE_DOMAIN=domain).domain == domain.lower()


@pytest.mark.parametrize(
    ("at", "domain"),
    [
        (AT, value)
        for value in (
            "com",
            ".com",
            "example.org",
            "ample.com",
            "x.auth.example.com",
            "https://example.com",
            "example.com:443",
            "example.com/",
            "example.com; Secure",
            "..example.com",
            "example..com",
            "example.com.",
            "*.example.com",
            "bücher.example",
            "192.0.2.1",
        )
    ]
    + [
        ("https://shop.co.uk", "co.uk"),
        ("https://shop.co.uk", ".co.uk"),
        ("https://shop.co.uk", "CO.UK"),
        ("https://ada.github.io", "github.io"),
        ("https://github.io", "github.io"),
        ("https://auth.ada.kobe.jp", "ada.kobe.jp"),
        ("https://a.xn--55qx5d.cn", "xn--55qx5d.cn"),
        ("https://shop.co.uk:8443", "co.uk:8443"),
        ("http://localhost:8080", "localhost"),
        ("http://app.localhost:8080", "localhost"),
        ("http://app.localhost:8080", ".localhost"),
        ("http://192.0.2.1", "192.0.2.1"),
        ("http://192.0.2.1", "2.1"),
        ("http://[::1]:80", "::1"),
    ],
)
def test_no_domains(tmp_path: Path, at: str, domain: str) -> None:
    with pytest.raises(SettingsError, match=r"^COOKIE_DOMAIN is"):
        cookies(tmp_path, at, COOKIE_DOMAIN=domain)


def test_a_domain_of_ones_own_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^COOKIE_DOMAIN is 'co\.uk', .*, such as shop\.co\.uk$"):
        cookies(tmp_path, "https://auth.shop.co.uk", COOKIE_DOMAIN="co.uk")
