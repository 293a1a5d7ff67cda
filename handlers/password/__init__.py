"""Changing, checking and resetting the password."""

from handlers.password import settings
from handlers.password.routes import (
    RESET_PASSWORD,
    ChangePassword,
    RequestPasswordReset,
    ResetPassword,
    ResetPasswordCallback,
    VerifyPassword,
)
from server.authentication.account_changes import PASSWORD_CHANGED
from server.feature import Feature
from server.limits import Limit
from server.model import Json
from server.services import Services


def boot(services: Services) -> Json:
    """What forms say of a password before it is sent."""
    passwords = services.config.passwords
    return {"passwordMinLength": passwords.min_length, "passwordMaxLength": passwords.max_length}


FEATURE = Feature(
    name="password",
    api=(
        ("/change-password", ChangePassword),
        ("/verify-password", VerifyPassword),
        ("/request-password-reset", RequestPasswordReset),
        ("/reset-password", ResetPassword),
        ("/reset-password/([^/]+)", ResetPasswordCallback),
    ),
    settings=settings.read,
    limits=(
        Limit("/change-password*", 3, seconds=10),
        Limit("/request-password-reset", 3, seconds=60),
        # better-auth counts an older name of it, and the mails of its plugin, in the core.
        Limit("/forget-password*", 3, seconds=60),
        Limit("/email-otp/request-password-reset", 3, seconds=60),
    ),
    emails=(RESET_PASSWORD, PASSWORD_CHANGED),
    boot=boot,
)
