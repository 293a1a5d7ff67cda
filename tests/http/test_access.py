"""Who may call what is asked before anything of a handler runs, and what says nothing of it does not answer."""

import pytest
from tornado.web import RequestHandler

from server.errors import StartError
from server.feature import Feature
from server.http.api import ApiHandler
from server.http.app import routes
from server.http.caller import CallerHandler
from server.http.guards import public, signed_in
from server.http.handler import BaseHandler
from server.model import SignedIn
from tests.client import Client
from tests.conftest import STANDARD
from tests.raw import exchange, request

RAN: list[str] = []


class Half(BaseHandler):
    """Says of one method alone who may call it."""

    async def begin(self) -> None:
        RAN.append(f"begin {self.request.method}")

    async def get(self) -> None:
        RAN.append("get")

    @public
    async def post(self) -> None:
        self.finish("posted")


class Heir(Half):
    """The word was on its parent's method."""

    async def post(self) -> None:
        RAN.append("post")


class SilentEndpoint(ApiHandler):
    """Says nothing."""

    async def post(self) -> None:
        RAN.append("post")


class Greeting(CallerHandler):
    """No endpoint of the API, and for members."""

    @signed_in()
    async def get(self, who: SignedIn, greeting: str) -> None:
        self.finish(f"{greeting}, {who.user.name}")


MINE = Feature(
    name="mine",
    api=(("/silent", SilentEndpoint),),
    site=(("/half", Half), ("/heir", Heir), ("/greeting/([a-z]+)", Greeting)),
)


@pytest.fixture
def features() -> tuple[Feature, ...]:
    RAN.clear()
    return (MINE, *STANDARD)


@pytest.mark.gen_test
async def test_a_method_without_a_word_is_refused_before_anything_runs(client: Client) -> None:  # S40
    refused = [("GET", "/half"), ("DELETE", "/half"), ("GET", "/heir"), ("POST", "/heir")]
    for method, path in refused:
        answer = await client.send(method, path)
        assert (answer.status, answer.body) == (405, b"Method Not Allowed\n")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (await client.api("/silent", {})).status == 404
    assert RAN == []
    assert (await client.send("POST", "/half")).body == b"posted"
    assert RAN == ["begin POST"]


@pytest.mark.gen_test
async def test_a_word_that_asks_for_a_session_holds_outside_the_api(client: Client) -> None:
    answer = await client.send("GET", "/greeting/hello")
    assert (answer.status, answer.body) == (401, b"Unauthorized\n")
    await client.sign_up()
    assert (await client.send("GET", "/greeting/hello")).body == b"hello, Ada"


class Naked(RequestHandler):
    """Tornado's own answers anybody."""


class Hasty(BaseHandler):
    """Would come before the question."""

    async def prepare(self) -> None:  # type: ignore[misc]
        self.finish("here")


class Early(BaseHandler):
    """Would answer for any method."""

    async def arrive(self) -> None:
        self.finish("here")


@pytest.mark.parametrize("handler", [Naked, Hasty, Early])
def test_no_route_leads_past_the_question(handler: type[RequestHandler]) -> None:
    with pytest.raises(StartError, match="does not ask who may call it"):
        routes((Feature(name="x", site=(("/x", handler),)),))


@pytest.mark.parametrize(
    "head",
    [
        request("POST /api/auth/sign-in/email", "Content-Length: 1073741824"),
        request("GET /login", "Cookie: a=" + "x" * 40000),
        request("BREW /login", "Cookie: a=" + "x" * 40000),
        request("BREW /nowhere"),
    ],
    ids=["body", "head", "head and method", "method"],
)
@pytest.mark.gen_test
async def test_refusals_have_the_headers_of_every_answer(client: Client, head: bytes) -> None:  # S33 S45
    answer = await exchange(client.base_url, head)
    for line in (b"X-Content-Type-Options: nosniff", b"Referrer-Policy: no-referrer", b"X-Request-Id: "):
        assert line in answer
    assert b"Server:" not in answer
    assert b"<html" not in answer.lower() or b"nonce-" in answer


class TestWithoutAPageForAllTheRest:
    @pytest.fixture
    def features(self) -> tuple[Feature, ...]:
        return (MINE,)

    @pytest.mark.gen_test
    async def test_nowhere_is_ours_too(self, client: Client) -> None:
        for method in ("GET", "POST", "HEAD"):
            answer = await client.send(method, "/nowhere")
            assert (answer.status, answer.headers["X-Content-Type-Options"]) == (404, "nosniff")
            assert b"<" not in answer.body
