"""Coming back from a provider: what it says instead of a code, of a token, of a profile, and what it must not say."""

from __future__ import annotations

from typing import Any

from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.cases.social import ENDS
from tests.compat.visit import Visit
from tests.providers.script import answer

group = Group()
ON = "social"
BACK = "GET /callback/:id"

REFUSALS: list[tuple[str, dict[str, str]]] = [
    ("denied", {"code": "", "error": "access_denied", "error_description": "The user said no & left"}),
    ("denied without a word", {"code": "", "error": "access_denied"}),
    ("denied with a code", {"error": "ä ö", "error_description": ""}),
    ("an empty error", {"error": ""}),
    ("an empty code", {"code": ""}),
    ("an issuer", {"iss": "https://accounts.google.com"}),
    ("another issuer", {"iss": "https://evil.com"}),
    ("a user", {"user": '{"name":{"firstName":"Eve","lastName":"Evil"},"email":"eve@evil.com"}'}),
    ("a device", {"device_id": "device"}),
    ("more", {"scope": "email", "authuser": "0", "hd": "example.com", "prompt": "none"}),
    ("a code of nobody's", {"code": "nothing"}),
    ("a long code", {"code": "x" * 4000}),
    ("a strange code", {"code": "ä\r\n&=#%"}),
]


def _refused(caller: Caller, query: dict[str, str]) -> None:
    for body in ({}, ENDS):
        visit = Visit(caller, "google")
        visit.start(**body)
        visit.back(**query)
        visit.kept()
    visit.outgoing()
    visit.rows()


group.each(BACK, "comes back with", REFUSALS, _refused, (ON,))


@group.case(BACK, "twice the same name", ON)
def doubled(caller: Caller) -> None:
    """No request that anybody would send."""
    visit = Visit(caller, "google")
    visit.start(**ENDS)
    for query in (f"code=x&code=y&state={visit.state}", f"code=x&state={visit.state}&state={visit.state}"):
        caller.get(f"/callback/google?{query}")
    visit.kept()


TOKEN_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("400", answer({"error": "invalid_grant", "error_description": "Bad Request"}, 400)),
    ("401", answer({"error": "invalid_client"}, 401)),
    ("500", answer({"error": "server_error"}, 500)),
    ("an error with 200", answer({"error": "bad_verification_code", "error_description": "no"})),
    ("no JSON", answer(text="access_token=x&token_type=bearer", headers={"Content-Type": "text/plain"})),
    ("a page", answer(text="<html>", headers={"Content-Type": "text/html"})),
    ("broken JSON", answer(text="{")),
    ("JSON as text", answer(text='{"access_token":"x"}', headers={"Content-Type": "text/plain"})),
    ("null", answer(text="null")),
    ("a list", answer([1])),
    ("nothing", answer(text="")),
    ("no content", answer(text="", status=204)),
    ("a redirect", answer(redirect="https://acme.example/token")),
    ("a redirect with 307", answer(redirect="https://acme.example/token", status=307)),
    ("cut", answer({"x": "y" * 100}, cut=True)),
    ("no access token", answer({"access_token": None})),
    ("an access token that is a number", answer({"access_token": 5})),
    ("an access token that is null", answer(text='{"access_token":null,"token_type":"Bearer"}')),
]


def _tokenless(caller: Caller, given: dict[str, Any]) -> None:
    for provider in ("discord", "github", "google"):
        visit = Visit(caller, provider)
        visit.start(**ENDS)
        visit.back(visit.code(token=given))
        visit.outgoing()
    visit.rows()


group.each(BACK, "the token endpoint answers", TOKEN_FAULTS, _tokenless, (ON,))
PROFILE_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("401", answer({"message": "401: Unauthorized"}, 401)),
    ("500", answer({"message": "no"}, 500)),
    ("no JSON", answer(text="ada", headers={"Content-Type": "text/plain"})),
    (
        "JSON as text",
        answer(
            text='{"id":"5","email":"x@example.com","avatar":null,"discriminator":"1"}',
            headers={"Content-Type": "text/plain"},
        ),
    ),
    ("broken JSON", answer(text="{")),
    ("cut", answer({"id": "5", "email": "x@example.com"}, cut=True)),
    ("a redirect", answer(redirect="https://acme.example/me")),
]


def _profileless(caller: Caller, given: dict[str, Any]) -> None:
    for provider in ("discord", "github", "zoom"):
        visit = Visit(caller, provider)
        visit.start(**ENDS)
        visit.back(visit.code(profile=given))
    visit.rows()


group.each(BACK, "the profile is answered with", PROFILE_FAULTS, _profileless, (ON,))
SUBJECTS: list[tuple[str, Any]] = [
    ("missing", None),
    ("null", {"sub": None}),
    ("empty", {"sub": ""}),
    ("a space", {"sub": " "}),
    ("undefined", {"sub": "undefined"}),
    ("the word null", {"sub": "null"}),
    ("a number", {"sub": 12345678901234567}),
    ("a fraction", {"sub": 1.50}),
    ("zero", {"sub": 0}),
    ("true", {"sub": True}),
    ("spaces around", {"sub": " ada "}),
    ("long", {"sub": "x" * 300}),
]


def _subject(caller: Caller, changed: dict[str, Any] | None) -> None:
    visit = Visit(caller, "linkedin")
    profile = {"name": "Ada", "email": caller.email, "email_verified": True}
    visit.start(**ENDS)
    visit.back(visit.code(profile=answer(profile | (changed or {}))))
    visit.rows()
    visit.start(**ENDS)
    visit.back(visit.code(profile=answer(profile | (changed or {}))))
    visit.rows()


group.each(BACK, "the account is", SUBJECTS, _subject, (ON,))
MEMBERS: list[tuple[str, dict[str, Any]]] = [
    ("email empty", {"email": ""}),
    ("email no address", {"email": "ada"}),
    ("email in capitals", {"email": "Ada.CAPITALS@Example.COM"}),
    ("name null", {"name": None}),
    ("name number", {"name": 5}),
    ("name empty", {"name": ""}),
    ("name with NUL", {"name": "A\0da"}),
    ("picture null", {"picture": None}),
    ("picture empty", {"picture": ""}),
    ("picture number", {"picture": 5}),
    ("verified text", {"email_verified": "true"}),
    ("verified other text", {"email_verified": "yes"}),
    ("verified number", {"email_verified": 1}),
    ("verified null", {"email_verified": None}),
]


def _members(caller: Caller, changed: dict[str, Any]) -> None:
    visit = Visit(caller, "linkedin")
    profile = {"sub": caller.number, "name": "Ada", "email": caller.email, "email_verified": True}
    visit.start(**ENDS)
    visit.back(visit.code(profile=answer(profile | changed)))
    visit.rows()


group.each(BACK, "the profile says", MEMBERS, _members, (ON,))
