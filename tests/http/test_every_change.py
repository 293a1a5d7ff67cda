"""What every endpoint that changes something refuses, and what each of its answers carries; none is left out."""

import json

import pytest

from handlers import FEATURES
from tests.client import Answer, Client
from tests.conftest import Sql
from tests.sources import ROOT

# A plugin that is off has no endpoints that could refuse anything.
pytestmark = [pytest.mark.environ(PLUGINS="all"), pytest.mark.usefixtures("plugged")]
API = "/api/auth"
# Proxies ask with the method of what they ask for; the answer is the same, and nothing changes.
ONLY_ASKED = {"/api/forward-auth"}
# Each of every route's methods that may change something, with a word where anything may stand.
ROUTES = [
    (feature, path.replace("([^/]+)", "x"), kind)
    for feature in FEATURES
    for path, kind in (*((API + path, kind) for path, kind in feature.api), *feature.site)
]
CHANGES = [
    pytest.param(
        (method, path),
        id=f"{method} {path}",
        marks=[pytest.mark.feature(feature.name)] if feature.optional else [],
    )
    for feature, path, kind in ROUTES
    for method in ("POST", "DELETE", "PUT", "PATCH")
    if path not in ONLY_ASKED
    if kind.access_to(method)  # type: ignore[attr-defined]
]
PAGES = json.loads((ROOT / "web" / "pages.json").read_text())
LINKS = sorted(
    {path for _, path, kind in ROUTES if kind.access_to("GET") and "*" not in path}  # type: ignore[attr-defined]
    | {page["path"] for page in PAGES}
)
# Names what somebody without a session may answer, and nobody.
CHALLENGES = {"better-auth.better-auth-passkey"}
# A provider sends the browser here by a form; the state in a cookie says whether that was asked for.
TAKES_FORMS = ("POST", f"{API}/callback/x")
FOREIGN = {
    "another": {"Origin": "https://evil.example"},
    "a longer name": {"Origin": "{own}.evil.example"},
    "none": {"Origin": ""},
    "null": {"Origin": "null"},
    "a referer": {"Origin": "", "Referer": "https://evil.example/{own}"},
    "in capitals": {"Origin": "HTTPS://EVIL.EXAMPLE"},
}


async def ask(client: Client, change: tuple[str, str], **headers: str) -> Answer:
    method, path = change
    own = {name.replace("_", "-"): value.replace("{own}", client.base_url) for name, value in headers.items()}
    return await client.send(method, path, None if method == "DELETE" else {}, headers=own)


def test_there_are_many() -> None:
    assert len(CHANGES) > 20
    assert "DELETE /api/avatar" in {each.id for each in CHANGES}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.gen_test
async def test_no_page_of_another_site_can_ask_for_it(client: Client, change: tuple[str, str]) -> None:  # S31
    await client.sign_up()
    kept = dict(client.cookies)
    for what, headers in FOREIGN.items():
        client.cookies = dict(kept)
        answer = await ask(client, change, **headers)
        assert answer.status == 403, what
        assert answer.json["code"] in ("INVALID_ORIGIN", "MISSING_OR_NULL_ORIGIN"), what
    client.cookies = kept
    assert await client.session() is not None


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]
)
@pytest.mark.parametrize("change", [each for each in CHANGES if "POST" in str(each.id)])
@pytest.mark.gen_test
async def test_what_a_form_can_send_changes_nothing(
    client: Client, change: tuple[str, str], kind: str
) -> None:  # S31
    await client.sign_up()
    answer = await ask(client, change, Content_Type=kind)
    if not (change == TAKES_FORMS and kind.endswith("urlencoded")):
        assert answer.status in (400, 405, 415)
    assert await client.session() is not None


@pytest.mark.gen_test
async def test_no_link_makes_a_session(client: Client, sql: Sql) -> None:  # S27
    """Whatever a page of another site has a browser open, nobody is signed in by it, and nobody there signed out."""
    await client.sign_up()
    stranger = Client(client.base_url)
    fetch = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    for path in LINKS:
        for who in (stranger, client):
            await who.send("GET", f"{path}?token=x&code=x&state=x&callbackURL=/x", headers=fetch)
    assert stranger.cookies.keys() & client.cookies.keys() <= CHALLENGES
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
    assert await client.session() is not None


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.gen_test
async def test_no_answer_is_kept_or_says_what_serves(
    client: Client, change: tuple[str, str]
) -> None:  # S33 S45
    await client.sign_up()
    for headers in ({}, {"Origin": "https://evil.example"}, {"Content_Type": "text/plain"}):
        answer = await ask(client, change, **headers)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert not {"Server", "X-Powered-By", "Via"} & set(answer.headers)
