"""What we do otherwise for people whose address somebody else has used, and for names and resets; see PURPOSES."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from tests.compat import wire
from tests.compat.caller import MISSING, PASSWORD, Caller, Look
from tests.compat.case import Group

group = Group()
SIGN_UP = "POST /sign-up/email"
NEW = "another horse battery"


def _quietly(
    caller: Caller, method: str, path: str, body: Any = None, target: str | None = None
) -> wire.Answer:
    """A request whose answer differs on purpose; what is said of it is compared in its place."""
    said = len(caller.heard)
    answer = caller.send(method, path, MISSING if body is None else body, cookie=None, target=target)
    del caller.heard[said:]
    return answer


def _say(caller: Caller, what: str, found: Any) -> None:
    caller.heard.append(Look(what, found, time.time()))


def _newest(caller: Caller, known: int) -> str:
    """The path and query of the link in the newest mail, which comes beyond those known."""
    until = time.monotonic() + 5
    while len(found := caller.server.mails(caller.email)) <= known and time.monotonic() < until:
        time.sleep(0.02)
    parts = urlsplit(found[-1].url)
    return f"{parts.path}?{parts.query}"


def _comes_in(caller: Caller, password: str) -> bool:
    body = {"email": caller.email, "password": password}
    return _quietly(caller, "POST", "/sign-in/email", body).status == 200


@group.case(SIGN_UP, "an unproven address that somebody else signed up", "verified")
def unproven(caller: Caller) -> None:
    """The same answers; the password that counts is that of the sign-up whose link was followed."""
    caller.sign_up(name="Mallory")
    body = {"name": "Ada", "email": caller.email, "password": NEW}
    caller.jar.clear()
    caller.post("/sign-up/email", body)
    time.sleep(2)  # so long a mail of the second may take, of which better-auth has none
    known = len(caller.server.mails(caller.email))
    caller.post("/send-verification-email", {"email": caller.email})
    _quietly(caller, "GET", "", target=_newest(caller, known))
    _say(caller, "passwords that count", [_comes_in(caller, PASSWORD), _comes_in(caller, NEW)])


@group.case("POST /request-password-reset", "without redirectTo, and the link followed")
def without_redirect(caller: Caller) -> None:
    """Where the link of the mail ends."""
    caller.person()
    known = len(caller.server.mails(caller.email))
    caller.post("/request-password-reset", {"email": caller.email})
    answer = _quietly(caller, "GET", "", target=_newest(caller, known))
    place = urlsplit((answer.all("location") or ["nowhere"])[0])
    _say(caller, "where a reset ends", [place.path, place.query.partition("=")[0]])


def _two_links(caller: Caller, newer_first: bool) -> None:
    caller.person(password="x")
    links = []
    for _ in range(2):
        known = len(caller.server.mails(caller.email))
        caller.post("/request-password-reset", {"email": caller.email, "redirectTo": "/reset"})
        links.append(_newest(caller, known))
    tokens = [urlsplit(link).path.rpartition("/")[2] for link in links]
    bodies = [{"token": token, "newPassword": NEW} for token in (reversed(tokens) if newer_first else tokens)]
    statuses = [_quietly(caller, "POST", "/reset-password", body).status for body in bodies]
    _say(caller, "another reset after a reset", statuses)


group.each(
    "POST /reset-password",
    "two tokens",
    [("the older first", False), ("the newer first", True)],
    _two_links,
)


@group.case(SIGN_UP, "a name of which nothing shows")
def blank_name(caller: Caller) -> None:
    """Taken there, refused here."""
    body = {"name": "\u200b\u2060", "email": caller.email, "password": PASSWORD}
    _say(caller, "a blank name", _quietly(caller, "POST", "/sign-up/email", body).status)
