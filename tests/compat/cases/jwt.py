"""Tokens that other services verify by themselves."""

from __future__ import annotations

from tests.compat.caller import Caller
from tests.compat.case import Group

group = Group(lacks="jwt")
ON = "jwt"


@group.case("GET /token", "signed in", ON)
def token(caller: Caller) -> None:
    """A token for the session, and nobody's."""
    caller.get("/token")
    caller.sign_up()
    caller.get("/token")


@group.case("GET /jwks", "anybody", ON)
def jwks(caller: Caller) -> None:
    """The keys that such tokens are verified with."""
    caller.get("/jwks")
