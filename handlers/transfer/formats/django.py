"""Django: `manage.py dumpdata` of auth.user or a model of one's own, with what django-allauth keeps beside it."""

from __future__ import annotations

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person

_ADDRESS, _SOCIAL = "account.emailaddress", "socialaccount.socialaccount"
_FACTORS = ("mfa.authenticator", "otp_totp.totpdevice", "otp_static.staticdevice")


def _gather(fields: Fields) -> tuple[str, object] | None:
    """What of a person stands in rows of other models."""
    model, inside = str(fields.get("model")).lower(), of.member(fields, "fields")
    owner = of.text(inside, "user")
    if owner is None:
        return None
    if model == _ADDRESS and of.flag(inside.get("verified")):
        return owner, ("verified", (of.text(inside, "email") or "").lower())
    if model == _SOCIAL:
        return owner, ("social", of.linked(of.text(inside, "provider"), of.text(inside, "uid")))
    return (owner, ("factor", "")) if model in _FACTORS else None


def _is_person(fields: Fields) -> bool:
    inside = of.member(fields, "fields")
    return "password" in inside and ("email" in inside or str(fields.get("model")).lower() == "auth.user")


def _read(fields: Fields, beside: Beside) -> Person | None:
    if not _is_person(fields):
        return None
    inside, owner = of.member(fields, "fields"), of.text(fields, "pk")
    known: list[tuple[str, object]] = [each for each in beside.of(owner) if isinstance(each, tuple)]
    email, stored = of.text(inside, "email"), of.text(inside, "password")
    name = of.whole_name(of.text(inside, "first_name"), of.text(inside, "last_name"))
    return Person(
        email=email,
        email_verified=("verified", (email or "").lower()) in known,
        name=of.name_or_address(name or of.text(inside, "name", "full_name", "username"), email),
        created_at=of.moment(inside, "date_joined", "created_at"),
        id=owner,
        password_hash=None if stored and stored.startswith("!") else stored,  # one that no password fits
        links=tuple(link for what, links in known if what == "social" for link in _linked(links)),
        disabled="is_active" in inside and not of.flag(inside["is_active"]),
        second_factor=any(what == "factor" for what, _ in known),
    )


def _linked(found: object) -> tuple[Linked, ...]:
    return found if isinstance(found, tuple) else ()


def _looks(fields: Fields) -> bool:
    return {"model", "fields"} <= fields.keys()


DJANGO = Format("django", _read, _looks, gather=_gather)
