"""A riddle before signing up, signing in and asking for a reset: what is answered, and what its provider was asked."""

from __future__ import annotations

import time
from typing import Any

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.visit import Visit
from tests.providers import script
from tests.providers.script import answer

group = Group()
TURNSTILE, GOOGLE, HCAPTCHA, LIMITED = (
    f"captcha-{name}" for name in ("cloudflare-turnstile", "google-recaptcha", "hcaptcha", "limits")
)
ALL = (TURNSTILE, GOOGLE, HCAPTCHA)
SIGN_UP, SIGN_IN, RESET = "POST /sign-up/email", "POST /sign-in/email", "POST /request-password-reset"
GOOD = answer({"success": True})


class Riddle(Visit):
    """A visit of nobody: what the provider of riddles was asked for it."""

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller, "google")

    def answer(self, said: Any = GOOD) -> dict[str, str | None]:
        """A header with an answer, of which the provider says this."""
        return {"x-captcha-response": script.code(self.name, profile=said)}


def _body(caller: Caller) -> dict[str, str]:
    return {"name": "Ada", "email": caller.email, "password": PASSWORD}


def _answered(caller: Caller, said: Any) -> None:
    riddle = Riddle(caller)
    caller.post("/sign-up/email", _body(caller), headers=riddle.answer(said))
    riddle.outgoing()
    caller.tables()


SAID: list[tuple[str, Any]] = [
    ("yes", GOOD),
    ("no", answer({"success": False, "error-codes": ["invalid-input-response"]})),
    ("yes, as a number", answer({"success": 1})),
    ("yes, as text", answer({"success": "false"})),
    ("zero", answer({"success": 0})),
    ("an empty text", answer({"success": ""})),
    ("null", answer({"success": None})),
    ("an object", answer({"success": {}})),
    ("nothing of it", answer({})),
    ("a list", answer([True])),
    ("true", answer(text="true")),
    ("null alone", answer(text="null")),
    ("text", answer(text="success", headers={"Content-Type": "text/plain"})),
    ("JSON as text", answer(text='{"success":true}', headers={"Content-Type": "text/plain"})),
    ("broken JSON", answer(text='{"success":tru')),
    ("nothing", answer(text="")),
    ("no content", answer(text="", status=204)),
    ("400", answer({"success": True}, 400)),
    ("500", answer({"success": True}, 500)),
    ("503", answer(text="away", status=503)),
    ("half", answer({"success": True}, cut=True)),
    ("a high score", answer({"success": True, "score": 0.9, "action": "login", "hostname": "evil.com"})),
    ("half a score", answer({"success": True, "score": 0.5})),
    ("a low score", answer({"success": True, "score": 0.49})),
    ("no score at all", answer({"success": True, "score": 0})),
    ("a score as text", answer({"success": True, "score": "0.1"})),
    ("a score that is true", answer({"success": True, "score": True})),
    ("a score of null", answer({"success": True, "score": None})),
    ("a low score without success", answer({"score": 0.1})),
]
for _option in ALL:
    group.each(SIGN_UP, f"{_option} says", SAID, _answered, (_option,))


@group.case(SIGN_IN, "without an answer", *ALL)
def missing(caller: Caller) -> None:
    """Before the body, its type and the method are looked at."""
    riddle = Riddle(caller)
    for path in ("/sign-up/email", "/sign-in/email", "/request-password-reset"):
        for value in (None, "", " ", "\t"):
            caller.post(path, _body(caller), headers={"x-captcha-response": value})
        caller.post(path, b"{", headers={"Content-Type": "text/plain"})
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            caller.send(method, path)
    riddle.outgoing()


@group.case(SIGN_IN, "other ways to write the path", HCAPTCHA)
def paths(caller: Caller) -> None:
    """Which are no way around it."""
    riddle = Riddle(caller)
    for path in (
        *(
            "/sign-in/email/",
            "//sign-in/email",
            "/sign-in//email",
            "/sign-in/email//",
            "///sign-in///email///",
        ),
        *("/sign-in/email?x=1", "/sign-in/../sign-in/email", "/./sign-in/email", "/Sign-In/email"),
        *("/sign-in%2Femail", "/sign-in/%65mail", "/sign-in/email;x", "/sign-in/email/x", "/sign-in", "/ok"),
        *("/sign-in/social", "/get-session", "/change-password", "/reset-password"),
    ):
        caller.post(path, _body(caller))
        caller.post(path, _body(caller), headers=riddle.answer())
    riddle.outgoing()


@group.case(SIGN_IN, "signing up, in and asking for a reset", *ALL)
def going_on(caller: Caller) -> None:
    """Each with an answer of its own."""
    riddle = Riddle(caller)
    for path in ("/sign-up/email", "/sign-in/email", "/request-password-reset"):
        caller.post(path, _body(caller), headers=riddle.answer())
    caller.mail(wait=6)
    caller.post("/sign-in/email", _body(caller) | {"password": "wrong"}, headers=riddle.answer())
    caller.post("/sign-in/email", {}, headers=riddle.answer())
    caller.post("/sign-in/email", b"{", headers=riddle.answer())
    caller.post("/sign-up/email", _body(caller), headers=riddle.answer() | {"Origin": "https://evil.com"})
    caller.send("GET", "/sign-in/email", headers=riddle.answer())
    riddle.outgoing()
    caller.tables()


@group.case(SIGN_IN, "an answer of odd letters", *ALL)
def odd(caller: Caller) -> None:
    """Which no provider has given."""
    for value in ("x" * 3000, "a b", "a&success=true", "\u00e4\u00f6", "a,b", "~!*()'"):
        caller.post("/sign-in/email", _body(caller), headers={"x-captcha-response": value})


@group.case(SIGN_IN, "the limit comes first", LIMITED)
def limited(caller: Caller) -> None:
    """Who asks too often is not even told that an answer is missing."""
    riddle = Riddle(caller)
    for _ in range(5):
        caller.post("/sign-in/email", _body(caller))
    caller.post("/sign-in/email", _body(caller), headers=riddle.answer())
    riddle.outgoing()


@group.case(SIGN_UP, "the same answer twice", HCAPTCHA)
def twice(caller: Caller) -> None:
    """Whether it counts again is its provider's to say: each is asked for."""
    riddle = Riddle(caller)
    given = riddle.answer()
    for _ in range(2):
        caller.post("/sign-up/email", _body(caller), headers=given)
    riddle.outgoing()
    caller.heard.append(Look("times", len(riddle._seen()), time.time()))
