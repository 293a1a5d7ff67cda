"""A passkey as answers have it, and texts as JavaScript has them before they are stored."""

from __future__ import annotations

from handlers.passkey.store import Passkey
from server.model import Json
from server.protocol import javascript, schemas, wire

PASSKEY: schemas.Schema = schemas.members(
    {
        "id": schemas.STRING,
        "publicKey": schemas.STRING,
        "userId": schemas.STRING,
        "credentialID": schemas.STRING,
        "counter": schemas.NUMBER,
        "deviceType": {"type": "string", "enum": ["singleDevice", "multiDevice"]},
        "backedUp": schemas.BOOLEAN,
        "name": schemas.nullable(schemas.STRING),
        "transports": schemas.nullable(schemas.STRING),
        "createdAt": schemas.nullable(schemas.DATE),
        "aaguid": schemas.nullable(schemas.STRING),
    }
)
# What JavaScript's trim takes for a space.
_SPACES = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(
    chr(code) for code in range(0x2000, 0x200B)
)


def as_json(passkey: Passkey) -> Json:
    """All of the row, as better-auth orders it."""
    return {
        "name": passkey.name,
        "publicKey": passkey.public_key,
        "userId": passkey.user_id,
        "credentialID": passkey.credential_id,
        "counter": passkey.counter,
        "deviceType": passkey.device_type,
        "backedUp": passkey.backed_up,
        "transports": passkey.transports,
        "createdAt": wire.date(passkey.created_at) if passkey.created_at else None,
        "aaguid": passkey.aaguid,
        "id": passkey.id,
    }


def trimmed(text: str) -> str:
    """Without the spaces around it."""
    return text.strip(_SPACES)


def joined(transports: object) -> str:
    """With commas between; empty where nothing is said, and a TypeError for what is no list."""
    if transports is None:
        return ""
    if not isinstance(transports, list):
        raise TypeError("transports are no list")
    return ",".join(_text(each) for each in transports)


def _text(value: object) -> str:
    """As an array's join writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(_text(each) for each in value)
    return (
        "" if value is None else "[object Object]" if isinstance(value, dict) else javascript.stringify(value)
    )
