"""Going to a provider and coming back: what the compared servers are told on the way, and what they told the provider."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from server.crypto import encryption
from server.crypto.keyring import Keyring
from tests.compat import profiles
from tests.compat.caller import Caller, Look
from tests.compat.profiles import Who
from tests.compat.servers import Ours
from tests.compat.wire import Answer
from tests.providers import keys, script
from tests.providers.asked import OURS, THEIRS

STATE = """
SELECT "id", "identifier", "value", "expiresAt", "createdAt", "updatedAt"
  FROM "verification" WHERE "identifier" = 'auth-state:' || %(state)s
"""
TOKENS = """
SELECT a."id", a."accountId", a."providerId", a."userId", a."scope", a."accessToken", a."refreshToken", a."idToken",
       a."accessTokenExpiresAt", a."refreshTokenExpiresAt", a."createdAt", a."updatedAt"
  FROM "account" a LEFT JOIN "user" u ON u."id" = a."userId"
 WHERE a."accountId" = %(account)s OR u."email" = %(email)s
 ORDER BY a."providerId", a."createdAt", a."accountId"
"""
KEEP_TOKENS = """
UPDATE "account" SET "accessToken" = %(access)s, "refreshToken" = %(refresh)s, "idToken" = %(id_token)s,
       "accessTokenExpiresAt" = now() + %(seconds)s * interval '1 second', "scope" = %(scope)s
 WHERE "id" = %(row)s
"""


class Visit:
    """One visit of a caller's to a provider, where they are called by the caller's number and address."""

    def __init__(self, caller: Caller, provider: str, **who: Any) -> None:
        self.caller, self.provider = caller, provider
        self.who = Who(**{"sub": caller.number, "email": caller.email} | who)
        self.name = f"{provider}-{caller.number}"
        self.state = self.nonce = ""
        self.times = 0
        self._read = len(self._seen())

    # The way there

    def start(self, path: str = "/sign-in/social", **body: Any) -> Answer:
        """Asks where to go; what comes in the address is remembered, and what was left of another visit is not."""
        self.caller.jar.pop(self.caller.cookie_name("state"), None)
        answer = self.caller.post(path, {"provider": self.provider, "callbackURL": "/welcome"} | body)
        try:
            query = parse_qs(urlsplit(json.loads(answer.body)["url"]).query)
        except (KeyError, ValueError):
            return answer
        self.times += 1
        self.state = query.get("state", [""])[0]
        self.nonce = query.get("nonce", [""])[0]
        return answer

    def kept(self) -> None:
        """Compares what is remembered for the way back."""
        rows = self.caller.sql(STATE, state=self.state)
        self._look("verification of the state", [self._state(row) for row in rows])

    def _state(self, row: dict[str, Any]) -> dict[str, Any]:
        value = json.loads(row["value"])
        if "link" in value:
            value["link"]["encryptedSessionToken"] = self._open(
                value["link"]["encryptedSessionToken"], "oauth-link-session-token"
            )
        dates = {name: row[name].timestamp() * 1000 for name in ("expiresAt", "createdAt", "updatedAt")}
        identifier = row["identifier"].removeprefix("auth-state:")
        return {"oauthState": identifier, "value": value} | {name: int(at) for name, at in dates.items()}

    # The way back

    def script(self, **token: Any) -> script.Script:
        """What the provider says of them; `token` are members of the token endpoint's answer."""
        if self.nonce and self.provider not in profiles.BY_TOKEN:
            said = profiles.claims(self.provider, self.who, nonce=self.nonce)
            token = {"id_token": {"claims": said}} | token
        return profiles.script(self.provider, self.who, **token)

    def code(self, **changes: Any) -> str:
        """A code for that, whole answers of which may be changed."""
        return script.code(self.name, **{"visit": self.times} | self.script() | changes)

    def back(self, code: str | None = None, **query: str) -> Answer:
        """Comes back with a code."""
        said = {"code": self.code() if code is None else code, "state": self.state} | query
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in said.items())
        return self.caller.get(f"/callback/{self.provider}?{text}")

    def whole(self, **changes: Any) -> Answer:
        """There and back."""
        self.start()
        return self.back(self.code(**changes))

    # Looks

    def _seen(self) -> list[dict[str, Any]]:
        server = self.caller.server
        assert server.parties is not None, "an option set without third parties"
        return server.parties.seen(self.name, OURS if isinstance(server, Ours) else THEIRS)

    def outgoing(self) -> None:
        """Compares what the provider was asked since the last look."""
        seen = self._seen()
        self._look("what the provider was asked", [_asked(asked) for asked in seen[self._read :]])
        self._read = len(seen)

    def rows(self) -> None:
        """Compares the user, their accounts with tokens, and their sessions."""
        self.caller.tables()
        self.caller.tables(f"{self.who.sub}@{self.provider}.placeholder.invalid")
        self.accounts()

    def accounts(self) -> None:
        """Compares the accounts with their tokens."""
        found = self.caller.sql(TOKENS, account=self.who.sub, email=self.caller.email)
        self._look("account with its tokens", [self._account(row) for row in found])

    def _account(self, row: dict[str, Any]) -> dict[str, Any]:
        tokens = {name: self._token(row[name]) for name in ("accessToken", "refreshToken")}
        said = keys.claims_of(row["idToken"] or "") or row["idToken"]
        dates = {name: row[name] and int(row[name].timestamp() * 1000) for name in row if name.endswith("At")}
        return row | tokens | {"idToken": said} | dates

    def _token(self, text: str | None) -> Any:
        if not text or script.read(text):
            return text and _told(text)
        opened = self._open(text)
        return {"sealed": _told(opened)} if opened != text else text

    def _open(self, text: str, purpose: str = "") -> str:
        keyring = Keyring(self.caller.options.secret)
        try:
            return encryption.decrypt(encryption.for_purpose(keyring, purpose) if purpose else keyring, text)
        except encryption.DecryptionError:
            return text

    def _look(self, what: str, found: Any) -> None:
        self.caller.heard.append(Look(what, found, time.time()))

    # Accounts that are there already

    def account(self, user: str, **how: Any) -> str:
        """An account of theirs, with its tokens; its row's id. `seconds` is how long the access token is still good."""
        row = self.caller.account(user, self.provider, self.who.sub)
        found = script.tokens({"id": self.name} | self.script() | how.pop("script", {}), script.answer({}))[
            "body"
        ]
        values = {
            "access": found["access_token"],
            "refresh": found["refresh_token"],
            "id_token": found.get("id_token"),
            "seconds": 3600,
            "scope": "one",
        }
        self.caller.sql(KEEP_TOKENS, row=row, **values | how)
        return row


