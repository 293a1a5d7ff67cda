"""What a case speaks through: requests, a cookie jar, the database and the mails of one server."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import time
import urllib.parse
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.compat import people, wire
from tests.compat.options import Options
from tests.compat.servers import Mail, Ours, Server

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
JAR = "the cookies that the server set"
# Our server, which keeps sessions in memory, hears of a write that is not its own a moment later.
HEARD = 0.15
PASSWORD = "correct horse battery"


class Missing:
    """Stands for a member that is left out of a body."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


@dataclass(frozen=True)
class Exchange:
    """One request and what it got."""

    request: wire.Request
    answer: wire.Answer
    at: float


@dataclass(frozen=True)
class Look:
    """Something else that is compared: rows of the database, a mail."""

    what: str
    found: Any
    at: float


class Caller:
    """One person talking to one server; everything said is kept for the comparison."""

    def __init__(self, server: Server, options: Options, name: str) -> None:
        self.server, self.options = server, options
        self.origin = options.base_url
        self.heard: list[Exchange | Look] = []
        self.jar: dict[str, str] = {}
        self._read: dict[str, int] = {}
        self._random = random.Random()
        digest = hashlib.sha256(name.encode()).hexdigest()
        self.address = f"198.{18 + int(digest[0], 16) % 2}.{int(digest[1:3], 16)}.{int(digest[3:5], 16)}"
        self.email = f"p{digest[:12]}@example.com"
        # What our server keeps as the address where better-auth keeps none.
        self.peer = "127.0.0.1"
        self.number = str(int(digest[12:22], 16))
        self.agent: str | None = "compat/1.0"

    # Requests

    def get(self, path: str, **how: Any) -> wire.Answer:
        """GET below the API's base path."""
        return self.send("GET", path, **how)

    def post(self, path: str, body: Any = MISSING, **how: Any) -> wire.Answer:
        """POST a JSON body (any JSON value, or bytes as they are) below the API's base path."""
        return self.send("POST", path, body, **how)

    def send(
        self,
        method: str,
        path: str,
        body: Any = MISSING,
        *,
        cookie: str | None = JAR,
        headers: dict[str, str | None] | None = None,
        target: str | None = None,
    ) -> wire.Answer:
        """Sends one request; a header of None is left out, `cookie` is raw text or the jar."""
        raw = _encode(body)
        request = wire.Request(
            method,
            target if target is not None else f"/api/auth{path}",
            self._headers(cookie, raw, headers or {}),
            raw,
        )
        at = time.time()
        answer = wire.exchange(self.server.port, request)
        self.heard.append(Exchange(request, answer, at))
        self._remember(answer)
        return answer

    def _headers(self, cookie: str | None, raw: bytes | None, extra: dict[str, str | None]) -> wire.Headers:
        found: dict[str, str | None] = {
            "Host": urllib.parse.urlsplit(self.origin).netloc,
            "User-Agent": self.agent,
            "X-Forwarded-For": self.address,
        }
        text = self.cookies() if cookie is JAR else cookie
        if text:
            found |= {"Cookie": text, "Origin": self.origin}
        if raw is not None:
            found["Content-Type"] = "application/json"
        found |= extra
        return tuple((name, value) for name, value in found.items() if value is not None)

    # Cookies

    def cookies(self) -> str:
        """The jar as a Cookie header."""
        return "; ".join(f"{name}={value}" for name, value in self.jar.items())

    def cookie_name(self, short: str) -> str:
        """The full name of a cookie under these options."""
        secure = "__Secure-" if self.origin.startswith("https:") else ""
        return f"{secure}{self.options.cookie_prefix}.{short}"

    def _remember(self, answer: wire.Answer) -> None:
        for line in answer.all("set-cookie"):
            pair, *attributes = line.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.jar.pop(name, None)
            else:
                self.jar[name] = value

    def sign(self, value: str, secret: str | None = None) -> str:
        """A cookie value signed as better-auth signs it, percent-encoded."""
        key = (secret or self.options.secret).encode()
        signature = base64.b64encode(hmac.digest(key, value.encode(), "sha256")).decode()
        return urllib.parse.quote(f"{value}.{signature}", safe="-_.!~*'()")

    def email_token(self, claims: dict[str, Any], **how: Any) -> str:
        """A token as the mails carry it; `how` changes alg, typ, secret, and iat and exp (s from now)."""
        now = int(time.time())
        times = {"iat": how.get("iat", 0), "exp": how.get("exp", 3600)}
        claims = claims | {name: now + offset for name, offset in times.items() if offset is not None}
        head = {"alg": how.get("alg", "HS256")} | ({"typ": how["typ"]} if "typ" in how else {})
        text = f"{_base64url(head)}.{_base64url({k: v for k, v in claims.items() if v is not None})}"
        secret = how.get("secret", self.options.secret).encode()
        signature = (
            base64.urlsafe_b64encode(hmac.digest(secret, text.encode(), "sha256")).rstrip(b"=").decode()
        )
        return f"{text}.{signature}"

    # People, straight into the database

    def sign_up(self, email: str | None = None, name: str = "Ada") -> wire.Answer:
        """A new account by the front door."""
        return self.post("/sign-up/email", {"name": name, "email": email or self.email, "password": PASSWORD})

    def random_id(self) -> str:
        """An id in better-auth's format."""
        return "".join(self._random.choices(ALPHABET, k=32))

    def person(self, email: str | None = None, verified: bool = False, password: str | None = None) -> str:
        """A user row (and a credential with this stored hash), without asking the server."""
        user = self.random_id()
        self.sql(people.INSERT_USER, id=user, email=email or self.email, verified=verified)
        if password is not None:
            self.account(user, "credential", user, password)
        return user

    def account(self, user: str, provider: str, account: str, password: str | None = None) -> str:
        """An account row of a user; its id."""
        row = self.random_id()
        values = {"account": account, "provider": provider, "user": user, "password": password}
        self.sql(people.INSERT_ACCOUNT, id=row, **values)
        return row

    def session(self, user: str, expires_in: float = 604800, created_ago: float = 0) -> str:
        """A session row of a user; the jar then holds its cookie."""
        token = self.random_id()
        times = {"expires_in": expires_in, "created_ago": created_ago}
        self.sql(
            people.INSERT_SESSION, id=self.random_id(), token=token, user=user, address=self.address, **times
        )
        self.jar[self.cookie_name("session_token")] = self.sign(token)
        return token

    def signed_in(self, **session: Any) -> tuple[str, str]:
        """A person with a session: the user's id and the session's token."""
        user = self.person()
        return user, self.session(user, **session)

    # Looks

    def sql(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Runs one statement on the server's database; not compared."""
        found = self.server.databases.run(self.server.database, statement, values)
        if isinstance(self.server, Ours) and statement.lstrip().startswith(("UPDATE", "DELETE")):
            time.sleep(HEARD)
        return found

    def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Runs one query whose rows are compared."""
        found = self.sql(statement, **values)
        shown = [{key: _plain(value) for key, value in row.items()} for row in found]
        self.heard.append(Look(statement, shown, time.time()))
        return found

    def tables(self, email: str | None = None) -> None:
        """Compares what the database holds about one person (the stored hash aside)."""
        for statement in (people.LOOK_AT_USER, people.LOOK_AT_ACCOUNTS, people.LOOK_AT_SESSIONS):
            self.rows(statement, email=email or self.email)

    def mail(self, to: str | None = None, wait: float = 0.0) -> Mail | None:
        """The newest mail to an address that was not read yet, compared; `wait` is how long it may take, s."""
        address, until = to or self.email, time.monotonic() + wait
        read = self._read.get(address, 0)
        while len(found := self.server.mails(address)) <= read and time.monotonic() < until:
            time.sleep(0.02)
        newest = found[-1] if len(found) > read else None
        self._read[address] = len(found)
        self.heard.append(Look("mail", newest and _shown(newest), time.time()))
        return newest


def _shown(mail: Mail) -> dict[str, str]:
    return {"to": mail.to, "url": mail.url} | ({"code": mail.code} if mail.code else {})


def _plain(value: Any) -> Any:
    """Dates as the API writes them; what is finer than a millisecond stays visible."""
    if not isinstance(value, datetime):
        return value
    exact = value.astimezone(UTC)
    return exact.strftime(
        "%Y-%m-%dT%H:%M:%S.%f"
        if exact.microsecond % 1000
        else f"%Y-%m-%dT%H:%M:%S.{exact.microsecond // 1000:03d}Z"
    )


def _base64url(value: dict[str, Any]) -> str:
    text = json.dumps(value, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _encode(body: Any) -> bytes | None:
    if isinstance(body, Missing):
        return None
    if isinstance(body, bytes):
        return body
    if isinstance(body, dict):
        body = {key: value for key, value in body.items() if not isinstance(value, Missing)}
    return json.dumps(body).encode()
