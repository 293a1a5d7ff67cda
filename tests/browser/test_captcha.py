"""The captcha in the app's forms, with a widget and a provider that are played: the pages' policy lets both in."""

import json
from collections.abc import Mapping

import pytest
from playwright.async_api import Browser, Route

from tests.browser.member import EMAIL, until
from tests.browser.window import window
from tests.client import PASSWORD
from tests.providers import script
from tests.providers.scripted import Scripted

pytestmark = [pytest.mark.usefixtures("http_server"), pytest.mark.environ(PLUGINS="captcha")]
# What Turnstile's script does of all it does: it gives answers, another one after each reset.
WIDGET = """
const answers = %s
window.turnstile = {
  render(place, options) {
    this.next = () => options.callback(answers.shift())
    place.textContent = `riddle of ${options.sitekey}`
    this.next()
    return 'id'
  },
  reset() { this.next() },
}
window.captchaIsReady()
"""


@pytest.fixture
def surroundings(scripted: Scripted) -> Mapping[str, str]:
    keys = {"CAPTCHA_SITE_KEY": "site-key", "CAPTCHA_SECRET_KEY": "secret"}
    return scripted.environment | keys | {"CAPTCHA_PROVIDER": "cloudflare-turnstile"}


@pytest.mark.gen_test
async def test_who_has_not_solved_it_tries_again(browser: Browser, base_url: str) -> None:
    said = [script.code(profile=script.answer({"success": success})) for success in (False, True)]

    async def play(route: Route) -> None:
        await route.fulfill(content_type="text/javascript", body=WIDGET % json.dumps(said))

    async with window(browser, base_url) as tab:
        await tab.page.route("https://challenges.cloudflare.com/**", play)
        await tab.open("/register")
        await until(tab, "riddle of site-key")
        await tab.fill(Name="Ada", E_mail=EMAIL, Password=PASSWORD)
        await tab.press("Create account")
        await until(tab, "What shows that you are no program did not go through. Try it once more.")
        await tab.press("Create account")
        await tab.at("/documents")
