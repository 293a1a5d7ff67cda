"""Name, picture and addresses: what they become."""

import io
from pathlib import Path

import pytest
from PIL import Image

from server.branding import logo
from server.branding.settings import Branding
from server.config.settings import load
from server.errors import SettingsError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="M0 0h1"/></svg>'


def branding(folder: Path, **variables: str) -> Branding:
    return load(variables, folder).branding


def drawn(size: tuple[int, int], kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", size, (200, 0, 0, 255)).save(file, kind)
    return file.getvalue()


def kept(folder: Path, content: bytes | str) -> str:
    path = folder / "picture"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_by_itself_it_is_the_app(tmp_path: Path) -> None:
    assert branding(tmp_path) == Branding()
    assert not Branding().own
    assert branding(tmp_path, APP_NAME="AI-Editor") == Branding()


@pytest.mark.parametrize(
    ("name", "initial"),
    [
        ("Acme", "A"),
        ("ärzte heute", "Ä"),
        ("  «Zebra» ", "Z"),
        ("日本語エディタ", "日"),
        ("متجر", "م"),
        ("नमस्ते", "न"),
        ("हिन्दी", "हि"),
        ("e\u0301tude", "E\u0301"),
        ("👩\u200d👩\u200d👧 Family", "👩\u200d👩\u200d👧"),
        ("ßpam", "ß"),
        ("7 Days", "7"),
        ("x" * 60, "X"),
    ],
)
def test_names(tmp_path: Path, name: str, initial: str) -> None:
    found = branding(tmp_path, APP_NAME=name)
    assert (found.name, found.initial, found.own) == (name.strip(), initial, True)


@pytest.mark.parametrize(
    ("content", "media_type", "wide"),
    [
        (SVG.format('viewBox="0 0 32 32"'), "image/svg+xml", False),
        (SVG.format('viewBox="0,0,90,30"'), "image/svg+xml", True),
        (SVG.format('width="200px" height="40px"'), "image/svg+xml", True),
        (SVG.format('width="100%" height="0"'), "image/svg+xml", False),
        ("<?xml version='1.0'?>\n<!-- made -->\n" + SVG.format(""), "image/svg+xml", False),
        (drawn((40, 40), "PNG"), "image/png", False),
        (drawn((400, 100), "WEBP"), "image/webp", True),
    ],
)
def test_pictures(tmp_path: Path, content: bytes | str, media_type: str, wide: bool) -> None:
    found = branding(tmp_path, APP_LOGO=kept(tmp_path, content)).logo
    assert found is not None
    assert (found.media_type, found.is_wide) == (media_type, wide)


def test_another_picture_has_another_address(tmp_path: Path) -> None:
    path = tmp_path / "logo.svg"
    addresses = set()
    for size in (1, 2):
        path.write_text(SVG.format(f'viewBox="0 0 1 {size}"'))
        addresses.add(logo.read(path).path)
    assert len(addresses) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "none of SVG"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
        (drawn((40, 40), "PNG")[:-30], "damaged"),
        (drawn((40, 40), "WEBP")[:-9], "damaged"),
        (drawn((5000, 10), "PNG"), "pixels"),
        (drawn((40, 40), "GIF"), "none of SVG"),
        (b"<svg><path/></svg>", "outermost"),
        (b"<!doctype html><html><body>x</body></html>", "none of SVG"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "outermost"),
        ('<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format(""), "entities"),
        (SVG.format("").replace("/></svg>", "></svg>"), "none of SVG"),
        (SVG.format("") + " " * logo.MOST_BYTES, "512 kB"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes | str, why: str) -> None:
    with pytest.raises(SettingsError, match=rf"APP_LOGO is .*{why}.*it takes") as raised:
        branding(tmp_path, APP_LOGO=kept(tmp_path, content))
    assert str(raised.value).isprintable()


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("https://www.example.com/terms", "https://www.example.com/terms"),
        ("HTTPS://Bücher.example", "https://xn--bcher-kva.example/"),
        ("/terms", "/terms"),
        ("/terms?lang=de#top", "/terms?lang=de#top"),
        ("/a/../über", "/%C3%BCber"),
    ],
)
def test_addresses(tmp_path: Path, given: str, found: str) -> None:
    for name in ("TERMS_URL", "PRIVACY_URL", "HOME_URL"):
        assert getattr(branding(tmp_path, **{name: given}), name.lower()) == found


def test_the_start_page_leads_not_to_itself(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"HOME_URL is .*the start page itself"):
        branding(tmp_path, BETTER_AUTH_URL="http://app.example.com", HOME_URL="http://APP.example.com/?x")
    assert branding(
        tmp_path, BETTER_AUTH_URL="http://app.example.com", HOME_URL="https://example.com/"
    ).home_url


def test_a_colour_in_a_file_is_no_comment(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("APP_NAME=Acme & Sons\nAPP_COLOR=#1A73E8\n")
    found = branding(tmp_path)
    assert (found.name, found.color) == ("Acme & Sons", "#1a73e8")
