"""What every endpoint for signed-in people does with those who are not, or not quite."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.case import Group

group = Group()

NEW_PASSWORD = "another horse battery"
ENDPOINTS: list[tuple[str, str, Any]] = [
    ("GET", "/list-sessions", MISSING),
    ("POST", "/revoke-session", {"token": "x"}),
    ("POST", "/revoke-sessions", {}),
    ("POST", "/revoke-other-sessions", {}),
    ("POST", "/update-session", {"name": "x"}),
    ("POST", "/update-user", {"name": "Bo"}),
    ("POST", "/change-password", {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}),
    ("POST", "/verify-password", {"password": PASSWORD}),
    ("POST", "/change-email", {"newEmail": "somebody-new@example.com"}),
    ("POST", "/send-verification-email", {"email": "nobody-here@example.com"}),
    ("POST", "/delete-user", {}),
    ("GET", "/delete-user/callback?token=x", MISSING),
    ("GET", "/list-accounts", MISSING),
    ("POST", "/unlink-account", {"accountId": "x"}),
    ("POST", "/link-social", {"provider": "google"}),
    ("POST", "/get-access-token", {"accountId": "x"}),
    ("POST", "/refresh-token", {"accountId": "x"}),
    ("GET", "/account-info?accountId=x", MISSING),
]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CACHES = ("plain", "https", "short-lived", "cache-compact")


class Door:
    """One endpoint, asked by different people."""

    def __init__(self, method: str, path: str, body: Any) -> None:
        self.method, self.path, self.body = method, path, body
        self.name = f"{method} {path.partition('?')[0]}"

    def ask(self, caller: Caller, body: Any = None, **how: Any) -> None:
        """The endpoint's own request."""
        caller.send(self.method, self.path, self.body if body is None else body, **how)

    def nobody(self, caller: Caller) -> None:
        """No cookie at all, then somebody else's."""
        self.ask(caller, cookie=None)
        self.ask(caller, cookie="a=b", headers={"Origin": caller.origin})

    def forged(self, caller: Caller) -> None:
        """A cookie signed by somebody else."""
        caller.signed_in()
        name = caller.cookie_name("session_token")
        caller.jar[name] = caller.sign("x" * 32, "another secret, long enough for anyone")
        self.ask(caller)

    def expired(self, caller: Caller) -> None:
        """A session that has ended, with every cookie there."""
        caller.signed_in(expires_in=-5)
        caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
        self.ask(caller)
        caller.tables()

    def vanished(self, caller: Caller) -> None:
        """A good signature over a token that is not there."""
        caller.jar[caller.cookie_name("session_token")] = caller.sign("x" * 32)
        self.ask(caller)

    def stale(self, caller: Caller) -> None:
        """A session older than a fresh one may be."""
        caller.signed_in(created_ago=200_000, expires_in=604_700)
        self.ask(caller)
        caller.tables()

    def due(self, caller: Caller) -> None:
        """A session whose refresh is due."""
        caller.signed_in(expires_in=1000)
        self.ask(caller)
        caller.tables()

    def due_not_remembered(self, caller: Caller) -> None:
        """The same, not remembered."""
        caller.signed_in(expires_in=1000)
        caller.jar[caller.cookie_name("dont_remember")] = caller.sign("true")
        self.ask(caller)
        caller.tables()

    def origins(self, caller: Caller) -> None:
        """Pages that are not trusted, and no page at all."""
        caller.signed_in()
        for origin in ("https://evil.com", "null", None):
            self.ask(caller, headers={"Origin": origin})

    def methods(self, caller: Caller) -> None:
        """Every other method."""
        caller.signed_in()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            if method != self.method:
                caller.send(method, self.path, {} if method == "POST" else MISSING)

    def bodies(self, caller: Caller) -> None:
        """Bodies that are no JSON object, first from nobody, then from somebody."""
        for signed_in in (False, True):
            if signed_in:
                caller.signed_in()
            for body in (b"", b"{", b"null", b"[]", b'"x"', b"5", b"true", b"{}"):
                self.ask(caller, body)
            self.ask(caller, MISSING)
            self.ask(caller, b"a=b", headers=FORM)
            self.ask(caller, b"<x/>", headers={"Content-Type": "text/xml"})

    def targets(self, caller: Caller) -> None:
        """Redirect targets elsewhere, which are looked at before the session."""
        for member in ("callbackURL", "redirectTo", "errorCallbackURL", "newUserCallbackURL"):
            for value in ("https://evil.com", "/fine", 5):
                self.ask(caller, self.body | {member: value}, cookie=None)

    def cookieless_query(self, caller: Caller) -> None:
        """get-session's own query members reach the session that is looked up here."""
        caller.signed_in(expires_in=1000)
        joint = "&" if "?" in self.path else "?"
        for query in ("disableRefresh=true", "disableCookieCache=true"):
            caller.send(self.method, f"{self.path}{joint}{query}", self.body)
            caller.tables()


for _method, _path, _body in ENDPOINTS:
    _door = Door(_method, _path, _body)
    group.add(_door.name, "nobody", _door.nobody, "plain", "https")
    group.add(_door.name, "forged cookie", _door.forged)
    group.add(_door.name, "expired session", _door.expired, "plain", "https", "cache-compact")
    group.add(_door.name, "vanished session", _door.vanished)
    group.add(_door.name, "session not fresh", _door.stale, *CACHES)
    group.add(_door.name, "refresh due", _door.due, *CACHES)
    group.add(_door.name, "refresh due, not remembered", _door.due_not_remembered)
    group.add(_door.name, "origins", _door.origins)
    group.add(_door.name, "other methods", _door.methods)
    group.add(_door.name, "session query", _door.cookieless_query)
    if _method == "POST":
        group.add(_door.name, "bodies", _door.bodies)
        group.add(_door.name, "redirect targets", _door.targets)
