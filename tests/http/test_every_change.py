"""What every endpoint that changes something refuses, and what each of its answers carries; none is left out."""

import pytest

from handlers import FEATURES
from tests.client import Answer, Client

API = "/api/auth"
# Each of every route's methods that may change something, with a word where anything may stand.
CHANGES = sorted(
    (method, path.replace("([^/]+)", "x"))
    for path, kind in (
        *((API + path, kind) for feature in FEATURES for path, kind in feature.api),
        *(route for feature in FEATURES for route in feature.site),
    )
    for method in ("POST", "DELETE", "PUT", "PATCH")
    if kind.access_to(method)  # type: ignore[attr-defined]
)
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
    assert ("DELETE", "/api/avatar") in CHANGES


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
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
@pytest.mark.parametrize("change", [each for each in CHANGES if each[0] == "POST"], ids=" ".join)
@pytest.mark.gen_test
async def test_what_a_form_can_send_changes_nothing(
    client: Client, change: tuple[str, str], kind: str
) -> None:  # S31
    await client.sign_up()
    answer = await ask(client, change, Content_Type=kind)
    if not (change == TAKES_FORMS and kind.endswith("urlencoded")):
        assert answer.status in (400, 405, 415)
    assert await client.session() is not None


@pytest.mark.parametrize("change", CHANGES, ids=" ".join)
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
