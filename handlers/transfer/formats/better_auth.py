"""better-auth: rows of its `user`, each with those of other tables in members, or one document with the tables."""

from __future__ import annotations

from handlers.transfer import fields as of
from handlers.transfer import keys
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person
from server import clock

_CREDENTIAL = "credential"
# What is said by other members than `more`, or by none.
_CORE = {
    "id", "name", "email", "emailVerified", "email_verified", "image", "createdAt", "created_at", "updatedAt", "updated_at",
    "two_factor_enabled", "ban_expires", "ban_reason", "account", "accounts", "passkey", "passkeys", "twoFactor", *keys.OWN,
}  # fmt: skip


def _gather(fields: Fields) -> tuple[str, object] | None:
    owner = of.text(fields, "userId", "user_id")
    known = _provider(fields) or _is_passkey(fields) or _is_factor(fields)
    return (owner, dict(fields)) if owner and known else None


def _is_passkey(fields: Fields) -> bool:
    return "credentialID" in fields


def _is_factor(fields: Fields) -> bool:
    return "backupCodes" in fields


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
    rows = [
        row for name in ("account", "accounts", "passkey", "passkeys") for row in of.members(fields, name)
    ]
    rows += [*(of.members(fields, "twoFactor") or [of.member(fields, "twoFactor")]), *gathered]
    accounts = [row for row in rows if _provider(row)]
    factors = [keys.sealed_factor(row) for row in rows if _is_factor(row)]
    second = of.flag(user.get("twoFactorEnabled", user.get("two_factor_enabled")))
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
        second_factor=second,
        factor=factors[0] if second and factors else None,
        passkeys=tuple(keys.passkey(row) for row in rows if _is_passkey(row)),
        more={name: value for name, value in user.items() if name not in _CORE},
    )


def _looks(fields: Fields) -> bool:
    user = of.member(fields, "user") or fields
    other = "localId" in user or ("username" in user and "displayUsername" not in user)
    return {"email", "emailVerified"} <= user.keys() and not other


BETTER_AUTH = Format(
    "better-auth",
    _read,
    _looks,
    people=("user.item", "users.item"),
    others=("account.item", "accounts.item", "passkey.item", "twoFactor.item"),
    gather=_gather,
)
