"""Trusted origins and redirect targets: patterns as better-auth has them, and no way out. S31 S34."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.errors import APIError
from server.http.origin import Origins, is_safe_path, matches
from server.protocol import uri

APP = "https://app.example.com"
WILD = "https://*.wild.example"
CUSTOM = "myapp://callback"


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        (APP, APP, True),
        (APP, "https://app.example.com:443/x?y#z", True),
        (APP, "HTTPS://APP.EXAMPLE.COM/x", True),
        (APP, "https://user:word@app.example.com/", True),
        (APP, "http://app.example.com", False),
        (APP, "https://app.example.com:444", False),
        (APP, "https://app.example.com.evil.com", False),
        (APP, "https://evil-app.example.com", False),
        (APP, "https://app.example.com@evil.com", False),
        (APP, "https://evil.com/https://app.example.com", False),
        (APP, "https://evil.com\\@app.example.com", False),
        (APP, "/https://app.example.com", False),
        (WILD, "https://a.wild.example/x", True),
        (WILD, "https://a.b.wild.example", True),
        (WILD, "https://wild.example", False),
        (WILD, "https://evilwild.example", False),
        (WILD, "https://evil.com/.wild.example", False),
        (WILD, "https://evil.com?.wild.example", False),
        (WILD, "https://evil.com#.wild.example", False),
        (WILD, "https://a.wild.example:8443", False),
        (WILD, "http://a.wild.example", False),
        ("*.bare.example", "http://a.bare.example", True),
        ("*.bare.example", "http://a.bare.example:80/", True),
        ("*.bare.example", "http://a.bare.example:81", False),
        ("*.bare.example:*", "http://a.bare.example:81", True),
        ("*.bare.example", "http://evil.com/a.bare.example", False),
        ("http://10.*", "http://10.1.2.3", True),
        ("http://10.*", "http://10.evil.com", False),
        ("192.168.?.1", "http://192.168.7.1", True),
        ("192.168.*", "http://192.168.evil.com", False),
        ("http://localhost:*", "http://localhost:5173/x", True),
        ("http://localhost:*", "http://localhost.evil.com:1", False),
        (CUSTOM, "myapp://callback", True),
        (CUSTOM, "MyApp://callback/done?x", True),
        (CUSTOM, "myapp://callback.evil", False),
        (CUSTOM, "myapp://evil", False),
        ("myapp://host/cb", "myapp://host/cb/../evil", False),
        ("myapp://host/cb", "myapp://host/cb/%2e%2e/evil", False),
        ("myapp://host/cb", "myapp://host/cbx", False),
        ("myapp://*", "myapp://a@b", False),
        ("", "https://evil.com", False),
        (APP, "", False),
        (APP, "https://[", False),
    ],
)
def test_patterns(pattern: str, url: str, fits: bool) -> None:
    assert matches(url, pattern) is fits


@pytest.mark.parametrize(
    "path", ["/", "/dashboard", "/a?b=//c", "/a#//b", "/a b", "/ä", "/a/../b", "/.//", "/a:b@c"]
)
def test_safe_paths(path: str) -> None:
    assert is_safe_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "a", "//evil.com", "///evil.com", "/\\evil.com", "\\\\evil.com", "/\t/evil.com", "/\n/evil.com", "/a\0",
     "/%2fevil.com", "/%5Cevil.com", "/a\x7f", "/a\x9f", " /a", "/.\\/evil.com", "https:/evil.com", "?x", "#x"],
)  # fmt: skip
def test_unsafe_paths(path: str) -> None:
    assert not is_safe_path(path)


PIECES = (
    *(
        "http:",
        "https:",
        "javascript:",
        "data:",
        "myapp:",
        "blob:",
        "ftp:",
        "//",
        "/",
        "\\",
        "@",
        ":",
        "?",
        "#",
    ),
    *(
        "app.example.com",
        "a.wild.example",
        "evil.com",
        "callback",
        "localhost",
        "10.0.0.1",
        "[::1]",
        "user:word",
    ),
    *(
        "%2f",
        "%5c",
        "%00",
        "%0d%0a",
        "%2e%2e",
        "..",
        ".",
        "*",
        " ",
        "\t",
        "\n",
        "\r",
        "\0",
        "443",
        "8080",
        "&",
        "=",
    ),
    *(
        "\u3002",
        "\uff0f",
        "\uff0e",
        "\ufeff",
        "\u2028",
        "\u00ad",
        "\ud800",
        "ß",
        "\u0131",
        "xn--",
        "%",
        "%zz",
    ),
)
URLS = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
TRUSTED = Origins((APP, WILD, CUSTOM))


def stays(url: str) -> bool:
    """Where a browser on our login page ends up that is sent to `url`."""
    parsed = uri.parse(url, f"{APP}/login")
    if parsed is None:
        return True
    if parsed.protocol == "myapp:":
        return True
    host = urlsplit(parsed.origin).netloc
    return parsed.origin == APP or (parsed.protocol == "https:" and host.endswith(".wild.example"))


@settings(max_examples=800, deadline=None, derandomize=True)
@given(URLS)
@example("/\t//evil.com")
@example("https:evil.com")
@example("https:\\\\evil.com")
@example("//a.wild.example")
@example("https://evil.com\u3002a.wild.example")
def test_no_redirect_leaves_the_trusted_origins(url: str) -> None:
    if TRUSTED.accepts_redirect(url):
        assert stays(url)


OUT_OF_A_PATH = ("/..//evil.example", "/.//evil.example", "/a/..//evil.example", "/%2e%2e//evil.example/path")
MADE: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "with more": lambda url: uri.append_parameters(url, {"error": "INVALID_TOKEN"}),
    "with one": lambda url: uri.with_parameter(url, f"{APP}/api/auth", "token", "t"),
}


@pytest.mark.parametrize("made", MADE)
@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    st.one_of(
        URLS, URLS.map("/".__add__), st.lists(st.sampled_from(["/", ".", "%2e", "a", "?", "#"])).map("".join)
    )
)
@example("/..//evil.example")
@example("/%2E//evil.example#/")
@example("/a/..//evil.example?b")
@example("//evil.example")
@example("javascript://a.wild.example/%0aalert(1)")
def test_no_location_leaves_the_trusted_origins(made: str, url: str) -> None:  # S34
    """Whatever was let in, and also what was not, as what stands in the database may have come in elsewhere."""
    try:
        written = TRUSTED.location(MADE[made](url))
    except (APIError, ValueError):
        return
    assert stays(written), written


@pytest.mark.parametrize("url", OUT_OF_A_PATH)
def test_what_was_judged_stays_what_it_was(url: str) -> None:  # S34
    assert stays(TRUSTED.location(uri.append_parameters(url, {"error": "INVALID_TOKEN"})))


@pytest.mark.parametrize(
    "url", ["//evil.example", "/\\evil.example", "https://evil.example", "", "dashboard"]
)
def test_a_location_elsewhere_is_not_written(url: str) -> None:  # S34
    with pytest.raises(APIError):
        TRUSTED.location(url)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(URLS, URLS)
def test_any_text_is_judged(url: str, pattern: str) -> None:
    """Whatever stands in a header, or in BETTER_AUTH_TRUSTED_ORIGINS."""
    origins = Origins((APP, pattern))
    assert origins.trusts(url) in (True, False)
    assert origins.accepts_redirect(url) in (True, False)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(URLS, URLS, st.sampled_from(["same-origin", "cross-site", ""]))
def test_a_request_is_let_in_from_trusted_origins_alone(origin: str, referer: str, site: str) -> None:
    headers = {"Origin": origin, "Referer": referer, "Sec-Fetch-Site": site}
    if refusal(TRUSTED.check_request, headers, "https://elsewhere.example") is None:
        assert TRUSTED.trusts(origin or referer)


def refusal(
    check: Callable[[dict[str, str], str], None], headers: dict[str, str], own_origin: str
) -> str | None:
    """The code that a request with these headers is refused with."""
    try:
        check(headers, own_origin)
    except APIError as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": APP}, None),
        ({"Referer": f"{APP}/login"}, None),
        ({"Origin": "https://a.wild.example"}, None),
        ({}, "MISSING_OR_NULL_ORIGIN"),
        ({"Origin": "null"}, "MISSING_OR_NULL_ORIGIN"),
        ({"Origin": "null", "Referer": APP}, "MISSING_OR_NULL_ORIGIN"),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, None),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, "MISSING_OR_NULL_ORIGIN"),
        ({"Origin": "https://evil.com", "Referer": APP}, "INVALID_ORIGIN"),
        ({"Origin": "https://app.example.com.evil.com"}, "INVALID_ORIGIN"),
    ],
)
def test_origin_else_referer(headers: dict[str, str], code: str | None) -> None:
    assert refusal(TRUSTED.check_request, headers, APP) == code


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, None),
        ({"Origin": APP}, None),
        ({"Origin": "https://evil.com"}, "INVALID_ORIGIN"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": APP}, "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED"),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, "MISSING_OR_NULL_ORIGIN"),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": APP}, None),
        ({"Cookie": "a=b"}, "MISSING_OR_NULL_ORIGIN"),
    ],
)  # fmt: skip
def test_a_form_of_another_site_signs_nobody_in(headers: dict[str, str], code: str | None) -> None:  # S27
    assert refusal(TRUSTED.check_form, headers, APP) == code
