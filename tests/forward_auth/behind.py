"""What any proxy has to do with the snippets of deploy/forward-auth: our server, a proxy and an application, all real."""

import asyncio
import gzip
import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import tornado.web
import tornado.websocket
from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer

from drill.servers import free_port, listens
from tests.client import PASSWORD
from tests.conftest import SECRET
from tests.workers.served import ROOT, Served, until

SNIPPETS = ROOT / "deploy" / "forward-auth"
PAGE = {"Accept": "text/html", "Sec-Fetch-Mode": "navigate"}
NAME = "Zoë 50% 木"
SPOOFED = [
    *("X-Auth-User-Id", "x-auth-email", "X-AUTH-NAME", "x-Auth-Session-ID"),
    *("X_Auth_User_Id", "x_auth_email", "X_AUTH_NAME", "X-Auth_Session_Id", "X_Auth-User-Id", "x-auth_Name"),
]


class Echo(tornado.web.RequestHandler):
    """The application: what it was asked, and which headers it came with."""

    async def prepare(self) -> None:
        body = self.request.body.decode()
        self.finish({"headers": list(self.request.headers.get_all()), "body": body, "uri": self.request.uri})


class Compressed(tornado.web.RequestHandler):
    """An answer that the application has compressed itself."""

    async def get(self) -> None:
        self.set_header("Content-Encoding", "gzip")
        self.finish(gzip.compress(b"hello " * 1000))


class Socket(tornado.websocket.WebSocketHandler):
    """Says who it is, to whatever is said."""

    def check_origin(self, origin: str) -> bool:
        return True

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(f"{message!s} from {self.request.headers.get('X-Auth-User-Id')}")


@contextmanager
def application() -> Iterator[int]:
    """The port of one that answers."""
    loop, port = asyncio.new_event_loop(), free_port()

    async def serve() -> HTTPServer:
        app = tornado.web.Application(
            [(r"/app/socket", Socket), (r"/compressed", Compressed), (r"/.*", Echo)]
        )
        server = HTTPServer(app)
        server.listen(port, "127.0.0.1")
        return server

    async def end() -> None:
        server.stop()
        await server.close_all_connections()

    server = loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def snippet(name: str, front: int, ours: int, behind: int) -> str:
    """The file as it is, with other ports."""
    text = (SNIPPETS / name).read_text()
    for before, after in ((8000, front), (8080, ours), (9000, behind)):
        text = text.replace(f"127.0.0.1:{before}", f"127.0.0.1:{after}")
    return text


@dataclass
class Reply:
    """What came through the proxy."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def told(self) -> dict[str, str]:
        """The headers by which the application is told who it is, in whatever spelling they have come to it."""
        found = [(name.lower().replace("_", "-"), value) for name, value in json.loads(self.body)["headers"]]
        told = [(name, unquote(value)) for name, value in found if name.startswith("x-auth")]
        assert len(told) == len(dict(told)), told
        return dict(told)


@dataclass
class Front:
    """The proxy's port; and our server behind it, which can go and come back."""

    port: int
    serve: Callable[[], Served]
    served: Served
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, headers: Any = None, body: object = None, signed_in: bool = True
    ) -> Reply:
        """One request, by somebody who is signed in or not."""
        sent = list(headers.items() if isinstance(headers, dict) else headers or ())
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent += [("Cookie", cookie)] if signed_in and cookie else []
        data = b"" if body is None else json.dumps(body).encode()
        sent += [("Content-Type", "application/json"), ("Content-Length", str(len(data)))] if data else []
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.putrequest(method, path)
        for name, value in (*sent, ("Origin", self.origin)):
            connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        reply = Reply(answer.status, answer.headers, answer.read())
        connection.close()
        return reply

    def sign(self, way: str, **more: str) -> Any:
        """Signed up or in, through the proxy; who it is."""
        body = {"email": "zoe@example.com", "password": PASSWORD, **more}
        reply = self.ask("POST", f"/api/auth/sign-{way}/email", {}, body, signed_in=False)
        assert reply.status == 200, reply.body
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return json.loads(reply.body)

    @contextmanager
    def server_gone(self) -> Iterator[None]:
        """Our server is not there."""
        self.served.stop()
        try:
            yield
        finally:
            self.served = self.serve()


Proxy = Callable[[int, int, int, Path], AbstractContextManager[None]]


@contextmanager
def standing(proxy: Proxy, database_url: str, folder: Path, behind: int) -> Iterator[Front]:
    """Our server and the proxy before it, which has somebody signed up."""
    ours, front = free_port(), free_port()
    settings = {
        "DATABASE_URL": database_url,
        "BETTER_AUTH_SECRET": SECRET,
        "BETTER_AUTH_URL": f"http://127.0.0.1:{front}",
        "TRUSTED_PROXIES": "127.0.0.1",
        "PORT": str(ours),
        "WORKERS": "1",
    }
    found = Front(front, lambda: Served(folder, **settings), Served(folder, **settings))
    try:
        with proxy(front, ours, behind, folder):
            until(lambda: listens(front))
            yield found
    finally:
        found.served.stop()


