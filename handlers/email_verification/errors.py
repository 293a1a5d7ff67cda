"""The codes of proving and changing an address, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def email_mismatch() -> APIError:
    """400 when a signed-in caller asks for a mail to another address."""
    return APIError(400, "EMAIL_MISMATCH", "Email mismatch")


def email_already_verified() -> APIError:
    """400 when there is nothing left to verify."""
    return APIError(400, "EMAIL_ALREADY_VERIFIED", "Email is already verified")


def email_is_the_same() -> APIError:
    """400 for a change of address that changes nothing; better-auth gives it no code."""
    return APIError(400, None, "Email is the same")


def token_expired() -> APIError:
    """401 for a signed link whose time is over."""
    return APIError(401, "TOKEN_EXPIRED", "Token expired")


def invalid_user() -> APIError:
    """401 for a link of another user than the one signed in."""
    return APIError(401, "INVALID_USER", "Invalid user")


def email_not_verified() -> APIError:
    """403 with REQUIRE_EMAIL_VERIFICATION, after the right password."""
    error = APIError(403, "EMAIL_NOT_VERIFIED", "Email not verified")
    return error.because(
        "an address has to be proven before its owner comes in: REQUIRE_EMAIL_VERIFICATION is on"
    )
