"""The end of Firebase's scrypt: AES, by the library, where other formats have the key itself."""

from __future__ import annotations

KEY_BYTES = 32


def encrypt(key: bytes, signer_key: bytes) -> bytes:
    """The project's key under what was made of the password; the counter begins at nothing."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    encryptor = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    return encryptor.update(signer_key) + encryptor.finalize()
