"""What a browser is told to ask of an authenticator: the JSON of SimpleWebAuthn, which better-auth answers with."""

from __future__ import annotations

import secrets
import string
from base64 import urlsafe_b64encode
from collections.abc import Sequence

from handlers.passkey.store import Passkey
from server.model import Json, User

_MILLISECONDS = 60_000
# EdDSA, ES256 and RS256, the first being liked best.
_ALGORITHMS = (-8, -7, -257)
_LETTERS = string.ascii_lowercase + string.digits


def for_registration(
    party: Json, challenge: str, user: User, name: str, attachment: str | None, known: Sequence[Passkey]
) -> Json:
    """For a new passkey of `user`'s, under a handle that is new each time: nobody is found by it."""
    handle = "".join(secrets.choice(_LETTERS) for _ in range(32))
    return {
        "challenge": challenge,
        "rp": party,
        "user": {
            "id": urlsafe_b64encode(handle.encode()).rstrip(b"=").decode(),
            "name": name or user.email,
            "displayName": user.email,
        },
        "pubKeyCredParams": [{"alg": number, "type": "public-key"} for number in _ALGORITHMS],
        "timeout": _MILLISECONDS,
        "attestation": "none",
        "excludeCredentials": [_credential(each) for each in known],
        "authenticatorSelection": {
            "residentKey": "preferred",
            "userVerification": "preferred",
            **({"authenticatorAttachment": attachment} if attachment else {}),
            "requireResidentKey": False,
        },
        "extensions": {"credProps": True},
        "hints": [],
    }


def for_authentication(rp_id: str, challenge: str, known: Sequence[Passkey]) -> Json:
    """For signing in: with one of those that are `known`, where there are any, else with whatever the person has."""
    allowed = {"allowCredentials": [_credential(each) for each in known]} if known else {}
    return {
        "rpId": rp_id,
        "challenge": challenge,
        **allowed,
        "timeout": _MILLISECONDS,
        "userVerification": "preferred",
    }


def _credential(passkey: Passkey) -> Json:
    transports = {} if passkey.transports is None else {"transports": passkey.transports.split(",")}
    return {"id": passkey.credential_id.replace("=", ""), **transports, "type": "public-key"}
