"""better-auth's client in a frame on another site, which opens a window here: no header of ours parts the two."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest
from playwright.async_api import Browser
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from tests.browser.window import window
from tests.conftest import Sql
from tests.providers.scripted import Scripted
from tests.providers.travel import surroundings

PAGE = """<!doctype html>
<button>google</button><button>nobody</button><output></output><script>%s</script>
<script>
  clients.elsewhere("%s")
  const output = document.querySelector("output")
  for (const button of document.querySelectorAll("button")) button.onclick = async () => {
    const provider = button.textContent
    output.textContent = ""
    const { data, error } = await clients.call("elsewhere", "signIn.popup", { provider, callbackURL: "/" })
    const session = await clients.call("elsewhere", "getSession")
    output.textContent = `${error?.code ?? data.success} ${session.data?.user.email ?? "nobody"}`
  }
</script>"""
pytestmark = [
    pytest.mark.gen_test,
    pytest.mark.usefixtures("http_server"),
    pytest.mark.environ(PLUGINS="oauth-popup,bearer", BETTER_AUTH_TRUSTED_ORIGINS="http://localhost:*"),
]


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google")


class Elsewhere(RequestHandler):
    """The page, and at the other address one with it in a frame."""

    def initialize(self, page: str) -> None:
        """Which page."""
        self.page = page

    def get(self) -> None:
        """By the host that is asked."""
        framed, _, port = self.request.host.partition(":")
        self.write(
            self.page if framed == "localhost" else f'<iframe src="http://localhost:{port}/"></iframe>'
        )


@contextmanager
def elsewhere(page: str) -> Iterator[str]:
    """Both, by a server of their own: a browser asks its person before a page that is not of here asks us."""
    socket, port = bind_unused_port()
    server = HTTPServer(Application([("/", Elsewhere, {"page": page})]))
    server.add_socket(socket)
    yield f"http://127.0.0.1:{port}/"
    server.stop()


async def test_a_window_tells_the_page_that_opened_it(
    browser: Browser, base_url: str, bundle: str, scripted: Scripted, sql: Sql
) -> None:
    page = PAGE % (bundle.replace("</script", "<\\/script"), base_url)
    proxy = {"server": scripted.url, "bypass": "localhost,127.0.0.1"}
    options = {"proxy": proxy, "ignore_https_errors": True}
    with elsewhere(page) as place:
        async with window(browser, base_url, **options) as tab:
            await tab.page.goto(place)
            app = tab.page.frame_locator("iframe")
            for provider, outcome in (
                ("nobody", "provider_not_found nobody"),
                ("google", "true ada@example.com"),
            ):
                async with tab.page.expect_popup() as opened:
                    await app.get_by_role("button", name=provider).click()
                assert await app.locator("output:not(:empty)").inner_text() == outcome
                popup = await opened.value
                if not popup.is_closed():
                    await popup.wait_for_event("close")
            names = [cookie["name"] for cookie in await tab.page.context.cookies(base_url)]
            assert names == ["better-auth.session_token"]
    assert sql('SELECT count(*) FROM "session"') == [(1,)]
