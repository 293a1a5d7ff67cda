"""From one colour to what can be read, whatever the colour."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.branding.oklch import contrast, read, write
from server.branding.palette import DARK, PINE, STEPS, WHITE, Tone, derive

CSS = (Path(__file__).parents[2] / "web" / "src" / "styles" / "colours.css").read_text()
GROUNDS = {"light": (WHITE, "#faf9f6", "#f3f1ec"), "dark": (DARK, "#121110", "#292825")}
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_the_apps_own_is_that_of_its_style_sheet() -> None:
    found = dict(re.findall(r"--ui-color-primary-(\d+): (#[0-9a-f]{6});", CSS))
    assert tuple(found[str(step)] for step in STEPS) == PINE.shades
    for colours in GROUNDS.values():
        assert all(ground in CSS or ground == WHITE for ground in colours)


def check(tone: Tone, grounds: tuple[str, ...]) -> None:
    assert min(contrast(tone.text, ground) for ground in grounds) >= 4.5
    assert min(contrast(tone.edge, ground) for ground in grounds[:2]) >= 3
    assert min(contrast(each, tone.on_button) for each in (tone.button, tone.hover, tone.active)) >= 4.5


@given(COLOURS)
def test_every_colour_can_be_read(colour: str) -> None:
    found = derive(colour)
    check(found.light, GROUNDS["light"])
    check(found.dark, GROUNDS["dark"])
    for step in (700, 800, 900, 950):
        assert contrast(found.shade(step), "#fbf9f4") >= 4.5
    assert contrast(found.shade(900), found.shade(100)) >= 4.5


@pytest.mark.parametrize("colour", ["#1a73e8", "#ffee00", "#00ff00", "#001a4d", "#ff6600"])
def test_a_button_has_the_colour_itself_where_it_can(colour: str) -> None:
    assert derive(colour).light.button == colour


def test_what_is_written_on_it_is_white_or_dark() -> None:
    assert derive("#001a4d").light.on_button == WHITE
    assert derive("#ffee00").light.on_button == DARK


def test_a_dark_colour_is_lighter_in_the_dark() -> None:
    found = derive("#001a4d").dark
    assert contrast(found.button, DARK) >= 3 > contrast("#001a4d", DARK)
    assert contrast(found.text, DARK) >= 4.5


@given(COLOURS)
def test_there_and_back(colour: str) -> None:
    assert write(*read(colour)) == colour
