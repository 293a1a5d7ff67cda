"""A certificate authority that makes a certificate for whatever host is asked for."""

from __future__ import annotations

import ssl
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)
# Hosts whose certificate no client should take, by the first word of their name.
EXPIRED, STRANGER, OTHER_NAME = "expired", "stranger", "other-name"


class Authority:
    """`pem` is the file that a client has to trust; every host's own certificate is made once."""

    def __init__(self, folder: Path) -> None:
        self.pem = folder / "ca.pem"
        self._folder, self._lock = folder, threading.Lock()
        self._key, self._stranger = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        self._root, self._other_root = _root(self._key), _root(self._stranger)
        self._contexts: dict[str, ssl.SSLContext] = {}
        self.pem.write_bytes(self._root.public_bytes(serialization.Encoding.PEM))

    def context(self, host: str) -> ssl.SSLContext:
        """What to terminate TLS with for a host."""
        with self._lock:
            if host not in self._contexts:
                self._contexts[host] = self._made(host)
            return self._contexts[host]

    def _made(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.set_alpn_protocols(["http/1.1"])
        plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.write(key.private_bytes(*plain) + self._leaf(host, key))
            file.flush()
            found.load_cert_chain(file.name)
        return found

    def _leaf(self, host: str, key: ec.EllipticCurvePrivateKey) -> bytes:
        kind = host.partition(".")[0]
        stranger = kind == STRANGER
        root, signer = (self._other_root, self._stranger) if stranger else (self._root, self._key)
        until = datetime.now(UTC) + (-DAY if kind == EXPIRED else 30 * DAY)
        name = f"not-{host}" if kind == OTHER_NAME else host
        made = (
            _begin(f"{name}"[:64], root.subject, key.public_key(), until)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
            )
            .sign(signer, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)


def _begin(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 60 * DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _root(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "third parties of the tests")])
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False
    ) | dict.fromkeys(("encipher_only", "decipher_only"), False)
    return (
        _begin("third parties of the tests", name, key.public_key(), datetime.now(UTC) + 30 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
