"""A server that is somebody's own: its name, picture and colour in pages, files and mails, its links, its start page."""

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from server.branding.palette import derive
from tests.client import Answer, Client
from tests.mailbox import Mailbox
from tests.shell.html import nonce, policy, read

NAME = "Äcme & Söhne"
COLOR = "#1a73e8"
TERMS, PRIVACY = "https://www.example.com/terms?a=1&b=2", "/privacy"
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><script>alert(1)</script></svg>'
OWN = {
    "APP_NAME": NAME,
    "APP_COLOR": COLOR,
    "TERMS_URL": TERMS,
    "PRIVACY_URL": PRIVACY,
}


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 0, 0)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def picture() -> bytes:
    """The logo; nothing unless a test says what."""
    return b""


@pytest.fixture
def surroundings(picture: bytes, tmp_path: Path) -> Mapping[str, str]:
    """Settings of one's own."""
    path = tmp_path / "logo"
    path.write_bytes(picture)
    return {**OWN, "APP_LOGO": str(path) if picture else ""}


def icons(answer: Answer) -> list[str]:
    shell = read(answer)
    return [*shell.links("icon"), *shell.links("apple-touch-icon")]


@pytest.mark.parametrize("path", ["/", "/login", "/register", "/no-such-page"])
@pytest.mark.gen_test
async def test_no_page_names_the_app_any_more(client: Client, path: str) -> None:
    answer = await client.send("GET", path)
    assert read(answer).title.endswith(NAME)
    assert "AI-Editor" not in answer.body.decode()


@pytest.mark.gen_test
async def test_the_pages_are_told(client: Client) -> None:
    told = read(await client.send("GET", "/login")).boot["settings"]["app"]
    links = {"terms": TERMS, "privacy": PRIVACY}
    assert told == {"name": NAME, "logo": {"src": told["logo"]["src"]}, **links}
    assert (await client.send("GET", told["logo"]["src"])).status == 200


@pytest.mark.environ(APP_NAME="", APP_COLOR="", TERMS_URL="", PRIVACY_URL="")
@pytest.mark.gen_test
async def test_by_itself_nothing_is_added(client: Client) -> None:
    answer = await client.send("GET", "/login")
    assert read(answer).boot["settings"]["app"] == {"name": "AI-Editor"}
    assert "style" not in read(answer).tags
    assert icons(answer) == ["/favicon.svg", "/favicon.ico", "/apple-touch-icon.png"]


@pytest.mark.gen_test
async def test_the_colour_is_a_style_with_the_nonce_of_the_page(client: Client) -> None:  # S33
    answer = await client.send("GET", "/login")
    (style,) = read(answer).tags["style"]
    assert style == {"nonce": nonce(answer)}
    assert policy(answer)["style-src"] == ["'self'", f"'nonce-{nonce(answer)}'"]
    found = derive(COLOR)
    assert f"--ui-color-primary-900:{found.shade(900)}" in answer.body.decode()
    assert f".dark{{--ui-primary:{found.dark.text};" in answer.body.decode()


@pytest.mark.gen_test
async def test_without_a_picture_the_initial_stands_for_it(client: Client) -> None:
    (icon,) = icons(await client.send("GET", "/login"))
    answer = await client.send("GET", icon)
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert ">Ä</text>" in answer.body.decode()
    assert derive(COLOR).shade(800) in answer.body.decode()
    for path in ("/favicon.ico", "/apple-touch-icon.png", "/icon-512.png"):
        assert (await client.send("GET", path)).status == 404


@pytest.mark.gen_test
async def test_the_manifest(client: Client) -> None:
    answer = await client.send("GET", "/site.webmanifest")
    found = json.loads(answer.body)
    assert (found["name"], found["short_name"]) == (NAME, NAME)
    assert [each["src"].partition("?")[0] for each in found["icons"]] == ["/favicon.svg"]


