"""Supabase: rows of auth.users, as CSV or JSON, with those of auth.identities in a member where they were asked for."""

from __future__ import annotations

from datetime import UTC, datetime

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person
from server import clock

_OWN = ("email", "phone", "web3")


def _links(fields: Fields) -> tuple[Linked, ...]:
    return tuple(
        link
        for each in of.members(fields, "identities")
        if each.get("provider") not in _OWN
        for link in of.linked(
            of.text(each, "provider"),
            of.text(each, "provider_id")
            or of.text(of.member(each, "identity_data"), "sub")
            or of.text(each, "id"),
        )
    )


def _banned(fields: Fields) -> bool:
    until = of.moment({key: _without_infinity(fields.get(key)) for key in ("banned_until",)}, "banned_until")
    return bool(of.text(fields, "deleted_at")) or (until is not None and until > clock.now())


def _without_infinity(value: object) -> object:
    return datetime.max.replace(tzinfo=UTC).isoformat() if value == "infinity" else value


def _read(fields: Fields, beside: Beside) -> Person:
    told, email = of.member(fields, "raw_user_meta_data"), of.text(fields, "email")
    factors = [
        each for each in of.members(fields, "factors", "mfa_factors") if each.get("status") == "verified"
    ]
    return Person(
        email=email,
        email_verified=of.text(fields, "email_confirmed_at", "confirmed_at") is not None,
        name=of.name_or_address(of.text(told, "full_name", "name", "user_name"), email),
        image=of.text(told, "avatar_url", "picture"),
        created_at=of.moment(fields, "created_at"),
        updated_at=of.moment(fields, "updated_at"),
        id=of.text(fields, "id"),
        password_hash=of.text(fields, "encrypted_password"),
        links=_links(fields),
        disabled=_banned(fields),
        second_factor=bool(factors),
    )


def _looks(fields: Fields) -> bool:
    return "encrypted_password" in fields or "raw_user_meta_data" in fields


SUPABASE = Format("supabase", _read, _looks)
