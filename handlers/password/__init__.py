"""Changing, checking and resetting the password."""

from handlers.password.routes import (
    ChangePassword,
    RequestPasswordReset,
    ResetPassword,
    ResetPasswordCallback,
    VerifyPassword,
)
from server.feature import Feature

FEATURE = Feature(
    name="password",
    api=(
        ("/change-password", ChangePassword),
        ("/verify-password", VerifyPassword),
        ("/request-password-reset", RequestPasswordReset),
        ("/reset-password", ResetPassword),
        ("/reset-password/([^/]+)", ResetPasswordCallback),
    ),
)
