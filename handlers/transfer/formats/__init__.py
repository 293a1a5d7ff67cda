"""The formats that `user import` reads."""

from __future__ import annotations

from handlers.transfer.fields import Fields
from handlers.transfer.formats import (
    auth0,
    better_auth,
    clerk,
    django,
    firebase,
    keycloak,
    ours,
    supabase,
)

FORMATS = {
    each.name: each
    for each in (
        ours.JSONL,
        ours.CSV,
        auth0.AUTH0,
        clerk.CLERK,
        supabase.SUPABASE,
        firebase.FIREBASE,
        django.DJANGO,
        keycloak.KEYCLOAK,
        better_auth.BETTER_AUTH,
    )
}


def guess(first: Fields) -> str | None:
    """The one format that a row can be of, or None."""
    found = [name for name, each in FORMATS.items() if each.looks(first)]
    return found[0] if len(found) == 1 else None
