"""What a sign-in at a provider has to remember, in a cookie that only the server can read."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.cases.social import ENDS
from tests.compat.visit import Visit

group = Group()
ON = "social-mail"
BACK, LINK = "GET /callback/:id", "POST /link-social"
NAME = "oauth_state"


@group.case(BACK, "a state in a cookie", ON)
def whole(caller: Caller) -> None:
    """With all that it may hold; then it is gone."""
    visit = Visit(caller, "github")
    more: dict[str, Any] = {
        "requestSignUp": True,
        "additionalData": {"a": 1, "oauthState": "x", "expiresAt": 5},
    }
    visit.start(**ENDS, **more)
    visit.kept()
    visit.back()
    visit.back()
    caller.get("/get-session")


@group.case(BACK, "a state in a cookie that does not fit", ON)
def wrong(caller: Caller) -> None:
    """Of another sign-in, cut, changed, somebody else's words, none."""
    visit, name = Visit(caller, "github"), caller.cookie_name(NAME)
    visit.start(**ENDS)
    sealed, state = caller.jar[name], visit.state
    visit.start(**ENDS)
    caller.get(f"/callback/github?code=c&state={state}")
    for value in (sealed[:-2], sealed[:-2] + "00", "x", "", "%22%22", state, None):
        if value is None:
            caller.jar.pop(name, None)
        else:
            caller.jar[name] = value
        caller.get(f"/callback/github?code=c&state={state}")
    caller.jar[name] = sealed
    for query in ("code=c", "code=c&state=", "code=c&state=%00", f"error=access_denied&state={state}"):
        caller.get(f"/callback/github?{query}")


@group.case(LINK, "a state in a cookie", ON)
def linked(caller: Caller) -> None:
    caller.signed_in()
    visit = Visit(caller, "github")
    visit.start("/link-social", **ENDS)
    visit.back()
    visit.rows()
