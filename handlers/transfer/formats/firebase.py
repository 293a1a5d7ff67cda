"""Firebase: what `firebase auth:export` writes, as JSON or as CSV without a head."""

from __future__ import annotations

import re

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.formats.format import Beside, Format, HashConfig
from handlers.transfer.person import Linked, Person, Unfit

_COLUMNS = (
    "localId", "email", "emailVerified", "passwordHash", "salt", "displayName", "photoUrl",
    *(f"{name}:{what}" for name in ("google", "facebook", "twitter", "github") for what in ("id", "email", "name", "photo")),
    "createdAt", "lastSignedInAt", "phoneNumber", "disabled", "customAttributes",
)  # fmt: skip
_OWN = ("password", "phone", "anonymous")


def _hash(fields: Fields, config: HashConfig | None) -> str | None:
    """The hash with the project's parameters in it, as Supabase writes it; a redacted one is an empty text or `UkVE…`."""
    made, salt = of.text(fields, "passwordHash"), of.text(fields, "salt")
    if not made:
        return None
    if config is None:
        raise Unfit("hash-config", "a Firebase hash needs the project's parameters: give --hash-config")
    plain, salted = (each.translate(str.maketrans("-_", "+/")) for each in (made, salt or ""))
    separator = f",ss={config.salt_separator}" if config.salt_separator else ""
    key = config.signer_key
    return f"$fbscrypt$v=1,n={config.mem_cost},r={config.rounds},p=1{separator},sk={key}${salted}${plain}"


def _links(fields: Fields) -> tuple[Linked, ...]:
    told = of.members(fields, "providerUserInfo")
    pairs = [(of.text(each, "providerId"), of.text(each, "rawId", "federatedId")) for each in told]
    pairs += [(name, of.text(fields, f"{name}:id")) for name in ("google", "facebook", "twitter", "github")]
    return tuple(link for name, account in pairs if name not in _OWN for link in of.linked(name, account))


def _read(fields: Fields, beside: Beside) -> Person:
    email = of.text(fields, "email")
    return Person(
        email=email,
        email_verified=of.flag(fields.get("emailVerified")),
        name=of.name_or_address(of.text(fields, "displayName"), email),
        image=of.text(fields, "photoUrl", "photoURL"),
        created_at=of.moment(fields, "createdAt"),
        id=of.text(fields, "localId", "uid"),
        password_hash=_hash(fields, beside.hash_config),
        links=_links(fields),
        disabled=of.flag(fields.get("disabled")),
        second_factor=bool(of.members(fields, "mfaInfo")),
    )


def hash_config(text: str) -> HashConfig:
    """The parameters as the console shows them, or as JSON; raises ValueError."""
    found = dict(re.findall(r"\"?(\w+)\"?\s*[:=]\s*\"?([A-Za-z0-9+/=_-]*)\"?", text))
    key, separator = (
        found.get(f"base64_{name}", "").translate(str.maketrans("-_", "+/"))
        for name in ("signer_key", "salt_separator")
    )
    if not key:
        raise ValueError("base64_signer_key")
    return HashConfig(key, separator, int(found.get("rounds", "")), int(found.get("mem_cost", "")))


FIREBASE = Format("firebase", _read, lambda fields: "localId" in fields, heads=_COLUMNS)
