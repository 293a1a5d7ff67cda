"""Our own format, as JSON lines and as CSV: what `user export` writes."""

from __future__ import annotations

from handlers.transfer import fields as of
from handlers.transfer import keys
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person

COLUMNS = (
    "id", "email", "email_verified", "name", "image", "created_at", "updated_at", "accounts", "disabled",
    "second_factor", "fields", "passkeys", "two_factor", "password_hash",
)  # fmt: skip


def _read(fields: Fields, beside: Beside) -> Person:
    return Person(
        email=of.text(fields, "email"),
        email_verified=of.flag(fields.get("email_verified")),
        name=of.text(fields, "name") or "",
        image=of.text(fields, "image"),
        created_at=of.moment(fields, "created_at"),
        updated_at=of.moment(fields, "updated_at"),
        id=of.text(fields, "id"),
        password_hash=of.text(fields, "password_hash"),
        links=tuple(
            Linked(of.text(each, "provider_id") or "", of.text(each, "account_id") or "", keys.tokens(each))
            for each in of.members(fields, "accounts")
        ),
        disabled=of.flag(fields.get("disabled")),
        second_factor=of.flag(fields.get("second_factor")),
        factor=keys.second_factor(fields),
        passkeys=tuple(keys.passkey(each) for each in of.members(fields, "passkeys")),
        more=of.member(fields, "fields"),
    )


def _looks(fields: Fields) -> bool:
    return "email" in fields and fields.keys() <= set(COLUMNS)


def _never(fields: Fields) -> bool:
    """One of the two is enough."""
    return False


JSONL = Format("jsonl", _read, _looks)
CSV = Format("csv", _read, _never)
