"""Providers that are told more than an id and a secret: tenants, own servers, sandboxes, domains, apps of their own."""

from __future__ import annotations

from typing import Any

from tests.compat import profiles
from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.third_parties import TUNED
from tests.compat.visit import Visit
from tests.providers import keys
from tests.providers.script import answer

group = Group()
ON = "social-tuned"
START = "POST /sign-in/social"
BACK = "GET /callback/:id"
TOKEN = "POST /get-access-token"
NAMED = [(name, name) for name in TUNED]
CONTOSO = "https://login.microsoftonline.com/contoso/v2.0"


def _claims(visit: Visit) -> dict[str, Any]:
    """As their own tenant and domain says it."""
    found = profiles.claims(visit.provider, visit.who, aud=f"{visit.provider}-id")
    more = {"google": {"hd": "example.com"}, "microsoft": {"iss": CONTOSO, "tid": "contoso"}}
    return found | more.get(visit.provider, {})


def _whole(caller: Caller, provider: str) -> None:
    visit = Visit(caller, provider)
    visit.start(scopes=["more"], loginHint="ada", additionalParams={"prompt": "none", "lang": "fr"})
    visit.start()
    known = provider in profiles.BY_TOKEN
    script = visit.script(id_token=keys.id_token(_claims(visit))) if known else visit.script()
    visit.back(visit.code(**script))
    visit.outgoing()
    visit.rows()


group.each(BACK, "there and back", NAMED, _whole, (ON,))


def _refresh(caller: Caller, provider: str) -> None:
    user, _ = caller.signed_in()
    visit = Visit(caller, provider)
    row = visit.account(user, seconds=-100)
    caller.post("/get-access-token", {"accountId": row})
    caller.get(f"/account-info?accountId={row}")
    visit.outgoing()


group.each(TOKEN, "refreshed", NAMED, _refresh, (ON,))

CLAIMS: list[tuple[str, dict[str, Any]]] = [
    ("as it is", {}),
    ("another domain", {"hd": "evil.com"}),
    ("no domain", {"hd": None}),
    ("a list of domains", {"hd": ["example.com"]}),
    ("the domain in capitals", {"hd": "EXAMPLE.COM"}),
    ("the other audience", {"aud": "google-app"}),
    ("both audiences", {"aud": ["google-app", "google-id"]}),
    ("the bundle as audience", {"aud": "com.example.app"}),
    ("another tenant", {"iss": "https://login.microsoftonline.com/evil/v2.0", "tid": "evil"}),
    ("another tenant's number", {"tid": "evil"}),
    ("the issuer of everybody", {"iss": "https://login.microsoftonline.com/common/v2.0"}),
    ("no tenant", {"tid": None}),
]


def _said(caller: Caller, changed: dict[str, Any]) -> None:
    """By the code, and by the id token itself."""
    for number, provider in enumerate(("google", "microsoft", "apple")):
        visit = Visit(caller, provider, sub=f"{number}{caller.number}", email=f"{provider}-{caller.email}")
        claims = profiles.without(_claims(visit) | changed)
        visit.start()
        visit.back(visit.code(**visit.script(id_token=keys.id_token(claims))))
        caller.post("/sign-in/social", {"provider": provider, "idToken": {"token": keys.id_token(claims)}})
        caller.tables(visit.who.email)
        caller.jar.clear()


group.each(START, "id token", CLAIMS, _said, (ON,))


@group.case(BACK, "photos of microsoft's", ON)
def photos(caller: Caller) -> None:
    """What is no picture is none."""
    for number, photo in enumerate((answer({}, 404), answer(text="x" * 2000), answer(text=""))):
        visit = Visit(caller, "microsoft", sub=f"{number}{caller.number}", email=f"{number}{caller.email}")
        visit.start()
        script = visit.script(id_token=keys.id_token(_claims(visit)))
        visit.back(visit.code(**script | {"more": {"graph.microsoft.com/": photo}}))
        caller.rows(
            'SELECT length("image") AS "long" FROM "user" WHERE "email" = %(email)s', email=visit.who.email
        )
