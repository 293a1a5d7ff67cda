"""Auth0: the export of users as JSON lines or CSV, and that of password hashes, which its support makes."""

from __future__ import annotations

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person


def _user_id(fields: Fields) -> str | None:
    """`auth0|…` in both exports: that of hashes says it in two members."""
    found = of.text(fields, "user_id", "Id", "id")
    inner = of.text(fields, "alt_id") or of.text(of.member(fields, "_id"), "$oid")
    return found or (f"auth0|{inner}" if inner else None)


def _links(fields: Fields, user_id: str | None) -> tuple[Linked, ...]:
    """Each identity but that of a password; without a list of them the one that the id says."""
    found = of.members(fields, "identities")
    pairs = [(of.text(each, "provider"), of.text(each, "user_id")) for each in found]
    if not pairs and user_id:
        name, bar, account = user_id.partition("|")
        pairs = [(name, account)] if bar else []
    return tuple(
        link
        for name, account in pairs
        if name != "auth0"
        for link in of.linked(name, account and account.removeprefix(f"{name}|"))
    )


def _read(fields: Fields, beside: Beside) -> Person:
    user_id = _user_id(fields)
    identifier = next((each for each in of.members(fields, "identifiers") if each.get("type") == "email"), {})
    email = of.text(fields, "email", "Email") or of.text(identifier, "value")
    verified = fields.get("email_verified", fields.get("Email Verified", identifier.get("verified")))
    hashes = [each for each in beside.of(user_id) if isinstance(each, str)]
    return Person(
        email=email,
        email_verified=of.flag(verified),
        name=of.name_or_address(of.text(fields, "name", "Name", "nickname"), email),
        image=of.text(fields, "picture", "Picture"),
        created_at=of.moment(fields, "created_at", "Created At"),
        updated_at=of.moment(fields, "updated_at", "Updated At"),
        id=user_id,
        password_hash=of.text(fields, "passwordHash") or next(iter(hashes), None),
        links=_links(fields, user_id),
        disabled=of.flag(fields.get("blocked")),
        second_factor=bool(of.inner(fields.get("multifactor")) or of.inner(fields.get("mfa_factors"))),
    )


def _gather(fields: Fields) -> tuple[str, object] | None:
    user_id, stored = _user_id(fields), of.text(fields, "passwordHash")
    return (user_id, stored) if user_id and stored else None


def _looks(fields: Fields) -> bool:
    if "passwordHash" in fields:
        return "_id" in fields
    return "identities" in fields and "|" in (of.text(fields, "user_id") or "")


AUTH0 = Format("auth0", _read, _looks, gather=_gather, hashes_apart=True)
