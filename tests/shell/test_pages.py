"""The shell at every page's address: who gets it, with what, and who is sent elsewhere."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.client import Client
from tests.conftest import STANDARD, Sql
from tests.shell.html import nonce, policy, read

ALL = json.loads((Path(__file__).resolve().parents[2] / "web" / "pages.json").read_text())
# Those of plugins are not there unless PLUGINS says so.
PAGES = [page for page in ALL if page["feature"] in {feature.folder for feature in STANDARD}]
# Each is there with its feature alone.
MEMBERS, OTHERS = (
    [
        pytest.param(page["path"], marks=pytest.mark.feature(page["feature"].replace("_", "-")))
        for page in PAGES
        if (page["access"] == "member") is member
    ]
    for member in (True, False)
)
TITLES = {page["path"]: page["title"] for page in PAGES}


@pytest.mark.parametrize("path", OTHERS)
@pytest.mark.gen_test
async def test_a_visitor_gets_the_page(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert answer.status == 200
    shell = read(answer)
    assert shell.title.startswith(TITLES[path])
    assert shell.boot["session"] is None
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.set_cookies == []


@pytest.mark.gen_test
async def test_a_member_gets_the_page_with_the_session_in_it(client: Client) -> None:
    await client.sign_up()
    shell = read(await client.send("GET", "/settings/profile"))
    assert shell.title == "Profile · AI-Editor"
    assert shell.boot["session"] == await client.session()


@pytest.mark.environ(PASSWORD_MIN_LENGTH="12", PASSWORD_MAX_LENGTH="64", DISABLE_SIGN_UP="yes")
@pytest.mark.gen_test
async def test_the_app_knows_what_it_may_ask_for(client: Client) -> None:
    settings = read(await client.send("GET", "/login")).boot["settings"]
    assert settings["passwordMinLength"] == 12
    assert settings["passwordMaxLength"] == 64
    assert settings["signUp"] is False
    assert settings["verificationOnSignUp"] is False


NAMES = [
    "</script><script>alert(1)</script>",
    "<!--",
    "]]>",
    "a\u2028b\u2029",
    "' onload='x",
    '"&lt;',
    "Ädä 😀",
    "{{7*7}}",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.gen_test
async def test_a_name_stays_in_its_place(client: Client, name: str) -> None:
    await client.sign_up(name=name)
    answer = await client.send("GET", "/settings/profile")
    shell = read(answer)
    assert shell.boot["session"]["user"]["name"] == name
    assert len(shell.tags["script"]) == 3
    (text,) = [part for part in answer.body.decode().split("<script") if 'id="boot"' in part]
    assert "<" not in text.partition(">")[2].partition("</script>")[0]


@pytest.mark.gen_test
async def test_scripts_run_by_a_nonce_of_their_own_each_time(client: Client) -> None:  # S33
    first, second = await client.send("GET", "/login"), await client.send("GET", "/login")
    assert nonce(first) != nonce(second)
    assert len(nonce(first)) >= 22
    for answer in (first, second):
        assert read(answer).nonces == {nonce(answer)}


@pytest.mark.gen_test
async def test_the_policy_lets_nothing_else_in(client: Client) -> None:  # S33
    answer = await client.send("GET", "/login")
    found = policy(answer)
    assert (
        found["default-src"]
        == found["font-src"]
        == found["connect-src"]
        == found["worker-src"]
        == found["form-action"]
        == ["'self'"]
    )
    assert found["object-src"] == found["base-uri"] == found["frame-ancestors"] == ["'none'"]
    assert found["script-src"] == [f"'nonce-{nonce(answer)}'", "'strict-dynamic'"]
    assert "'unsafe-inline'" not in answer.headers["Content-Security-Policy"]
    assert "'unsafe-eval'" not in answer.headers["Content-Security-Policy"]
    assert "*" not in answer.headers["Content-Security-Policy"]


@pytest.mark.gen_test
async def test_nothing_in_the_page_needs_what_the_policy_forbids(client: Client) -> None:
    shell = read(await client.send("GET", "/login"))
    for tags in shell.tags.values():
        for tag in tags:
            assert not [name for name in tag if name.startswith("on") or name == "style"]
            for name in ("src", "href"):
                assert str(tag.get(name) or "/").startswith("/")


@pytest.mark.gen_test
async def test_every_file_that_the_page_names_is_there(client: Client) -> None:
    shell = read(await client.send("GET", "/login"))
    named = [str(tag["src"]) for tag in shell.tags["script"] if "src" in tag]
    for kind in ("stylesheet", "modulepreload", "icon", "manifest", "apple-touch-icon"):
        named += shell.links(kind)
    assert len(named) >= 6
    assert {path: (await client.send("GET", path)).status for path in named} == dict.fromkeys(named, 200)


@pytest.mark.parametrize("path", MEMBERS)
@pytest.mark.parametrize("query", ["", "?tab=2&x=%2F%2Fevil.com", "?redirect=//evil.com"])
@pytest.mark.gen_test
async def test_a_visitor_is_sent_to_sign_in_and_back(client: Client, path: str, query: str) -> None:
    answer = await client.send("GET", path + query)
    assert (answer.status, answer.body) == (302, b"")
    target = urlsplit(answer.headers["Location"])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/login")
    assert parse_qs(target.query) == {"redirect": [path + query]}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.environ(FEATURES_OFF="")
@pytest.mark.parametrize("path", ["/login", "/register"])
@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("", "/documents"),
        ("?redirect=", "/documents"),
        ("?redirect=/settings/profile%3Ftab%3D2", "/settings/profile?tab=2"),
        ("?redirect=/a%20b", "/a b"),
        ("?redirect=//evil.com", "/documents"),
        ("?redirect=/%5Cevil.com", "/documents"),
        ("?redirect=https://evil.com", "/documents"),
        ("?redirect=https:evil.com", "/documents"),
        ("?redirect=%2F%2Fevil.com", "/documents"),
        ("?redirect=/%252Fevil.com", "/documents"),
        ("?redirect=/%09/evil.com", "/documents"),
        ("?redirect=javascript:alert(1)", "/documents"),
        ("?redirect=/x%0d%0aSet-Cookie:a=b", "/documents"),
        ("?redirect=/one&redirect=//evil.com", "/documents"),
        ("?redirect=/%E2%86%92", "/%E2%86%92"),
        ("?redirect=%FF", None),
    ],
)
@pytest.mark.gen_test
async def test_a_member_is_sent_on_and_never_out(
    client: Client, path: str, wanted: str, target: str | None
) -> None:  # S34
    await client.sign_up()
    answer = await client.send("GET", path + wanted)
    assert answer.status == (302 if target else 400)
    assert answer.headers.get("Location") == target
    assert "Set-Cookie" not in answer.headers


async def lands(client: Client) -> list[str]:
    """Where somebody comes to who signs in, follows an old bookmark, or was sent here with what went wrong."""
    await client.sign_up()
    pages = [await client.send("GET", path) for path in ("/", "/dashboard", "/login?error=X")]
    return [page.headers["Location"] for page in pages]


@pytest.mark.environ(FEATURES_OFF="")
@pytest.mark.gen_test
async def test_people_land_on_their_documents(client: Client) -> None:
    assert await lands(client) == ["/documents", "/", "/documents?error=X"]


@pytest.mark.environ(FEATURES_OFF="documents")
@pytest.mark.gen_test
async def test_without_documents_they_land_on_their_profile(client: Client) -> None:
    assert await lands(client) == ["/settings/profile", "/", "/settings/profile?error=X"]
    assert (await client.send("GET", "/documents")).status == 404


@pytest.mark.parametrize(
    "path", ["/nothing", "/settings/", "/Settings", "/login/x", "/%2e%2e/settings/x", "//settings"]
)
@pytest.mark.gen_test
async def test_an_unknown_page_is_the_shell_with_404(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert answer.status == 404
    assert read(answer).title == "Page not found · AI-Editor"


@pytest.mark.gen_test
async def test_a_dead_session_is_a_visitors(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql('UPDATE "session" SET "expiresAt" = now() - interval \'1 second\'')
    assert (await client.send("GET", "/settings/profile")).status == 302
    assert read(await client.send("GET", "/login")).boot["session"] is None


@pytest.mark.gen_test
async def test_opening_a_page_prolongs_nothing(client: Client, sql: Sql) -> None:  # S27
    await client.sign_up()
    sql('UPDATE "session" SET "expiresAt" = "expiresAt" - interval \'2 days\'')
    before = sql('SELECT "expiresAt" FROM "session"')
    answer = await client.send("GET", "/settings/profile")
    assert answer.set_cookies == []
    assert sql('SELECT "expiresAt" FROM "session"') == before


@pytest.mark.parametrize("path", ["/login", "/settings/profile", "/nothing"])
@pytest.mark.gen_test
async def test_head_says_what_get_would(client: Client, path: str) -> None:
    got, head = await client.send("GET", path), await client.send("HEAD", path)
    assert (head.status, head.body) == (got.status, b"")
    assert head.headers.get("Content-Type") == got.headers.get("Content-Type")
    assert head.headers.get("Location") == got.headers.get("Location")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.gen_test
async def test_a_page_can_only_be_read(client: Client, method: str) -> None:
    answer = await client.send(method, "/login", {})
    assert answer.status == 405
    assert "Not allowed" in answer.body.decode()
    assert nonce(answer)


@pytest.mark.parametrize("query", ["", "?tab=a&x=%26b", "?x=%0d%0a%2F%2Fevil.com"])
@pytest.mark.gen_test
async def test_a_page_that_is_elsewhere_keeps_the_query(client: Client, query: str) -> None:
    await client.sign_up()
    answer = await client.send("GET", f"/settings{query}")
    assert (answer.status, answer.headers["Location"]) == (302, f"/settings/profile{query}")
