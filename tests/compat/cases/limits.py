"""Rate limits, and the address that they and sessions go by."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import MISSING, PASSWORD, Caller
from tests.compat.case import Group

group = Group()
AT = "rate limits"
STORES = ("limits", "limits-database")

PATHS: list[tuple[str, str, Any]] = [
    ("POST", "/sign-in/email", {"email": "unknown@example.com", "password": PASSWORD}),
    ("POST", "/sign-up/email", {"email": "x"}),
    ("POST", "/sign-in/social", {"provider": "google"}),
    ("POST", "/change-password", {}),
    ("POST", "/change-email", {}),
    ("POST", "/request-password-reset", {"email": "unknown@example.com"}),
    ("POST", "/send-verification-email", {"email": "x"}),
    ("POST", "/forget-password", {}),
    ("POST", "/sign-in/nothing", {}),
    ("GET", "/sign-in", MISSING),
    ("GET", "/sign-up/email", MISSING),
    ("POST", "/sign-in/email/", {}),
    ("POST", "/verify-password", {}),
    ("POST", "/reset-password", {}),
]


def _five(caller: Caller, request: tuple[str, str, Any]) -> None:
    method, path, body = request
    for _ in range(5):
        caller.send(method, path, body, cookie=None)


group.each(
    AT,
    "five times",
    [(f"{method} {path}", (method, path, body)) for method, path, body in PATHS],
    _five,
    STORES,
)


@group.case(AT, "100 in ten seconds", *STORES)
def hundred(caller: Caller) -> None:
    """The 101st is refused, and the other paths are not."""
    for _ in range(102):
        caller.get("/ok", cookie=None)
    caller.get("/get-session", cookie=None)
    caller.get("/ok?x=1", cookie=None)
    caller.get("/ok/", cookie=None)


@group.case(AT, "which comes first", "limits")
def order(caller: Caller) -> None:
    """429 before 404, 415, 403 and 400; a refused one does not count."""
    for _ in range(3):
        caller.post("/sign-in/email", {}, cookie=None)
    caller.post("/sign-in/email", b"x", cookie=None, headers={"Content-Type": "text/plain"})
    caller.post("/sign-in/email", {}, cookie="a=b", headers={"Origin": "https://evil.com"})
    caller.send("GET", "/sign-in/email", cookie=None)
    caller.send("OPTIONS", "/sign-in/email", cookie=None)
    caller.send("HEAD", "/sign-in/email", cookie=None)
    caller.post("/sign-in/email?x=1", {}, cookie=None)


@group.case(AT, "another address", *STORES)
def other_address(caller: Caller) -> None:
    """Each address has its own count."""
    for _ in range(4):
        caller.post("/sign-in/email", {}, cookie=None)
    caller.address = caller.address.replace("198.", "199.")
    caller.post("/sign-in/email", {}, cookie=None)


FORWARDED = [
    "203.0.113.7",
    "203.0.113.7, 10.0.0.1",
    "6.6.6.6, 203.0.113.7, 10.1.2.3",
    "6.6.6.6,203.0.113.7",
    "10.0.0.1",
    "10.0.0.1, 10.0.0.2",
    "nonsense",
    "203.0.113.7, nonsense",
    "nonsense, 203.0.113.7",
    "",
    " ",
    ",",
    "203.0.113.7,",
    "203.0.113.7:8080",
    "[2001:db8::1]:8080",
    "[2001:db8::1]",
    "2001:db8:1:2:3:4:5:6",
    "2001:DB8::1",
    "::1",
    "::ffff:203.0.113.7",
    "::ffff:cb00:7107",
    "::ffff:10.0.0.1",
    "fe80::1%eth0",
    "203.0.113.07",
    "203.0.113.256",
    "0x7f.1",
    "2130706433",
    "127.0.0.1",
    "unknown",
    "for=203.0.113.7",
]


# A port beside the address is understood by our server only.
WITH_PORT = {
    "203.0.113.7:8080": "203.0.113.7",
    "[2001:db8::1]:8080": "2001:0db8:0000:0000:0000:0000:0000:0000",
    "[2001:db8::1]": "2001:0db8:0000:0000:0000:0000:0000:0000",
}


def _forwarded(caller: Caller, value: str) -> None:
    caller.address = value
    caller.peer = WITH_PORT.get(value, caller.peer)
    caller.sign_up("new-" + caller.email)
    caller.tables("new-" + caller.email)


group.each(
    "client address", "forwarded", [(repr(value), value) for value in FORWARDED], _forwarded, ("proxies",)
)
