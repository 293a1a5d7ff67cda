"""Second factors, passkeys, providers' tokens and declared columns: read, held against what is on here, made rows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec import structs

from handlers.transfer import fields as of
from handlers.transfer.fields import Fields
from handlers.transfer.kept import Passkey, SecondFactor, Tokens
from handlers.transfer.person import (
    FIELD,
    PASSKEY,
    SECOND_FACTOR,
    Person,
    Unfit,
    check_storable,
)
from server.crypto.encryption import DecryptionError, decrypt, encrypt
from server.crypto.keyring import Keyring
from server.model import Column
from server.oauth.vault import Vault
from server.protocol import columns, wire
from server.services import Services

ENABLED = "twoFactorEnabled"
# Columns that say who may come in and do what: they are said by other members, or given to nobody by moving.
OWN = frozenset({ENABLED, "role", "banned", "banReason", "banExpires"})
_MOST, _MOST_SECRET, _MOST_KEY, _MOST_TOKEN, _MOST_COUNTER = 100, 1024, 8192, 65536, 2**31 - 1
_BASE64 = re.compile(r"[A-Za-z0-9+/_=-]+")
_VERSION = re.compile(r"\$ba\$[0-9]{1,15}\$")
_OFF = "the account has a second factor, and two-factor is not in PLUGINS here; --accept second-factor takes it without"
_SEALED = "the second factor is encrypted with another secret than this server's or that of --secret-file"
_PLAIN = ("string", "number", "boolean", "date")
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Here:
    """What this server keeps of people, and what it encrypts with; `theirs` is the secret of where a file is from."""

    columns: Sequence[Column]
    features: Sequence[str]
    keyring: Keyring
    vault: Vault
    theirs: str = field(default="", repr=False)

    @classmethod
    def of(cls, services: Services, theirs: str = "") -> Here:
        """As it is set up."""
        vault = Vault(services.config.keyring, services.oauth.settings.encrypts)
        return cls(services.db.columns.user, services.parts.names, services.config.keyring, vault, theirs)


# Reading


def second_factor(fields: Fields) -> SecondFactor | None:
    """What a row says of one; None where the file does not hold it."""
    given = of.inner(fields.get("two_factor"))
    if not isinstance(given, dict):
        return None
    codes = _texts(given.get("backup_codes"))
    return SecondFactor(of.text(given, "secret") or "", codes, _verified(given))


def sealed_factor(fields: Fields) -> SecondFactor:
    """A row of better-auth's table."""
    texts = of.text(fields, "secret") or "", of.text(fields, "backupCodes", "backup_codes") or ""
    return SecondFactor(verified=_verified(fields), sealed=texts)


def _verified(fields: Fields) -> bool | None:
    found = fields.get("verified", True)
    return None if found is None else of.flag(found)


def _texts(found: object) -> tuple[str, ...]:
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def passkey(fields: Fields) -> Passkey:
    """One, with our members or better-auth's columns; raises Unfit."""
    counter = of.text(fields, "counter") or "0"
    return Passkey(
        of.text(fields, "credential_id", "credentialID") or "",
        of.text(fields, "public_key", "publicKey") or "",
        int(counter) if counter.isascii() and counter.isdecimal() and len(counter) < 11 else -1,
        of.text(fields, "device_type", "deviceType") or "",
        of.flag(fields.get("backed_up", fields.get("backedUp"))),
        of.text(fields, "name"),
        of.text(fields, "transports"),
        of.moment(fields, "created_at", "createdAt"),
        of.text(fields, "aaguid"),
    )


def tokens(fields: Fields) -> Tokens | None:
    """Those of an account; raises Unfit."""
    found = Tokens(
        of.text(fields, "access_token"),
        of.text(fields, "refresh_token"),
        of.text(fields, "id_token"),
        of.moment(fields, "access_token_expires_at"),
        of.moment(fields, "refresh_token_expires_at"),
        of.text(fields, "scope"),
    )
    return None if found == Tokens() else found


# What fits


def fitting(person: Person, accepted: frozenset[str], here: Here) -> tuple[Person, columns.Stored]:
    """As this server can keep them, and their declared columns; raises Unfit for what would be lost. S17."""
    found = _with_factor(_with_passkeys(person, accepted, here), accepted, here)
    for link in found.links:
        _check_tokens(link.tokens)
    stored = _stored(found.more, accepted, here)
    return found, {**stored, **({ENABLED: "true"} if found.factor else {})}


def _with_factor(person: Person, accepted: frozenset[str], here: Here) -> Person:
    """With `--accept second-factor` one that cannot be kept is left out."""
    if person.factor is None:
        return person
    try:
        return structs.replace(person, factor=_kept_factor(person.factor, here))
    except Unfit:
        if SECOND_FACTOR in accepted:
            return structs.replace(person, factor=None)
        raise


