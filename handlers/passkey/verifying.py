"""Whether an authenticator's response holds: py_webauthn's word, read as SimpleWebAuthn's would be.

Loaded when it is needed, see `loading`: what it stands on takes a quarter of a second and 20 MB.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from msgspec import Struct
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    parse_cbor,
)
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
from webauthn.helpers.exceptions import InvalidAuthenticationResponse
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    CredentialDeviceType,
    RegistrationCredential,
)

from handlers.passkey.store import Passkey

T = TypeVar("T")
_TYPE = "public-key"
# Those that SimpleWebAuthn verifies, of which the options ask for three.
_ALGORITHMS = [
    COSEAlgorithmIdentifier(number) for number in (-8, -7, -36, -37, -38, -39, -257, -258, -259, -65535)
]


class NotVerified(Exception):
    """The response does not hold, whatever is wrong with it."""


class WrongSignature(NotVerified):
    """All of it fits, and the signature is not the passkey's."""


class Expected(Struct, frozen=True):
    """What a response has to be an answer to: the challenge, and where it was asked."""

    challenge: str
    origin: str
    rp_id: str

    @property
    def members(self) -> dict[str, Any]:
        """As py_webauthn's functions call them."""
        return {
            "expected_challenge": base64url_to_bytes(self.challenge),
            "expected_origin": self.origin,
            "expected_rp_id": self.rp_id,
        }


class Registered(Struct, frozen=True):
    """What an authenticator has made."""

    credential_id: str
    public_key: str
    counter: int
    device_type: str
    backed_up: bool
    aaguid: str


async def registration(response: object, expected: Expected) -> Registered:
    """What was registered; raises NotVerified."""
    return await _run(lambda: _registration(response, expected))


async def authentication(response: object, passkey: Passkey, expected: Expected) -> int:
    """How often the passkey was used, by its own count; raises NotVerified, WrongSignature among it."""
    return await _run(lambda: _authentication(response, passkey, expected))


async def _run(work: Callable[[], T]) -> T:
    """Off the event loop, for signatures take their time; whatever breaks on what was sent has not verified it."""
    try:
        return await asyncio.to_thread(work)
    except NotVerified:
        raise
    except Exception as error:
        raise NotVerified from error


def _registration(response: Any, expected: Expected) -> Registered:
    attestation = base64url_to_bytes(response["response"]["attestationObject"])
    said = parse_cbor(attestation)
    if said["fmt"] == "none" and said["attStmt"]:
        raise NotVerified("an attestation of nothing says something")
    found = verify_registration_response(
        credential=RegistrationCredential(
            **_named(response),
            response=AuthenticatorAttestationResponse(
                client_data_json=base64url_to_bytes(response["response"]["clientDataJSON"]),
                attestation_object=attestation,
            ),
        ),
        supported_pub_key_algs=_ALGORITHMS,
        **expected.members,
    )
    return Registered(
        bytes_to_base64url(found.credential_id),
        b64encode(found.credential_public_key).decode(),
        found.sign_count,
        "multiDevice"
        if found.credential_device_type is CredentialDeviceType.MULTI_DEVICE
        else "singleDevice",
        found.credential_backed_up,
        found.aaguid,
    )


def _authentication(response: Any, passkey: Passkey, expected: Expected) -> int:
    inner, key = response["response"], b64decode(passkey.public_key)
    if not isinstance(inner.get("userHandle") or "", str):
        raise NotVerified("userHandle is no text")
    signature = base64url_to_bytes(inner["signature"])
    credential = AuthenticationCredential(
        **_named(response),
        response=AuthenticatorAssertionResponse(
            client_data_json=base64url_to_bytes(inner["clientDataJSON"]),
            authenticator_data=base64url_to_bytes(inner["authenticatorData"]),
            signature=signature,
        ),
    )
    try:
        return verify_authentication_response(
            credential=credential,
            credential_public_key=key,
            credential_current_sign_count=passkey.counter,
            **expected.members,
        ).new_sign_count
    except InvalidAuthenticationResponse as error:
        if isinstance(error.__context__, InvalidSignature) and _is_signature(signature, key):
            raise WrongSignature from error
        raise


def _is_signature(signature: bytes, key: bytes) -> bool:
    """Whether it could be one of such a key: of an elliptic curve it is two numbers."""
    if isinstance(decode_credential_public_key(key), DecodedEC2PublicKey):
        try:
            decode_dss_signature(signature)
        except ValueError:
            return False
    return True


def _named(response: Any) -> dict[str, Any]:
    """The credential's name, which has to be there twice and the same; in the one spelling that py_webauthn takes."""
    name = response["id"]
    if not name or isinstance(name, (list, dict)) or name != response["rawId"] or response["type"] != _TYPE:
        raise NotVerified("the credential has another name, or is another kind")
    raw = base64url_to_bytes(name) if isinstance(name, str) else b"x"
    return {"id": bytes_to_base64url(raw), "raw_id": raw}
