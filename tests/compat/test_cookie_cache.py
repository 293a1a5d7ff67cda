"""Both servers on one database with a cookie cache: what either keeps in the cookie, the other believes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.compat.caller import Caller
from tests.compat.databases import Databases
from tests.compat.options import SECRET, Options
from tests.compat.servers import Ours, Reference, ReferenceApp, Server, start_ours
from tests.compat.wire import Answer

FORMATS = ("compact", "jwt", "jwe")
DIRECTIONS = ("ours then theirs", "theirs then ours")
NEW = "the-secret-after-the-rotation-of-all-secrets"
STRANGE = 'é"\\/\u2028😀\x7f<>& 1e21 2026-01-01'


def options(form: str, rotated: bool) -> Options:
    changes: dict[str, Any] = {"session": {"cookieCache": {"enabled": True, "strategy": form, "maxAge": 300}}}
    settings = {"SESSION_COOKIE_CACHE": form, "SESSION_CACHE": "off", "PASSWORD_HASH": "scrypt"}
    if rotated:
        changes |= {"secret": NEW, "secrets": [{"version": 2, "value": NEW}, {"version": 1, "value": SECRET}]}
        settings |= {"BETTER_AUTH_SECRETS": f"2:{NEW},1:{SECRET}"}
    return Options(f"{form}{'-rotated' if rotated else ''}", changes, settings)


SETS = {chosen.name: chosen for form in FORMATS for chosen in (options(form, False), options(form, True))}


@dataclass(frozen=True)
class Sides:
    """Either server under each of SETS."""

    ours: dict[str, Ours]
    theirs: dict[str, ReferenceApp]

    def server(self, direction: str, first: bool, name: str) -> Server:
        """The one that begins, or the one that takes over."""
        return (self.ours if (direction == DIRECTIONS[0]) is first else self.theirs)[name]


@pytest.fixture(scope="module")
def sides(compat_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    folder: Path = tmp_path_factory.mktemp("cached")
    compat_databases.create("cached")
    ours: dict[str, Ours] = {}
    with contextlib.ExitStack() as stack:
        for name, chosen in SETS.items():
            ours[name] = start_ours(compat_databases, "cached", chosen, folder / name)
            stack.callback(ours[name].stop)
        reference = Reference(compat_databases, "cached", SETS.values(), migrate=False, production=True)
        stack.callback(reference.stop)
        yield Sides(ours, reference.apps)


@pytest.fixture(params=DIRECTIONS)
def direction(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def user(answer: Answer) -> Any:
    """The user in a get-session answer."""
    return json.loads(answer.body)["user"]


def begin(sides: Sides, direction: str, form: str, title: str) -> Caller:
    return Caller(sides.server(direction, True, form), SETS[form], f"{title} {direction} {form}")


def change_behind(caller: Caller) -> None:
    """From here on, whoever reads the database says so."""
    caller.sql("""UPDATE "user" SET "name" = 'Changed' WHERE "email" = %(email)s""", email=caller.email)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["Ada", STRANGE, "é" * 1600], ids=("plain", "strange", "in chunks"))
def test_the_cache_of_one_is_believed_by_the_other(
    sides: Sides, direction: str, form: str, name: str
) -> None:
    caller = begin(sides, direction, form, f"believed {len(name)}")
    caller.sign_up(name=name)
    assert ("better-auth.session_data.1" in caller.jar) is (len(name) > 1000)
    change_behind(caller)
    here = caller.get("/get-session")
    caller.server = sides.server(direction, False, form)
    there = caller.get("/get-session")
    assert user(there)["name"] == name
    assert there.body == here.body
    assert not there.all("set-cookie")
    assert user(caller.get("/get-session?disableCookieCache=1"))["name"] == "Changed"
    caller.server = sides.server(direction, True, form)
    assert user(caller.get("/get-session"))["name"] == "Changed"


@pytest.mark.parametrize("form", FORMATS)
def test_a_cache_not_remembered_is_believed_by_the_other(sides: Sides, direction: str, form: str) -> None:
    caller = begin(sides, direction, form, "forgotten")
    caller.sign_up()
    caller.jar.clear()
    person = {"email": caller.email, "password": "correct horse battery", "rememberMe": False}
    caller.post("/sign-in/email", person)
    change_behind(caller)
    caller.server = sides.server(direction, False, form)
    assert user(caller.get("/get-session"))["name"] == "Ada"


@pytest.mark.parametrize("form", FORMATS)
def test_what_one_ends_the_other_believes_only_until_it_asks(sides: Sides, direction: str, form: str) -> None:
    caller = begin(sides, direction, form, "ended")
    caller.sign_up()
    kept = caller.cookies()
    caller.post("/sign-out", {})
    caller.server = sides.server(direction, False, form)
    assert user(caller.get("/get-session", cookie=kept))["name"] == "Ada"
    assert caller.post("/revoke-other-sessions", {}, cookie=kept).status == 401
    assert caller.get("/get-session?disableCookieCache=1", cookie=kept).body == b"null"


@pytest.mark.parametrize("second_is_first", [True, False], ids=("same server", "other server"))
@pytest.mark.parametrize("form", FORMATS)
def test_a_rotation_keeps_what_is_sealed_alone(
    sides: Sides, direction: str, form: str, second_is_first: bool
) -> None:
    """Signed anew, as a sign-in would. The old signature is void on theirs; we read what any secret has signed."""
    caller = begin(sides, direction, form, f"rotated {second_is_first}")
    answer = caller.sign_up()
    change_behind(caller)
    caller.server = sides.server(direction, second_is_first, f"{form}-rotated")
    ours = caller.server is sides.ours[f"{form}-rotated"]
    jar = dict(caller.jar)
    assert (caller.get("/get-session").body != b"null") is ours
    caller.jar.clear()
    caller.jar.update(jar)
    token = json.loads(answer.body)["token"]
    caller.jar["better-auth.session_token"] = caller.sign(token, NEW)
    found = caller.get("/get-session")
    assert user(found)["name"] == ("Ada" if form == "jwe" else "Changed")
    lines = [line.partition(";")[0].partition("=")[2] != "" for line in found.all("set-cookie")]
    assert lines == ([] if form == "jwe" else [False, True])
