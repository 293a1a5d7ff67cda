"""What somebody comes in by beside a password, as one type each whatever file it was in."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Passkey(Struct, frozen=True):
    """A row of that table; `public_key` is COSE in base64, `transports` has commas."""

    credential_id: str
    public_key: str
    counter: int
    device_type: str
    backed_up: bool
    name: str | None = None
    transports: str | None = None
    created_at: datetime | None = None
    aaguid: str | None = None


class SecondFactor(Struct, frozen=True):
    """An authenticator's secret and the backup codes that are left, in clear; without a secret codes are mailed.

    `sealed` are the same as better-auth encrypts them.
    """

    secret: str = ""
    codes: tuple[str, ...] = ()
    verified: bool | None = True
    sealed: tuple[str, str] | None = None


class Tokens(Struct, frozen=True):
    """What a provider has given for an account, in clear."""

    access_token: str | None = None
    refresh_token: str | None = None
    id_token: str | None = None
    access_token_expires_at: datetime | None = None
    refresh_token_expires_at: datetime | None = None
    scope: str | None = None