@pytest.mark.feature("forward-auth")
class Behind:
    """The tests, for each proxy that has the fixture `front`."""

    @pytest.fixture(autouse=True)
    def _clean(self, clean: None, front: Front) -> None:
        front.cookies.clear()

    def test_the_application_knows_who_it_is(self, front: Front) -> None:
        who = front.sign("up", name=NAME)
        for path in ("/app/", "/app/page?a=1&b=%2F", "/app/"):
            reply = front.ask("GET", path)
            assert (reply.status, json.loads(reply.body)["uri"]) == (200, path)
            assert reply.told == {
                "x-auth-user-id": who["user"]["id"],
                "x-auth-email": "zoe@example.com",
                "x-auth-name": NAME,
                "x-auth-session-id": who["session"]["id"],
            }

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    def test_bodies_pass(self, front: Front, method: str) -> None:
        who, body = front.sign("up", name=NAME), {"text": "x" * 100_000}
        reply = front.ask(method, "/app/", {}, body)
        assert reply.status == 200
        assert json.loads(json.loads(reply.body)["body"]) == body
        assert reply.told["x-auth-user-id"] == who["user"]["id"]
        assert front.ask(method, "/app/", PAGE, body, signed_in=False).status == 401

    @pytest.mark.parametrize("name", SPOOFED)
    def test_nobody_says_who_they_are_themselves(self, front: Front, name: str) -> None:
        who = front.sign("up", name=NAME)
        headers = [(name, "mallory"), (name, "mallory"), ("Connection", name)]
        assert front.ask("GET", "/open/", headers[:2]).told == {}
        assert front.ask("GET", "/open/", headers, signed_in=False).told == {}
        assert front.ask("GET", "/app/", headers, signed_in=False).status == 401
        reply = front.ask("GET", "/app/", headers[:2])
        assert reply.told["x-auth-user-id"] == who["user"]["id"]
        assert set(reply.told) == {f"x-auth-{each}" for each in ("user-id", "email", "name", "session-id")}
        assert "mallory" not in front.ask("GET", "/app/", headers).told.values()

    def test_an_empty_name_is_not_somebody_elses(self, front: Front) -> None:
        front.sign("up", name="")
        assert front.ask("GET", "/app/", {"X-Auth-Name": "mallory"}).told.get("x-auth-name", "") == ""

    def test_programs_are_told_401(self, front: Front) -> None:
        reply = front.ask("GET", "/app/", {"Accept": "application/json"}, signed_in=False)
        assert (reply.status, json.loads(reply.body)["code"]) == (401, "UNAUTHORIZED")
        assert "Location" not in reply.headers

    def test_browsers_go_to_sign_in_and_come_back(self, front: Front) -> None:  # S34
        wanted = "/app/page?a=1&b=%2F&c=%E2%86%92"
        reply = front.ask("GET", wanted, PAGE, signed_in=False)
        assert reply.status == 302
        location = urlsplit(reply.headers["Location"])
        assert location._replace(query="").geturl() == f"{front.origin}/login"
        assert parse_qs(location.query) == {"redirect": [wanted]}
        page = f"{location.path}?{location.query}"
        assert front.ask("GET", page, PAGE, signed_in=False).status == 200
        front.sign("up", name=NAME)
        reply = front.ask("GET", page, PAGE)
        assert (reply.status, reply.headers["Location"]) == (302, wanted)
        assert front.ask("GET", wanted, PAGE).told["x-auth-name"] == NAME

    @pytest.mark.parametrize(
        "header", ["X-Forwarded-Host", "X-Original-URL", "X-Forwarded-Uri", "X-Original-URI"]
    )
    def test_no_client_says_where_to_come_back_to(self, front: Front, header: str) -> None:  # S34
        value = {"X-Forwarded-Host": "evil.com", "X-Original-URL": "https://evil.com/"}.get(header, "/evil")
        reply = front.ask("GET", "/app/", {**PAGE, header: value}, signed_in=False)
        assert (reply.status, reply.headers["Location"]) == (302, f"{front.origin}/login?redirect=%2Fapp%2F")

    def test_a_session_that_is_over_is_refused_at_once(self, front: Front) -> None:  # S23
        front.sign("up", name=NAME)
        stolen = dict(front.cookies)
        assert [front.ask("GET", "/app/").status for _ in range(2)] == [200, 200]
        front.sign("in")
        assert front.ask("POST", "/api/auth/revoke-other-sessions", {}, {}).status == 200
        assert front.ask("GET", "/app/").status == 200
        front.cookies = stolen
        assert front.ask("GET", "/app/").status == 401

    def test_nobody_is_let_in_while_our_server_is_gone(self, front: Front) -> None:
        who = front.sign("up", name=NAME)
        assert front.ask("GET", "/app/").status == 200
        with front.server_gone():
            for headers in ({}, PAGE, {"X-Auth-User-Id": who["user"]["id"]}):
                assert front.ask("GET", "/app/", headers).status >= 500
                assert front.ask("POST", "/app/", headers, {}).status >= 500
        until(lambda: front.ask("GET", "/app/").status == 200)

    def test_websockets_pass(self, front: Front) -> None:
        who = front.sign("up", name=NAME)
        cookie = "; ".join(f"{name}={value}" for name, value in front.cookies.items())
        address = f"ws://127.0.0.1:{front.port}/app/socket"

        async def talk(headers: dict[str, str]) -> str | bytes | None:
            connection = await tornado.websocket.websocket_connect(HTTPRequest(address, headers=headers))
            await connection.write_message("hello")
            heard = await connection.read_message()
            connection.close()
            assert await connection.read_message() is None
            return heard

        spoofed = {"X-Auth-User-Id": "mallory", "Cookie": cookie}
        assert asyncio.run(talk(spoofed)) == f"hello from {who['user']['id']}"
        handshake = {"Upgrade": "websocket", "Connection": "Upgrade", "X-Auth-User-Id": "mallory"}
        handshake |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        assert front.ask("GET", "/app/socket", handshake, signed_in=False).status == 401
