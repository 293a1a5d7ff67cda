"""Passkeys: signing in with a key that a device or a password manager holds; better-auth's plugin of that name."""

from handlers.passkey.authentication import GenerateAuthenticateOptions, VerifyAuthentication
from handlers.passkey.loading import share
from handlers.passkey.management import DeletePasskey, ListUserPasskeys, UpdatePasskey
from handlers.passkey.registration import GenerateRegisterOptions, VerifyRegistration
from server.feature import Feature

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
    check=share,
    way=lambda services: True,
)
