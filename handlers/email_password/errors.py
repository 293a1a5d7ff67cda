"""The codes of sign-up, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def email_password_sign_up_disabled() -> APIError:
    """400 while DISABLE_SIGN_UP is set."""
    error = APIError(400, "EMAIL_PASSWORD_SIGN_UP_DISABLED", "Email and password sign up is not enabled")
    return error.because("nobody may sign up: DISABLE_SIGN_UP is on")


def user_already_exists_use_another_email() -> APIError:
    """422 when the e-mail address is taken at sign-up."""
    return APIError(422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "User already exists. Use another email.")
