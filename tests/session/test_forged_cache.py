"""Whatever stands in the cookie cache: never an error, never somebody else, and never the loss of the session."""

import base64
import json
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tornado.platform.asyncio import AsyncIOLoop

from tests.client import Client

TOKEN, DATA = "better-auth.session_token", "better-auth.session_data"
FORMS = [
    pytest.param(
        form, marks=pytest.mark.environ(SESSION_COOKIE_CACHE=form, SESSION_DEFER_REFRESH="yes"), id=form
    )
    for form in ("compact", "jwt", "jwe")
]
INPUTS = 150
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters=";"), max_size=200)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["session", "user", "expiresAt", "signature", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def nested(depth: int) -> str:
    """Deeper than a reader may like."""
    raw = b"[" * depth + b"]" * depth
    return base64.urlsafe_b64encode(b'{"session":' + raw + b"}").rstrip(b"=").decode()


def like(good: str) -> st.SearchStrategy[str]:
    """A good value that was changed somewhere."""
    places = st.integers(0, len(good) - 1)
    return st.builds(lambda at, new, to: good[:at] + new + good[to:], places, TEXT, places)


FORGED = (
    TEXT
    | JSON.map(encoded)
    | st.integers(1, 6000).map(nested)
    | st.lists(JSON.map(encoded), min_size=2, max_size=5).map(".".join)
)


@pytest.mark.parametrize("form", FORMS)
def test_forged(io_loop: AsyncIOLoop, client: Client, form: str) -> None:
    io_loop.run_sync(client.sign_up)
    good, token = client.cookies[DATA], client.cookies[TOKEN]
    dice = random.Random(1)

    @settings(max_examples=INPUTS, database=None)
    @given(FORGED | like(good), st.sampled_from([DATA, f"{DATA}.0", f"{DATA}.1", f"{DATA}=x; {DATA}"]))
    @example(nested(400), DATA)
    @example(nested(900), DATA)
    @example("%00!", DATA)
    def ask(value: str, name: str) -> None:
        cookie = {"Cookie": f"{name}={value}; {TOKEN}={token}"}
        method, path = dice.choice(["GET /get-session", "POST /get-session", "GET /list-accounts"]).split()
        body: object = None if method == "GET" else {}
        answer = io_loop.run_sync(lambda: client.api(path, body, headers=cookie))
        assert answer.status == 200
        assert path != "/get-session" or answer.json["user"]["name"] == "Ada"

    ask()
