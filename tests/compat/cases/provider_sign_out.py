"""Signing out at the provider, too, where it has a page for that."""

from __future__ import annotations

from tests.compat.caller import Caller
from tests.compat.case import Group
from tests.compat.visit import Visit

group = Group(lacks="signing out at the provider")
ON = "generic-oauth"
OUT = "POST /sign-out"


@group.case(OUT, "at the provider, too", ON)
def sign_out(caller: Caller) -> None:
    """With the id token that it gave, and where to come back to."""
    visit = Visit(caller, "acme")
    for body in ({}, {"callbackURL": "/bye", "disableRedirect": True, "state": "s"}, {"callbackURL": "/bye"}):
        visit.whole()
        caller.post("/sign-out", body)
