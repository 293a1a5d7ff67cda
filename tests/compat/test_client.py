"""The unmodified client of better-auth, from npm: it sees the same from both servers."""

from __future__ import annotations

import json
import subprocess
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.compat import tree
from tests.compat.caller import Caller
from tests.compat.mask import Mask
from tests.compat.options import BASE_URL, OPTION_SETS, SECRET
from tests.compat.pair import Pair
from tests.compat.servers import HERE, Server, node


def talk(server: Server, *steps: tuple[str, str, Any]) -> dict[str, Any]:
    """What the client's methods resolve to, by step; all of the core where no steps are named."""
    wish = {
        "address": f"http://127.0.0.1:{server.port}",
        "origin": BASE_URL,
        "email": "client@example.com",
        "password": "correct horse battery",
        "steps": steps or None,
    }
    done = subprocess.run(
        [node(), "--no-warnings", "client.mjs"],
        cwd=HERE,
        env={"COMPAT_CLIENT": json.dumps(wish), "NODE_ENV": "production"},
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    return {said["step"]: said for said in map(json.loads, done.stdout.splitlines())}


@pytest.fixture(scope="module")
def ours(servers: Pair) -> dict[str, Any]:
    return talk(servers.ours["plain"])


@pytest.fixture(scope="module")
def theirs(servers: Pair) -> dict[str, Any]:
    return talk(servers.theirs["plain"])


def test_it_signs_up_in_and_out_and_reads_the_session(ours: dict[str, Any]) -> None:
    assert ours["nobody"]["data"] is None
    assert ours["sign-up"]["data"]["user"]["email"] == "client@example.com"
    assert ours["session"]["data"]["user"]["name"] == "Ada"
    assert ours["sign-out"]["data"] == {"success": True}
    assert ours["gone"]["data"] is None
    assert ours["again"]["data"]["session"]["token"] == ours["sign-in"]["data"]["token"]


def test_dates_reach_the_page_as_dates(ours: dict[str, Any]) -> None:
    dates = {
        key
        for kinds in (ours["kinds"]["session"], ours["kinds"]["user"])
        for key, kind in kinds.items()
        if kind == "Date"
    }
    assert dates == {"expiresAt", "createdAt", "updatedAt"}


def test_its_store_holds_the_session(ours: dict[str, Any]) -> None:
    assert ours["store"] == {"step": "store", "pending": False, "found": "client@example.com", "failed": None}


def test_it_sees_the_same_from_both(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for step in ("sign-up", "sign-in"):
        assert ours[step]["data"].pop("session")["token"] == ours[step]["data"]["token"]
    for said in ours.values():
        if "message" in (said.get("error") or {}):
            assert said["error"].pop("error")["message"] == said["error"]["message"]
    for step, said in theirs.items():
        assert masked({step: ours[step]}) == masked({step: said})


def follow(server: Server) -> dict[str, Any]:
    """Signing up by a mailed link, and once more by the same one."""
    person = Caller(server, OPTION_SETS["magic-link"], "the client's link")
    asked = {"email": person.email, "name": "Ada", "callbackURL": "/x"}
    said = talk(server, ("asked", "signIn.magicLink", asked), ("wrong", "signIn.magicLink", {"email": "x"}))
    mail = person.mail(wait=5)
    assert mail is not None
    token = {"query": {"token": parse_qs(urlsplit(mail.url).query)["token"][0]}}
    verified = ("verified", "magicLink.verify", token)
    return said | talk(server, verified, ("session", "getSession", {}))


def test_its_plugin_follows_a_mailed_link(servers: Pair) -> None:
    ours, theirs = follow(servers.ours["magic-link"]), follow(servers.theirs["magic-link"])
    assert ours["asked"]["data"] == {"status": True}
    assert ours["verified"]["data"]["user"]["emailVerified"] is True
    assert ours["session"]["data"]["session"]["token"] == ours["verified"]["data"]["token"]
    assert ours["wrong"]["error"].pop("error")["code"] == "VALIDATION_ERROR"
    assert masked(ours) == masked(theirs)


SECOND = "client@example.com", "correct horse battery"


def take_second_step(server: Server) -> dict[str, Any]:
    """Signing up, mailed codes turned on, a sign-in that is asked for one, and turned off again."""
    email, password = SECOND
    person = Caller(server, OPTION_SETS["two-factor"], "the client's second step")
    person.email = email
    sign_in = {"email": email, "password": password}
    said = talk(
        server,
        ("up", "signUp.email", sign_in | {"name": "Ada"}),
        ("wrong", "twoFactor.enable", {"password": "another horse battery"}),
        ("on", "twoFactor.enable", {"password": password, "method": "otp"}),
        ("uri", "twoFactor.getTotpUri", {"password": password}),
        ("codes", "twoFactor.generateBackupCodes", {"password": password}),
        ("out", "signOut", {}),
        ("in", "signIn.email", sign_in),
        ("mailed", "twoFactor.sendOtp", {}),
        ("no code", "twoFactor.verifyOtp", {"code": "x"}),
        ("no authenticator", "twoFactor.verifyTotp", {"code": "000000"}),
        ("no backup code", "twoFactor.verifyBackupCode", {"code": "x"}),
        ("nobody", "getSession", {}),
    )
    mail = person.mail(wait=5)
    assert mail is not None
    return said


def test_its_plugin_is_told_of_a_second_step(servers: Pair) -> None:
    ours, theirs = (take_second_step(each["two-factor"]) for each in (servers.ours, servers.theirs))
    assert ours["asked for"]["asked"] == [{"twoFactorMethods": ["otp"]}]
    assert ours["in"]["data"] == {"twoFactorRedirect": True, "twoFactorMethods": ["otp"]}
    assert ours["nobody"]["data"] is None
    assert ours["up"]["data"].pop("session")["token"] == ours["up"]["data"]["token"]
    for said in ours.values():
        if (said.get("error") or {}).get("error"):
            assert said["error"].pop("error")["message"] == said["error"]["message"]
    assert masked(ours) == masked(theirs)


def type_code(server: Server) -> dict[str, Any]:
    """Signing up by a mailed code, and once more by the same one."""
    person = Caller(server, OPTION_SETS["email-otp"], "the client's code")
    asked = {"email": person.email, "type": "sign-in"}
    said = talk(server, ("asked", "emailOtp.sendVerificationOtp", asked))
    mail = person.mail(wait=5)
    assert mail is not None
    given = {"email": person.email, "otp": mail.code, "name": "Ada"}
    steps: tuple[tuple[str, str, Any], ...] = (
        ("looked at", "emailOtp.checkVerificationOtp", given | {"type": "sign-in"}),
        ("signed in", "signIn.emailOtp", given),
        ("session", "getSession", {}),
        ("again", "signIn.emailOtp", given),
    )
    return said | talk(server, *steps)


def test_its_plugin_types_a_code_in(servers: Pair) -> None:
    ours, theirs = type_code(servers.ours["email-otp"]), type_code(servers.theirs["email-otp"])
    assert ours["asked"]["data"] == {"success": True}
    assert ours["session"]["data"]["session"]["token"] == ours["signed in"]["data"]["token"]
    assert ours["again"]["error"].pop("error")["code"] == "INVALID_OTP"
    assert ours["looked at"]["error"].pop("error")["code"] == "USER_NOT_FOUND"
    assert masked(ours) == masked(theirs)


def masked(said: dict[str, Any]) -> str:
    mask, at = Mask(SECRET), time.time()
    lines = [tree.parse(tree.write(json.loads(json.dumps(said), object_pairs_hook=tree.Pairs)))]
    return "\n".join(tree.write(mask.value(line, at)) for line in lines)
