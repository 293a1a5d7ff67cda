"""What a browser keeps for when there is no server: a worker, and a page that is nobody's."""

import re

import pytest

from handlers.shell import bundle
from handlers.shell.policy import digest
from tests.client import Client
from tests.shell import html

pytestmark = pytest.mark.feature("documents")


@pytest.mark.gen_test
async def test_the_worker_keeps_the_files_of_this_build(client: Client) -> None:
    answer = await client.send("GET", "/sw.js")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert html.policy(answer)["default-src"] == ["'none'"]
    assert html.policy(answer)["connect-src"] == ["'self'"]
    files = re.findall(r"/assets/[\w.-]+", answer.body.decode())
    assert bundle.entry("documents", "default", language="de").script in files
    page = bundle.entry("document", "default", language="de")
    assert set(page.styles + page.preloads) <= set(files)
    assert set(files) <= bundle.files().keys()
    assert not any("strength" in each for each in files)


@pytest.mark.gen_test
async def test_the_page_that_is_kept_is_nobodys(client: Client) -> None:
    before = await client.send("GET", "/offline")
    await client.sign_up()
    answer = await client.send("GET", "/offline")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert answer.body == before.body
    assert answer.set_cookies == []
    assert html.read(answer).boot["session"] is None
    assert answer.headers["X-Kept-Files"].split() == [bundle.entry().script, "/favicon.svg"]
    known = await client.send("GET", "/offline", headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status == 304


@pytest.mark.gen_test
async def test_what_runs_in_it_is_what_its_policy_names(client: Client) -> None:  # S33
    answer = await client.send("GET", "/offline")
    (script,) = re.findall(r"<script>(.*?)</script>", answer.body.decode(), re.DOTALL)
    assert html.policy(answer)["script-src"] == [digest(script), "'strict-dynamic'"]
    assert not re.search(r"\snonce=|\son\w+=|\sstyle=", answer.body.decode().replace(script, ""))


@pytest.mark.environ(APP_COLOR="#aa3377")
@pytest.mark.gen_test
async def test_so_is_a_colour_of_ones_own(client: Client) -> None:
    answer = await client.send("GET", "/offline")
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body.decode(), re.DOTALL)
    assert digest(style) in html.policy(answer)["style-src"]


@pytest.mark.gen_test
async def test_it_speaks_the_browsers_language(client: Client) -> None:
    answer = await client.send("GET", "/offline", headers={"Accept-Language": "de"})
    assert "Der Server ist nicht zu erreichen" in answer.body.decode()
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.gen_test
async def test_it_opens_documents_and_nothing_else(client: Client) -> None:
    opens = re.compile((await client.send("GET", "/offline")).headers["X-Kept-Opens"])
    paths = [
        "/documents",
        "/documents/x",
        "/documents/join",
        "/login",
        "/settings/profile",
        "/",
        "/documents/x/y",
    ]
    assert [path for path in paths if opens.search(path)] == ["/documents", "/documents/x"]


@pytest.mark.environ(FEATURES_OFF="documents")
@pytest.mark.gen_test
async def test_without_documents_the_worker_is_one_that_goes(client: Client) -> None:
    answer = await client.send("GET", "/sw.js")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert "registration.unregister()" in answer.body.decode()
    assert "/assets/" not in answer.body.decode()
    assert (await client.send("GET", "/offline")).status == 404


@pytest.mark.gen_test
async def test_a_page_for_nobody_forgets_who_was_there(client: Client) -> None:
    """A session may have ended anywhere: without a server its person is not shown any more."""
    dropping = "localStorage.removeItem('draft:person')"
    assert dropping in (await client.send("GET", "/login")).body.decode()
    await client.sign_up()
    assert dropping not in (await client.send("GET", "/documents")).body.decode()
