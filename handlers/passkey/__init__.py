"""Passkeys: signing in with a key that a device or a password manager holds; better-auth's plugin of that name."""

import importlib

from handlers.passkey.authentication import GenerateAuthenticateOptions, VerifyAuthentication
from handlers.passkey.management import DeletePasskey, ListUserPasskeys, UpdatePasskey
from handlers.passkey.registration import GenerateRegisterOptions, VerifyRegistration
from server.config.settings import Settings
from server.feature import Feature


def _load(_settings: Settings) -> None:
    """Before the workers are forked, which have it in common then; without the plugin nobody has it."""
    importlib.import_module(f"{__name__}.verifying")


FEATURE = Feature(
    name="passkey",
    plugin=True,
    by_default=True,
    api=(
        ("/passkey/generate-register-options", GenerateRegisterOptions),
        ("/passkey/generate-authenticate-options", GenerateAuthenticateOptions),
        ("/passkey/verify-registration", VerifyRegistration),
        ("/passkey/verify-authentication", VerifyAuthentication),
        ("/passkey/list-user-passkeys", ListUserPasskeys),
        ("/passkey/update-passkey", UpdatePasskey),
        ("/passkey/delete-passkey", DeletePasskey),
    ),
    check=_load,
    way=lambda services: True,
)
