"""Clerk: the CSV of the dashboard, and users as its API has them."""

from __future__ import annotations

import base64
import binascii
import re

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.person import Linked, Person

# Hashers whose digests we read as they stand.
_PLAIN = {
    "argon2i", "argon2id", "bcrypt", "bcrypt_sha256_django", "ldap_ssha", "md5", "pbkdf2_sha256_django", "phpass",
    "scrypt_werkzeug", "sha256",
}  # fmt: skip
_PBKDF2 = re.compile(r"pbkdf2_(sha1|sha256|sha512)\$(\d{1,10})\$([^$]+)\$([^$]+)(?:\$\d+)?")
_FIREBASE = re.compile(r"([^$]+)\$([^$]+)\$([^$]+)\$([^$]*)\$(\d{1,3})\$(\d{1,3})")
_UNKNOWN = "a hasher that is not known"


def _digest(fields: Fields) -> str | None:
    """A digest in a text of ours; what makes others of the same letters than Clerk would match nothing."""
    digest, hasher = of.text(fields, "password_digest"), of.text(fields, "password_hasher")
    if digest is None or hasher is None or hasher in _PLAIN:
        return digest
    if hasher == "scrypt_firebase" and (found := _FIREBASE.fullmatch(digest)):
        made, salt, key, separator, rounds, cost = found.groups()
        return f"$firescrypt$ln={cost},r={rounds},p=1${salt}${made}${separator}${key}"
    if hasher in ("pbkdf2_sha1", "pbkdf2_sha256", "pbkdf2_sha512") and (found := _PBKDF2.fullmatch(digest)):
        return _pbkdf2(*found.groups())
    return _UNKNOWN


def _pbkdf2(name: str, iterations: str, salt: str, made: str) -> str:
    """With SHA-1 all is in hexadecimal digits, a salt that is not is meant as it stands; else all is base64."""
    try:
        if name == "sha1":
            raw = bytes.fromhex(made)
            salted = bytes.fromhex(salt) if re.fullmatch(r"([0-9A-Fa-f]{2})+", salt) else salt.encode()
        else:
            raw, salted = (base64.b64decode(each, validate=True) for each in (made, salt))
    except (ValueError, binascii.Error):
        return _UNKNOWN
    texts = (base64.b64encode(each).decode().rstrip("=") for each in (salted, raw))
    return f"$pbkdf2-{name}${iterations}${'$'.join(texts)}"


def _address(fields: Fields) -> tuple[str | None, bool]:
    """The first address, and whether it is verified."""
    found = of.members(fields, "email_addresses")
    if found:
        primary = of.text(fields, "primary_email_address_id")
        chosen = next((each for each in found if each.get("id") == primary), found[0])
        verified = of.member(chosen, "verification").get("status") == "verified"
        return of.text(chosen, "email_address"), verified
    email = of.text(fields, "primary_email_address")
    listed = [each.strip() for each in re.split("[,;|]", of.text(fields, "verified_email_addresses") or "")]
    email = email or next((each for each in listed if each), None)
    unverified = re.split("[,;|]", of.text(fields, "unverified_email_addresses") or "")
    return email or next((each.strip() for each in unverified if each.strip()), None), email in listed


def _links(fields: Fields) -> tuple[Linked, ...]:
    return tuple(
        link
        for each in of.members(fields, "external_accounts")
        for link in of.linked(of.text(each, "provider"), of.text(each, "provider_user_id"))
    )


def _read(fields: Fields, beside: Beside) -> Person:
    email, verified = _address(fields)
    name = of.whole_name(of.text(fields, "first_name"), of.text(fields, "last_name"))
    return Person(
        email=email,
        email_verified=verified,
        name=of.name_or_address(name or of.text(fields, "username"), email),
        image=of.text(fields, "image_url", "profile_image_url"),
        created_at=of.moment(fields, "created_at"),
        updated_at=of.moment(fields, "updated_at"),
        id=of.text(fields, "id"),
        password_hash=_digest(fields),
        links=_links(fields),
        disabled=of.flag(fields.get("banned")) or of.flag(fields.get("locked")),
        second_factor=bool(of.text(fields, "totp_secret")) or of.flag(fields.get("two_factor_enabled")),
    )


def _looks(fields: Fields) -> bool:
    return "primary_email_address" in fields or "email_addresses" in fields


CLERK = Format("clerk", _read, _looks, people=("data.item", "users.item"))
