"""The reference as a page."""

import re

import pytest

from tests.client import Client
from tests.open_api.asked import document, operations

slowly = pytest.mark.gen_test
PAGE = "/api/auth/reference"


@slowly
async def test_it_has_every_operation_under_an_address_of_its_own(client: Client) -> None:
    answer = await client.send("GET", PAGE)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
    html = answer.body.decode()
    names = [each["operationId"] for _, _, each in operations(await document(client))]
    assert len(names) > 35
    for name in names:
        assert f'<article id="{name}"' in html
        assert html.count(f'href="#{name}"') == 2


@slowly
async def test_it_asks_for_nothing_elsewhere_and_has_no_code_in_it(client: Client) -> None:  # S33
    answer = await client.send("GET", PAGE)
    html = answer.body.decode()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "nonce" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", html)
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', html)
    assert len(loaded) == 3
    for path in loaded:
        file = await client.send("GET", path)
        assert file.status == 200, path
        again = await client.send("GET", path, headers={"If-None-Match": file.headers["Etag"]})
        assert (again.status, again.body) == (304, b"")


@slowly
async def test_it_has_no_other_files(client: Client) -> None:
    for name in ("page.html", "other.css"):
        assert (await client.send("GET", f"/reference/{name}")).status == 404


@slowly
async def test_it_shows_a_request_that_can_be_copied(client: Client) -> None:
    html = (await client.send("GET", PAGE)).body.decode()
    article = html.partition('<article id="signInEmail"')[2].partition("</article>")[0]
    assert f"curl &#39;{client.base_url}/api/auth/sign-in/email&#39;" in article
    assert f"Origin: {client.base_url}" in article
    assert "await authClient.signIn.email({" in article
    assert "INVALID_EMAIL_OR_PASSWORD" in article
