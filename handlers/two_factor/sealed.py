"""What is stored encrypted, as better-auth's core encrypts: a database that is shared with it works both ways."""

from __future__ import annotations

from handlers.two_factor import codes, errors, store
from handlers.two_factor.store import TwoFactor
from server.crypto import encryption
from server.crypto.encryption import DecryptionError
from server.crypto.keyring import Keyring
from server.database import Executor
from server.protocol import javascript, wire


def seal_codes(keyring: Keyring, backup_codes: list[str]) -> str:
    """Backup codes as they are stored."""
    return encryption.encrypt(keyring, wire.dumps(backup_codes).decode())


def open_codes(keyring: Keyring, found: TwoFactor) -> list[str]:
    """The backup codes that are left; raises the 500 where the secrets do not open them."""
    try:
        read = javascript.parse(encryption.decrypt(keyring, found.backup_codes))
    except DecryptionError:
        raise errors.unreadable() from None
    except (ValueError, RecursionError):
        return []
    return [each for each in read if isinstance(each, str)] if isinstance(read, list) else []


def open_key(keyring: Keyring, found: TwoFactor) -> bytes:
    """The key of an authenticator; raises the 500 where the secrets do not open it."""
    try:
        return codes.key_of(encryption.decrypt(keyring, found.secret))
    except (DecryptionError, ValueError):
        raise errors.unreadable() from None


async def renew(db: Executor, keyring: Keyring, found: TwoFactor) -> None:
    """Encrypts what an older secret has encrypted with the current one, so that the older one can be taken out."""
    try:
        secret = _again(keyring, found.secret)
        backup_codes = _again(keyring, found.backup_codes)
    except DecryptionError:
        return
    if (secret, backup_codes) != (found.secret, found.backup_codes):
        await store.update_seals(db, found, secret, backup_codes)


def _again(keyring: Keyring, text: str) -> str:
    if encryption.is_current(keyring, text):
        return text
    return encryption.encrypt(keyring, encryption.decrypt(keyring, text))
