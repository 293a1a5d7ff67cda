"""What of requests at once, and of things that were kept, better-auth takes twice and we take once; see PURPOSES."""

from __future__ import annotations

import time

from tests.compat.at_once import LONGEST, holding, several, until
from tests.compat.caller import PASSWORD, Caller, Look
from tests.compat.case import Group
from tests.compat.cases import email_otp, factors
from tests.compat.servers import Ours
from tests.compat.visit import Visit
from tests.compat.wire import Answer
from tests.providers.script import answer

group = Group()
HOLD = """SELECT 1 FROM "verification" WHERE "identifier" = %(identifier)s FOR UPDATE"""
NAME = """
INSERT INTO "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt", "username", "displayUsername")
VALUES (%(id)s, 'Bo', 'bo-' || %(email)s, false, now(), now(), %(name)s, %(name)s)
"""


def _say(caller: Caller, what: str, found: object) -> None:
    """What is compared in place of all that was asked."""
    caller.heard[:] = [Look(what, found, time.time())]


def _came_in(found: Answer) -> bool:
    return found.status == 302 and not any("error=" in place for place in found.all("location"))


@group.case("GET /callback/:id", "a state in a cookie that was kept", "social-mail")
def kept(caller: Caller) -> None:
    """Nothing but the cookie says that there was such a sign-in, unless somebody remembers."""
    visit, name = Visit(caller, "github", verified=True), caller.cookie_name("oauth_state")
    visit.start()
    sealed, found = caller.jar[name], []
    for _ in range(3):
        caller.jar = {name: sealed}
        found.append(_came_in(visit.back()))
    _say(caller, "callbacks by a state in a cookie that was kept", found)


@group.case("GET /callback/:id", "one state, two at once", "social")
def callbacks(caller: Caller) -> None:
    """Both have found the row before either takes it away."""
    visit = Visit(caller, "github", verified=True)
    visit.whole()
    caller.jar.clear()
    visit.start()
    identifier = f"auth-state:{visit.state}"
    with holding(caller, HOLD, identifier=identifier) as row, several() as begin:
        asked = [begin(visit.back) for _ in range(2)]
        row.wait_for(2)
        row.let_go()
    _say(caller, "callbacks at once by one state", sum(_came_in(each.result()) for each in asked))


@group.case("POST /get-access-token", "an old token, two at once", "social")
def refreshes(caller: Caller) -> None:
    """The provider answers once both have asked it; of ours the second waits for what the first is given."""
    user, _ = caller.signed_in()
    visit, mine = Visit(caller, "discord"), isinstance(caller.server, Ours)
    gate = f"{visit.name}-{mine}"
    row = visit.account(user, seconds=-100, script={"refresh": answer({}, gate=gate)})
    parties, before = caller.server.parties, len(visit._seen())
    assert parties is not None, "an option set without third parties"
    with several() as begin:
        asked = [begin(lambda: caller.post("/get-access-token", {"accountId": row})) for _ in range(2)]
        until(lambda: len(visit._seen()) > before)
        until(lambda: len(visit._seen()) > before + 1, 0.5 if mine else LONGEST)
        parties.gate(gate).set()
    statuses = [each.result().status for each in asked]
    _say(caller, "refresh tokens that two at once have sent", [statuses, len(visit._seen()) - before])


@group.case("POST /sign-in/email-otp", "a wrong code and the right one at once", "email-otp")
def guesses(caller: Caller) -> None:
    """The right one finds nothing there while the wrong one is looked at."""
    email_otp.keep(caller)
    with holding(caller, HOLD, identifier=f"sign-in-otp-{caller.email}") as row, several() as begin:
        body = {"email": caller.email, "otp": "000000"}
        wrong = begin(lambda: caller.post("/sign-in/email-otp", body, cookie=None))
        row.wait_for(1)
        right = begin(lambda: caller.post("/sign-in/email-otp", body | {"otp": email_otp.CODE}, cookie=None))
        row.wait_for(2)
        row.let_go()
    _say(caller, "a wrong code and the right one at once", [wrong.result().status, right.result().status])


@group.case("POST /two-factor/verify-totp", "a wrong code and the right one at once", "two-factor")
def factor_guesses(caller: Caller) -> None:
    """The count of tries is away while the wrong one is looked at, and the sign-in is told to be none."""
    code = factors.code(factors.challenged(caller).get("totpURI", ""))
    cookie, identifier = caller.cookies(), f"2fa-attempts-{factors.waiting(caller)}"

    def tell(text: str) -> Answer:
        return caller.post("/two-factor/verify-totp", {"code": text}, cookie=cookie)

    with holding(caller, HOLD, identifier=identifier) as row, several() as begin:
        wrong = begin(lambda: tell("x"))
        row.wait_for(1)
        right = begin(lambda: tell(code))
        row.wait_for(2)
        row.let_go()
    found = [wrong.result().status, right.result().status]
    _say(caller, "a wrong code of an authenticator and the right one at once", found)


@group.case("POST /sign-up/email", "a name that somebody else is just taking", "username")
def names(caller: Caller) -> None:
    """It was free when it was looked for."""
    name = f"n{caller.number}"
    body = {"name": "Ada", "email": caller.email, "password": PASSWORD, "username": name}
    with (
        holding(caller, NAME, id=caller.random_id(), email=caller.email, name=name) as row,
        several() as begin,
    ):
        asked = begin(lambda: caller.post("/sign-up/email", body))
        row.wait_for(1)
        row.let_go()
    _say(caller, "a name that somebody else was just taking", asked.result().status)
