"""A browser as far as HTTP goes: a cookie jar, its own origin, JSON in and out."""

import json
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httputil import HTTPHeaders

PASSWORD = "correct horse battery staple"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: HTTPHeaders
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return json.loads(self.body)

    @property
    def set_cookies(self) -> list[str]:
        """Set-Cookie headers as they are on the wire, in order."""
        return self.headers.get_list("Set-Cookie")


@dataclass
class Client:
    """Sends requests to the server under test and keeps its cookies."""

    base_url: str
    cookies: dict[str, str] = field(default_factory=dict)

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One request; `headers` win over the browser's own, and an empty value leaves one out."""
        sent = {"Origin": self.base_url, "Content-Type": "application/json"} if method != "GET" else {}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        response = await AsyncHTTPClient().fetch(
            self.base_url + path,
            method=method,
            headers={name: value for name, value in sent.items() if value},
            body=data,
            raise_error=False,
            follow_redirects=False,
            allow_nonstandard_methods=True,
            decompress_response=False,
        )
        self._keep(response)
        return Answer(response.code, response.headers, response.body)

    def _keep(self, response: HTTPResponse) -> None:
        for line in response.headers.get_list("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.coded_value
                if morsel["max-age"] == "0":
                    del self.cookies[name]

    async def api(self, path: str, body: object = None, **options: Any) -> Answer:
        """POST with a body, GET without, below /api/auth."""
        method = "GET" if body is None else "POST"
        return await self.send(method, "/api/auth" + path, body, **options)

    async def sign_up(self, email: str = "ada@example.com", name: str = "Ada", **more: Any) -> Answer:
        """A new user, signed in."""
        return await self.api("/sign-up/email", {"name": name, "email": email, "password": PASSWORD, **more})

    async def sign_in(self, email: str = "ada@example.com", password: str = PASSWORD, **more: Any) -> Answer:
        """A new session."""
        return await self.api("/sign-in/email", {"email": email, "password": password, **more})

    async def session(self) -> Any:
        """What get-session says: `{session, user}` or None."""
        return (await self.api("/get-session")).json
