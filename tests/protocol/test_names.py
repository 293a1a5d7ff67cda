"""Texts that people are shown: one of which nothing can be seen is none."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.protocol import rules
from tests.client import Client

BLANK = [
    "\u200b\u200b",
    "\u2060",
    "\u00ad",
    "\u3164",
    "\uffa0",
    "\u115f\u1160",
    "\ufeff",
    "\u2800",
    "\u180e",
    "\u034f",
    "\U000e0041\U000e007f",
    "\U000e0100",
    "\ufe0f",
    "\u0301\u0301",
    "\u20dd",
    "\u200e\u202e",
    "\u2028\u2029",
    "\u3000\u2003",
    "   ",
    "\t\n",
    "\x01",
    "\u17b4",
    "\U0001d159",
    " \u200d \u0301 ",
]
SEEN = ["Ada", "\u200bAda\u200b", "山", "👩‍👩‍👧", ".", "\ue000", "ⴰ", "'", "क्", "1"]


@pytest.mark.parametrize("name", BLANK, ids=ascii)
@pytest.mark.gen_test
async def test_a_name_of_nothing_is_refused(client: Client, name: str) -> None:
    refused = await client.sign_up(name=name)
    assert (refused.status, refused.json["code"], refused.json["message"]) == (
        400,
        "VALIDATION_ERROR",
        "[body.name] Enter your name.",
    )
    await client.sign_up()
    again = await client.api("/update-user", {"name": name})
    assert (again.status, again.json["message"]) == (400, "[body.name] Enter your name.")
    assert (await client.session())["user"]["name"] == "Ada"


@pytest.mark.parametrize("name", SEEN, ids=ascii)
@pytest.mark.gen_test
async def test_what_shows_is_taken_as_it_is(client: Client, name: str) -> None:
    assert (await client.sign_up(name=name)).json["user"]["name"] == name


@given(st.text(min_size=1))
def test_letters_show(text: str) -> None:
    letters = [each for each in text if unicodedata.category(each) in ("Lu", "Ll", "Nd", "Sc", "Po")]
    assert not letters or not rules.shows_nothing(text)