@pytest.mark.parametrize("picture", [LOGO.encode()], ids=["svg"])
@pytest.mark.gen_test
async def test_a_drawing_is_a_picture_and_nothing_else(client: Client) -> None:  # S33
    page = await client.send("GET", "/login")
    logo = read(page).boot["settings"]["app"]["logo"]
    assert re.fullmatch(r"/assets/logo-[0-9a-f]{16}\.svg", logo["src"])
    assert logo["wide"] is True
    for path in (logo["src"], *icons(page)):
        answer = await client.send("GET", path)
        assert answer.body.decode() == LOGO
        assert answer.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert policy(answer)["default-src"] == ["'none'"]
        assert "sandbox" in policy(answer)
        assert "script-src" not in policy(answer)
    answer = await client.send("GET", logo["src"])
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = await client.send("GET", logo["src"], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    assert (await client.send("GET", "/assets/logo-0000000000000000.svg")).status == 404


@pytest.mark.parametrize("picture", [png(300, 200)], ids=["png"])
@pytest.mark.gen_test
async def test_of_a_photograph_icons_are_drawn(client: Client) -> None:
    page = await client.send("GET", "/login")
    logo = read(page).boot["settings"]["app"]["logo"]
    assert (await client.send("GET", logo["src"])).headers["Content-Type"] == "image/png"
    sizes = {}
    for path in (
        "/favicon.ico",
        "/apple-touch-icon.png",
        "/icon-192.png",
        "/icon-512.png",
        "/icon-maskable-512.png",
    ):
        with Image.open(io.BytesIO((await client.send("GET", path)).body)) as picture:
            sizes[path] = picture.size[0]
            assert picture.size[0] == picture.size[1]
            clear = picture.convert("RGBA").getpixel((0, 0))
        assert clear == ((255,) * 4 if "apple" in path or "maskable" in path else (0,) * 4)
    assert list(sizes.values()) == [32, 180, 192, 512, 512]
    assert len(icons(page)) == 3
    assert b"data:image/png" in (await client.send("GET", icons(page)[0])).body


@pytest.mark.environ(HOME_URL="/login", FEATURES_OFF="")
@pytest.mark.gen_test
async def test_the_start_page_can_be_off(client: Client) -> None:
    for method in ("GET", "HEAD"):
        answer = await client.send(method, "/")
        assert (answer.status, answer.headers["Location"]) == (302, "/login")
        assert answer.headers["Cache-Control"] == "no-store"
    assert read(await client.send("GET", "/login")).boot["settings"]["app"]["home"] == "/login"
    await client.sign_up()
    assert (await client.send("GET", "/")).headers["Location"] == "/documents"


@pytest.mark.environ(HOME_URL="https://www.example.com/start?a=b#c")
@pytest.mark.gen_test
async def test_the_start_page_can_be_on_a_site_of_ones_own(client: Client) -> None:
    answer = await client.send("GET", "/?redirect=//evil.example")
    assert (answer.status, answer.headers["Location"]) == (302, "https://www.example.com/start?a=b#c")
    lost = await client.send("GET", "/?error=state_mismatch")
    assert lost.headers["Location"] == "/login?error=state_mismatch"


@pytest.mark.gen_test
async def test_the_page_of_an_error(client: Client) -> None:
    answer = await client.send("POST", "/login")
    assert answer.status == 405
    assert "<title>Not allowed · Äcme &amp; Söhne</title>" in answer.body.decode()
    assert "AI-Editor" not in answer.body.decode()
    assert derive(COLOR).light.text in answer.body.decode()


@pytest.mark.gen_test
async def test_mails(client: Client, mailbox: Mailbox) -> None:
    await client.sign_up()
    await client.api("/request-password-reset", {"email": "ada@example.com"})
    mail = await mailbox.last("ada@example.com")
    assert mail.subject == f"Reset your {NAME} password"
    assert mail.message["From"].addresses[0].display_name == NAME
    found = derive(COLOR)
    assert f"background-color:{found.light.button}" in mail.html
    assert "<img" not in mail.html
    for part in (mail.text, mail.html):
        assert "AI-Editor" not in part
    assert {TERMS, f"{client.base_url}{PRIVACY}"} <= set(mail.links) & set(mail.html_links)
