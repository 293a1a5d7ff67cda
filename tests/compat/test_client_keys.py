"""The client plugins of better-auth for other keys than a password: they see the same from both servers."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import Caller
from tests.compat.options import OPTION_SETS
from tests.compat.pair import Pair
from tests.compat.profiles import Who
from tests.compat.servers import Server
from tests.compat.test_client import masked, talk
from tests.providers.travel import code_of

PASSWORD = "correct horse battery"
Steps = tuple[tuple[str, str, Any], ...]


def both(servers: Pair, name: str, steps: Steps) -> dict[str, Any]:
    """What ours says, which is what theirs says, too."""
    ours, theirs = (talk(found[name], *steps) for found in (servers.ours, servers.theirs))
    return same(ours, theirs)


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Ours, but for what is ours on purpose: `session` beside a token, `error` in a refusal."""
    for step, said in ours.items():
        for part, more in (("error", "error"), ("data", "session")):
            if isinstance(said.get(part), dict) and more not in (theirs[step].get(part) or {}):
                said[part].pop(more, None)
    for step, said in theirs.items():
        assert masked({step: ours[step]}) == masked({step: said})
    return ours


def test_a_guest_who_becomes_somebody(servers: Pair) -> None:
    person = {"name": "Ada", "email": "guest@example.com", "password": PASSWORD}
    steps: Steps = (
        ("guest", "signIn.anonymous", None),
        ("again", "signIn.anonymous", None),
        ("somebody", "signUp.email", person),
        ("session", "getSession", {}),
        ("no guest", "deleteAnonymousUser", None),
    )
    found = both(servers, "anonymous", steps)
    assert found["guest"]["data"]["user"]["isAnonymous"] is True
    assert found["session"]["data"]["user"]["email"] == "guest@example.com"
    assert found["no guest"]["error"]["code"] == "USER_IS_NOT_ANONYMOUS"


def test_two_people_at_one_browser(servers: Pair) -> None:
    people = [
        {"name": name, "email": f"{name}@multi.example", "password": PASSWORD} for name in ("ada", "bo")
    ]
    steps: Steps = (
        ("ada", "signUp.email", people[0]),
        ("bo", "signUp.email", people[1]),
        ("both", "multiSession.listDeviceSessions", {}),
        ("unknown", "multiSession.setActive", {"sessionToken": "x"}),
        ("out", "signOut", None),
        ("nobody", "multiSession.listDeviceSessions", {}),
    )
    found = both(servers, "multi-session", steps)
    assert [each["user"]["name"] for each in found["both"]["data"]] == ["ada", "bo"]
    assert found["nobody"]["data"] == []


def by_number(server: Server) -> dict[str, Any]:
    """Signing up with a number, and in with a password that a code has chosen."""
    number = "+4930777777"
    person = Caller(server, OPTION_SETS["phone-number"], "the client's number")
    said = talk(server, ("asked", "phoneNumber.sendOtp", {"phoneNumber": number}))
    mail = person.mail(number, wait=5)
    assert mail is not None
    given = {"phoneNumber": number, "code": mail.code}
    forgotten = ("forgotten", "phoneNumber.requestPasswordReset", {"phoneNumber": number})
    said |= talk(server, ("verified", "phoneNumber.verify", given), ("session", "getSession", {}), forgotten)
    mail = person.mail(number, wait=5)
    assert mail is not None
    reset = {"phoneNumber": number, "otp": mail.code, "newPassword": PASSWORD}
    password = {"phoneNumber": number, "password": PASSWORD}
    steps: Steps = (
        ("reset", "phoneNumber.resetPassword", reset),
        ("signed in", "signIn.phoneNumber", password),
        ("wrong", "signIn.phoneNumber", password | {"password": "wrong password"}),
    )
    return said | talk(server, *steps)


def test_a_number(servers: Pair) -> None:
    ours, theirs = by_number(servers.ours["phone-number"]), by_number(servers.theirs["phone-number"])
    found = same(ours, theirs)
    assert found["session"]["data"]["user"]["phoneNumber"] == "+4930777777"
    assert found["signed in"]["data"]["token"]


def test_an_account_at_a_provider(servers: Pair) -> None:
    ada, bo = Who("ada-1", "ada@social.example"), Who("bo-1", "bo@social.example")
    person = {"name": "Bo", "email": bo.email, "password": PASSWORD}
    to = {"provider": "google", "callbackURL": "/welcome", "disableRedirect": True}
    mine = {"accountId": "$account"}
    steps: Steps = (
        ("there", "signIn.social", to),
        ("back", "back", {"provider": "google", "code": code_of("google", ada)}),
        ("session", "getSession", {}),
        ("out", "signOut", None),
        ("bo", "signUp.email", person),
        ("link", "linkSocial", to),
        ("linked", "back", {"provider": "google", "code": code_of("google", bo)}),
        ("accounts", "listAccounts", {}),
        ("who", "accountInfo", {"query": mine}),
        ("token", "getAccessToken", mine),
        ("again", "refreshToken", mine),
        ("unlinked", "unlinkAccount", mine),
        ("the last", "unlinkAccount", {"accountId": "x"}),
        ("nobody", "signIn.social", {"provider": "nobody"}),
    )
    found = both(servers, "social", steps)
    assert found["there"]["data"]["redirect"] is False
    assert (found["back"]["status"], found["back"]["location"]) == (302, "/welcome")
    assert found["session"]["data"]["user"]["email"] == ada.email
    assert found["linked"]["location"] == "/welcome"
    assert found["token"]["data"]["accessToken"]
    assert found["unlinked"]["data"] == {"status": True}
    assert found["nobody"]["error"]["code"] == "PROVIDER_NOT_FOUND"
