"""better-auth: rows of its `user`, each with those of `account` in a member, or one document with both tables."""

from __future__ import annotations

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person
from server import clock

_CREDENTIAL = "credential"


def _gather(fields: Fields) -> tuple[str, object] | None:
    owner = of.text(fields, "userId", "user_id")
    return (owner, dict(fields)) if owner and _provider(fields) else None


def _provider(account: Fields) -> str | None:
    return of.text(account, "providerId", "provider_id")


def _is_banned(user: Fields) -> bool:
    if not of.flag(user.get("banned")):
        return False
    until = of.moment(user, "banExpires", "ban_expires")
    return until is None or until > clock.now()


def _read(fields: Fields, beside: Beside) -> Person:
    user = of.member(fields, "user") or fields
    owner = of.text(user, "id")
    gathered = [each for each in beside.of(owner) if isinstance(each, dict)]
    accounts = [*of.members(fields, "account", "accounts"), *gathered]
    passwords = (of.text(each, "password") for each in accounts if _provider(each) == _CREDENTIAL)
    return Person(
        email=of.text(user, "email"),
        email_verified=of.flag(user.get("emailVerified", user.get("email_verified"))),
        name=of.text(user, "name") or "",
        image=of.text(user, "image"),
        created_at=of.moment(user, "createdAt", "created_at"),
        updated_at=of.moment(user, "updatedAt", "updated_at"),
        id=owner,
        password_hash=next((each for each in passwords if each), None),
        links=tuple(
            Linked(_provider(each) or "", of.text(each, "accountId", "account_id") or "")
            for each in accounts
            if _provider(each) != _CREDENTIAL
        ),
        disabled=_is_banned(user),
        second_factor=of.flag(user.get("twoFactorEnabled", user.get("two_factor_enabled"))),
    )


def _looks(fields: Fields) -> bool:
    user = of.member(fields, "user") or fields
    return {"email", "emailVerified"} <= user.keys() and "localId" not in user and "username" not in user


BETTER_AUTH = Format(
    "better-auth",
    _read,
    _looks,
    people=("user.item", "users.item"),
    others=("account.item", "accounts.item"),
    gather=_gather,
)
