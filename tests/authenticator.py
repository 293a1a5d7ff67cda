"""An authenticator in software: keys of ES256 and attestations of "none", with whatever may be wrong about them."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def encode(raw: bytes) -> str:
    """base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """What `encode` has made."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(frozen=True)
class Ceremony:
    """What a browser and its authenticator say; a test changes what is to be wrong."""

    challenge: str
    origin: str
    rp_id: str
    kind: str
    flags: int = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP
    counter: int = 0
    more: bytes = b""

    @property
    def client_data(self) -> bytes:
        """As browsers write it."""
        said = {"type": self.kind, "challenge": self.challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said, separators=(",", ":")).encode()

    def data(self, attested: bytes = b"") -> bytes:
        """The authenticator data."""
        flags = self.flags | (ATTESTED if attested else 0)
        head = hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags])
        return head + self.counter.to_bytes(4, "big") + attested + self.more


class Authenticator:
    """One credential, the same for the same `seed`."""

    def __init__(self, seed: str, origin: str, rp_id: str = "localhost") -> None:
        digest = hashlib.sha512(seed.encode()).digest()
        self._key = ec.derive_private_key(
            1 + int.from_bytes(digest[:40], "big") % (_ORDER - 1), ec.SECP256R1()
        )
        self.raw_id, self.aaguid = digest[:32], digest[48:]
        self.origin, self.rp_id = origin, rp_id

    @property
    def id(self) -> str:
        """What the credential is called."""
        return encode(self.raw_id)

    @property
    def public_key(self) -> bytes:
        """COSE, in the order that authenticators write it."""
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def create(
        self, options: Any, transports: Any = ("internal", "hybrid"), **changes: Any
    ) -> dict[str, Any]:
        """What `navigator.credentials.create` gives for options, as JSON; `changes` are of the ceremony."""
        ceremony = self._ceremony(options, "webauthn.create", changes)
        attested = self.aaguid + len(self.raw_id).to_bytes(2, "big") + self.raw_id + self.public_key
        attestation = {"fmt": "none", "attStmt": {}, "authData": ceremony.data(attested)}
        said = {
            "clientDataJSON": encode(ceremony.client_data),
            "attestationObject": encode(cbor2.dumps(attestation)),
            "transports": list(transports) if isinstance(transports, tuple) else transports,
        }
        return self._said({name: value for name, value in said.items() if value is not None})

    def get(self, options: Any, **changes: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` gives for options, as JSON."""
        ceremony = self._ceremony(options, "webauthn.get", changes)
        data = ceremony.data()
        signed = data + hashlib.sha256(ceremony.client_data).digest()
        return self._said(
            {
                "clientDataJSON": encode(ceremony.client_data),
                "authenticatorData": encode(data),
                "signature": encode(self._key.sign(signed, ec.ECDSA(SHA256()))),
                "userHandle": encode(b"a handle"),
            }
        )

    def _ceremony(self, options: Any, kind: str, changes: dict[str, Any]) -> Ceremony:
        return replace(Ceremony(options["challenge"], self.origin, self.rp_id, kind), **changes)

    def _said(self, response: dict[str, Any]) -> dict[str, Any]:
        kinds = {"type": "public-key", "authenticatorAttachment": "platform"}
        return {"id": self.id, "rawId": self.id, "response": response, **kinds}
