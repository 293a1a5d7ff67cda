"""What a page's first load names beforehand, and pages that are really elsewhere."""

import json
import re
from importlib import resources
from typing import Any

import pytest

from handlers.shell import bundle, pages
from tests.client import Client
from tests.shell.html import read

MANIFEST: dict[str, Any] = json.loads(
    resources.files("web").joinpath("dist", ".vite", "manifest.json").read_text()
)


def needed(*keys: str) -> set[str]:
    """The files of chunks and of all that they import."""
    found: set[str] = set()
    for key in keys:
        chunk = MANIFEST[key]
        found |= {f"/{chunk['file']}"} | needed(*chunk.get("imports", []))
    return found


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ("/login", ("shell/layouts/auth", "features/email_password/pages/login")),
        pytest.param(
            "/settings/profile",
            (
                *("shell/layouts/default", "shell/layouts/settings"),
                *("features/avatar/PictureCard", "features/user/NameCard", "features/shell/AppearanceCard"),
            ),
            marks=pytest.mark.feature("avatar"),
        ),
        ("/nothing-here", ("shell/layouts/default", "features/shell/pages/not-found")),
    ],
)
@pytest.mark.gen_test
async def test_all_that_the_page_will_import_is_named(
    client: Client, path: str, keys: tuple[str, ...]
) -> None:
    if path.startswith("/settings"):
        await client.sign_up()
    shell = read(await client.send("GET", path))
    named = shell.links("modulepreload")
    (script,) = [str(tag["src"]) for tag in shell.tags["script"] if "src" in tag]
    assert {script, *named} == needed("src/main.ts", *(f"src/{key}.vue" for key in keys))
    assert len(named) == len(set(named))


async def named_way(client: Client, path: str) -> set[str]:
    """The chunks of ways to come in that the page names."""
    ways = {f"/{chunk['file']}" for name, chunk in MANIFEST.items() if name.endswith("Way.vue")}
    return ways & set(read(await client.send("GET", path)).links("modulepreload"))


@pytest.mark.environ(PLUGINS="passkey")
@pytest.mark.gen_test
async def test_a_way_to_come_in_is_loaded_where_it_is_on(client: Client) -> None:
    assert await named_way(client, "/login") == {
        f"/{MANIFEST['src/features/passkey/PasskeyWay.vue']['file']}"
    }
    assert await named_way(client, "/register") == set()


@pytest.mark.environ(PLUGINS="username")
@pytest.mark.usefixtures("plugged")
@pytest.mark.gen_test
async def test_a_field_of_a_form_and_a_card_are_loaded_where_they_are_on(client: Client) -> None:
    field, new, card = (
        f"/{MANIFEST[f'src/features/username/{each}.vue']['file']}"
        for each in ("UsernameField", "NewUsernameField", "UsernameCard")
    )
    assert field in read(await client.send("GET", "/login")).links("modulepreload")
    assert new in read(await client.send("GET", "/register")).links("modulepreload")
    await client.sign_up()
    assert card in read(await client.send("GET", "/settings/account")).links("modulepreload")
    named = read(await client.send("GET", "/settings/security")).links("modulepreload")
    others = {
        f"/{chunk['file']}" for name, chunk in MANIFEST.items() if re.search("/(Passkey|TwoFactor)", name)
    }
    assert others
    assert not others & set(named)


@pytest.mark.environ(PLUGINS="none")
@pytest.mark.gen_test
async def test_who_has_no_other_way_loads_none(client: Client) -> None:
    assert await named_way(client, "/login") == set()
    assert read(await client.send("GET", "/login")).boot["settings"]["ways"] == []


def test_nothing_is_named_that_a_page_does_not_use() -> None:
    login, profile = (
        set(bundle.entry(*names).preloads)
        for names in (("login", "auth"), ("settings/profile", "default/settings"))
    )
    assert not any(re.search("settings|Card", path) for path in login)
    assert not any("login" in path for path in profile)


def test_every_page_has_its_chunks_or_is_elsewhere() -> None:
    for _, page in pages.pages():
        if not page.redirect:
            assert [key for key in pages.sources(page.name, page.layout) if key not in MANIFEST] == []


@pytest.mark.gen_test
async def test_the_settings_are_their_first_page(client: Client) -> None:
    await client.sign_up()
    answer = await client.send("GET", "/settings")
    assert (answer.status, answer.headers["Location"]) == (302, "/settings/profile")
    assert pages.find("/settings/profile", {"shell"}) is not None
    assert pages.find("/settings/profile", {"session"}) is None


@pytest.mark.environ(REQUIRE_EMAIL_VERIFICATION="yes", DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_the_app_knows_which_mails_to_speak_of(client: Client) -> None:
    settings = read(await client.send("GET", "/login")).boot["settings"]
    assert settings["requireEmailVerification"] is True
    assert settings["deleteUserVerification"] is True