def _asked(asked: dict[str, Any]) -> dict[str, Any]:
    """A request as it is compared: who asked, that they take anything, and how a path is escaped is no difference."""
    headers = dict(asked["headers"])
    headers.pop("user-agent", None)
    if headers.get("accept") == "*/*":
        headers["accept"] = "application/json"
    if "content-type" in headers:
        headers["content-type"] = headers["content-type"].partition(";")[0]
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if token:
        headers["authorization"] = f"{scheme.capitalize()} {_told(token)}"
    return asked | {
        "headers": dict(sorted(headers.items())),
        "url": _url(asked["url"]),
        "body": _body(asked["body"]),
    }


def _url(url: str) -> str:
    head, mark, query = url.partition("?")
    head = unquote(head)
    pairs = [pair.partition("=") for pair in query.split("&")]
    return head + mark + "&".join(f"{name}{equals}{_told(unquote(value))}" for name, equals, value in pairs)


def _body(body: Any) -> Any:
    if isinstance(body, dict):
        return {name: _body(value) for name, value in body.items()}
    return _told(body) if isinstance(body, str) else body


def _told(text: str) -> str:
    """Which token of a script it is, in words; how a query of GraphQL is laid out is no difference."""
    found = script.read(text)
    if found is None:
        return " ".join(text.split())
    return f"<{found.get('for', 'code')} {found['id']} of visit {found.get('visit')}, round {found.get(script.ROUND, 0)}>"