def _kept_factor(given: SecondFactor, here: Here) -> SecondFactor:
    """As it can be kept; raises Unfit, since nobody comes in without because something is not set. S17."""
    if ENABLED not in {each.name for each in here.columns}:
        raise Unfit(SECOND_FACTOR, _OFF)
    try:
        found = _opened(given, here)
    except DecryptionError:
        raise Unfit(SECOND_FACTOR, _SEALED) from None
    texts = (found.secret, *found.codes)
    if len(found.codes) > _MOST or any(len(each) > _MOST_SECRET for each in texts):
        raise Unfit(SECOND_FACTOR, "the second factor is longer than one can be")
    for each in texts:
        check_storable(SECOND_FACTOR, each)
    return found


def _opened(found: SecondFactor, here: Here) -> SecondFactor:
    if found.sealed is None:
        return found
    secret, codes = (_decrypted(each, here) for each in found.sealed)
    return SecondFactor(secret, _texts(of.inner(codes)), found.verified)


def _decrypted(text: str, here: Here) -> str:
    """Whatever version of their secret it says."""
    if not here.theirs:
        return decrypt(here.keyring, text)
    return decrypt(Keyring(here.theirs), _VERSION.sub("", text))


def _with_passkeys(person: Person, accepted: frozenset[str], here: Here) -> Person:
    if not person.passkeys:
        return person
    if "passkey" not in here.features:
        if PASSKEY in accepted:
            return structs.replace(person, passkeys=())
        raise Unfit(
            PASSKEY,
            "the account has passkeys, and passkey is not in PLUGINS here; --accept passkey leaves them out",
        )
    if len(person.passkeys) > _MOST:
        raise Unfit(PASSKEY, f"there are more than {_MOST} passkeys")
    for each in person.passkeys:
        _check_passkey(each)
    return person


def _check_passkey(found: Passkey) -> None:
    texts = (found.credential_id, found.public_key, found.name, found.transports, found.aaguid)
    known = found.device_type in ("singleDevice", "multiDevice") and 0 <= found.counter <= _MOST_COUNTER
    if not known or not all(_BASE64.fullmatch(each) for each in (found.credential_id, found.public_key)):
        raise Unfit(PASSKEY, "a passkey lacks what it cannot be used without")
    if any(len(each or "") > _MOST_KEY for each in texts):
        raise Unfit(PASSKEY, "a passkey is longer than one can be")
    for each in texts:
        check_storable("passkey", each or "")


def _check_tokens(found: Tokens | None) -> None:
    for each in (found.access_token, found.refresh_token, found.id_token, found.scope) if found else ():
        if len(each or "") > _MOST_TOKEN:
            raise Unfit("account", "a provider's token is longer than one can be")
        check_storable("account", each or "")


def _stored(more: Mapping[str, object], accepted: frozenset[str], here: Here) -> columns.Stored:
    """Declared columns as texts to store; what says nothing is nothing to lose."""
    declared = [each for each in here.columns if each.name in more and each.name not in OWN]
    known = {each.name for each in declared}
    lost = next(
        (name for name, value in more.items() if name not in known and value not in (None, False)), ""
    )
    if lost and FIELD not in accepted:
        words = f"there is no field {lost[:64]!r} here, of a plugin or USER_ADDITIONAL_FIELDS; --accept field leaves it out"
        raise Unfit(FIELD, words)
    return dict(_text(each, more[each.name]) for each in declared)


def _text(column: Column, value: object) -> tuple[str, str | None]:
    try:
        [(name, text)] = columns.kept([column], {column.name: value}).items()
        if text is not None and column.type not in _PLAIN:
            json.loads(text)
    except ValueError:
        raise Unfit(FIELD, f"the field {column.name!r} is not of its type") from None
    check_storable("field", text or "")
    return name, text


# Rows


def factor_row(found: SecondFactor, user_id: str, here: Here) -> Row:
    """Encrypted with this server's secret."""
    return {
        "secret": encrypt(here.keyring, found.secret),
        "backupCodes": encrypt(here.keyring, wire.dumps(list(found.codes)).decode()),
        "userId": user_id,
        "verified": found.verified,
        "failedVerificationCount": 0,
    }


def passkey_row(found: Passkey, user_id: str) -> Row:
    """By the columns' names."""
    return {
        "name": found.name,
        "publicKey": found.public_key,
        "userId": user_id,
        "credentialID": found.credential_id,
        "counter": found.counter,
        "deviceType": found.device_type,
        "backedUp": found.backed_up,
        "transports": found.transports,
        "createdAt": _iso(found.created_at),
        "aaguid": found.aaguid,
    }


def token_row(found: Tokens, here: Here) -> Row:
    """Encrypted where this server encrypts them."""
    return {
        "accessToken": here.vault.close(found.access_token),
        "refreshToken": here.vault.close(found.refresh_token),
        "idToken": found.id_token,
        "accessTokenExpiresAt": _iso(found.access_token_expires_at),
        "refreshTokenExpiresAt": _iso(found.refresh_token_expires_at),
        "scope": found.scope,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
