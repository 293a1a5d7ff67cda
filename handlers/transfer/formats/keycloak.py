"""Keycloak: the export of a realm, or of its users in several files."""

from __future__ import annotations

import json
from collections.abc import Sequence

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person

_FACTORS = ("otp", "totp", "hotp", "webauthn", "recovery-authn-codes")


def _hash(credentials: Sequence[Fields]) -> str | None:
    """The two members of a password's credential, as they stand; foreign_hashes.py knows them."""
    for each in credentials:
        if each.get("type") == "password" and "secretData" in each:
            return json.dumps({name: each.get(name) for name in ("credentialData", "secretData")})
    return None


def _links(fields: Fields) -> tuple[Linked, ...]:
    return tuple(
        link
        for each in of.members(fields, "federatedIdentities")
        for link in of.linked(of.text(each, "identityProvider"), of.text(each, "userId"))
    )


def _read(fields: Fields, beside: Beside) -> Person | None:
    if of.text(fields, "serviceAccountClientId"):
        return None
    credentials, email = of.members(fields, "credentials"), of.text(fields, "email")
    name = of.whole_name(of.text(fields, "firstName"), of.text(fields, "lastName"))
    return Person(
        email=email,
        email_verified=of.flag(fields.get("emailVerified")),
        name=of.name_or_address(name or of.text(fields, "username"), email),
        created_at=of.moment(fields, "createdTimestamp"),
        id=of.text(fields, "id"),
        password_hash=_hash(credentials),
        links=_links(fields),
        disabled=not of.flag(fields.get("enabled", True)),
        second_factor=any(each.get("type") in _FACTORS for each in credentials),
    )


def _looks(fields: Fields) -> bool:
    return "username" in fields and ("createdTimestamp" in fields or "credentials" in fields)


KEYCLOAK = Format("keycloak", _read, _looks)
