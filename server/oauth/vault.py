"""Tokens at rest: as they are, or encrypted in better-auth's format where ENCRYPT_OAUTH_TOKENS says so. S41."""

from __future__ import annotations

import re

from msgspec import Struct

from server.crypto.encryption import decrypt, encrypt
from server.crypto.keyring import Keyring
from server.oauth.provider import Tokens
from server.oauth.store import Kept

_ENCRYPTED = re.compile(r"\$ba\$.*|(?:[0-9a-f]{2})+", re.IGNORECASE | re.DOTALL)


class Vault(Struct, frozen=True):
    """Access and refresh tokens are encrypted; an id token, which says who somebody is and lets nobody in, is not."""

    keyring: Keyring
    encrypts: bool

    def close(self, token: str | None) -> str | None:
        """What is stored of a token."""
        return encrypt(self.keyring, token) if token and self.encrypts else token

    def open(self, stored: str | None) -> str | None:
        """The token; what was stored before tokens were encrypted is taken as it is. Raises DecryptionError."""
        if stored and self.encrypts and _ENCRYPTED.fullmatch(stored):
            return decrypt(self.keyring, stored)
        return stored

    def kept(self, tokens: Tokens, scope: str | None = None) -> Kept:
        """The tokens as they are stored."""
        return Kept(
            self.close(tokens.access_token),
            self.close(tokens.refresh_token),
            tokens.id_token,
            tokens.access_token_expires_at,
            tokens.refresh_token_expires_at,
            scope,
        )
