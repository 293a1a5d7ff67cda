"""New passwords that somebody has published."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.servers import Ours
from tests.providers import pwned
from tests.providers.asked import OURS, THEIRS

group = Group()
ON = "have-i-been-pwned"
SIGN_UP, CHANGE, RESET = "POST /sign-up/email", "POST /change-password", "POST /reset-password"
BY_CODE = "POST /email-otp/reset-password"
STOLEN = "a password that was stolen"
JUDGED = [(each, each) for each, count in pwned.COUNTS.items() if count in ("42", "0", "1")]
# Which the reference refuses with a 500, whatever the password is.
UNKNOWN = [
    each for each, count in pwned.COUNTS.items() if count not in ("42", "0", "1") and each != "password1"
]


def _sign_up(caller: Caller, password: str) -> int:
    body = {"name": "Ada", "email": caller.email, "password": password}
    return caller.post("/sign-up/email", body, cookie=None).status


@group.case(SIGN_UP, "a password that nobody has published", ON)
def unknown(caller: Caller) -> None:
    """And what was asked for it."""
    password = f"{PASSWORD} {caller.number}"
    _sign_up(caller, password)
    caller.tables()
    server = caller.server
    assert server.parties is not None
    seen = server.parties.seen(pwned.path(password), OURS if isinstance(server, Ours) else THEIRS)
    asked = [(each["method"], each["url"], each["headers"].get("add-padding"), each["body"]) for each in seen]
    caller.heard.append(Look("what was asked", asked, time.time()))


def _judged(caller: Caller, password: str) -> None:
    _sign_up(caller, password)
    caller.tables()
    caller.post("/sign-in/email", {"email": caller.email, "password": password})


group.each(SIGN_UP, "is", JUDGED, _judged, (ON,))


@group.case(SIGN_UP, "what else is wrong", ON)
def order(caller: Caller) -> None:
    """Comes first."""
    for body in (
        {"name": "Ada", "email": caller.email, "password": "short"},
        {"name": "Ada", "email": "no address", "password": STOLEN},
        {"email": caller.email, "password": STOLEN},
    ):
        caller.post("/sign-up/email", body, cookie=None)
    caller.person()
    _sign_up(caller, STOLEN)


def _change(caller: Caller, password: str) -> None:
    caller.signed_in()
    wrong = {"currentPassword": "not the password", "newPassword": password}
    caller.post("/change-password", wrong)
    caller.post("/change-password", wrong | {"currentPassword": PASSWORD})
    caller.tables()


group.each(CHANGE, "to", JUDGED, _change, (ON,))


@group.case(RESET, "to a password that was published, and then to another", ON)
def reset(caller: Caller) -> None:
    """The token is still good after the refusal."""
    caller.person()
    caller.post("/request-password-reset", {"email": caller.email, "redirectTo": "/reset"}, cookie=None)
    mail = caller.mail(wait=5)
    url = urlsplit(mail.url if mail else "")
    token = url.path.rpartition("/")[2] or parse_qs(url.query).get("token", [""])[0]
    for password in (STOLEN, "a quite new password"):
        caller.post("/reset-password", {"token": token, "newPassword": password}, cookie=None)
    caller.tables()


@group.case(BY_CODE, "to a password that was published, and then to another", ON)
def reset_by_code(caller: Caller) -> None:
    """With a code for each, as the reference uses it up."""
    caller.person(verified=True)
    for password in (STOLEN, "a quite new password"):
        caller.post("/email-otp/request-password-reset", {"email": caller.email}, cookie=None)
        mail = caller.mail(wait=5)
        body = {"email": caller.email, "otp": mail.code if mail else "", "password": password}
        caller.post("/email-otp/reset-password", body, cookie=None)
    caller.tables()


@group.case("POST /sign-in/email", "with a password that was published", ON)
def old(caller: Caller) -> None:
    """Is nobody's business."""
    caller.person(password=STOLEN)
    caller.post("/sign-in/email", {"email": caller.email, "password": STOLEN})


@group.case(SIGN_UP, "where nobody says how often a password was published", ON)
def away(caller: Caller) -> None:
    """Nobody comes in there; here they do, unless it is one of the most used."""
    statuses = [
        caller.post(
            "/sign-up/email",
            {"name": "Ada", "email": f"{number}{caller.email}", "password": password},
            cookie=None,
        ).status
        for number, password in enumerate((*UNKNOWN, "password1"))
    ]
    caller.heard.clear()
    caller.heard.append(Look("passwords that nobody could judge", statuses, time.time()))
