"""The codes of the second factor, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def otp_not_configured() -> APIError:
    """400 where nobody mails codes."""
    return APIError(400, "OTP_NOT_CONFIGURED", "OTP is not available")


def otp_has_expired() -> APIError:
    """400 for a mailed code whose time is over, and where none was asked for."""
    return APIError(400, "OTP_HAS_EXPIRED", "OTP has expired")


def totp_not_enabled() -> APIError:
    """400 for who has no authenticator."""
    return APIError(400, "TOTP_NOT_ENABLED", "TOTP not enabled")


def totp_already_enabled() -> APIError:
    """400 for who has one already, and has used it."""
    return APIError(400, "TOTP_ALREADY_ENABLED", "TOTP is already enabled")


def two_factor_not_enabled() -> APIError:
    """400 for who has no second factor."""
    return APIError(400, "TWO_FACTOR_NOT_ENABLED", "Two factor isn't enabled")


def backup_codes_not_enabled() -> APIError:
    """400 for who has no backup codes, since they come with an authenticator."""
    return APIError(400, "BACKUP_CODES_NOT_ENABLED", "Backup codes aren't enabled")


def invalid_code() -> APIError:
    """401 for a wrong code, and for one that was used."""
    return APIError(401, "INVALID_CODE", "Invalid code")


def invalid_backup_code() -> APIError:
    """401 for a wrong backup code, and for one that was used."""
    return APIError(401, "INVALID_BACKUP_CODE", "Invalid backup code")


def backup_codes_changed() -> APIError:
    """409 where another server has changed the codes meanwhile; better-auth gives it no code."""
    return APIError(409, None, "Failed to verify backup code. Please try again.")


def too_many_attempts() -> APIError:
    """400 after five wrong codes in one sign-in, or of one mailed code."""
    return APIError(
        400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", "Too many attempts. Please request a new code."
    )


def account_temporarily_locked(seconds: int) -> APIError:
    """429 for so long after ten wrong codes in a row, whatever the sign-in; the right one is refused as well. S19."""
    return APIError(
        429,
        "ACCOUNT_TEMPORARILY_LOCKED",
        "Too many failed verification attempts. Your account is temporarily locked. Please try again later.",
        {"Retry-After": str(seconds)},
    )


def invalid_two_factor_cookie() -> APIError:
    """401 where no sign-in waits for a second factor."""
    return APIError(401, "INVALID_TWO_FACTOR_COOKIE", "Invalid two factor cookie")


def failed_to_create_session() -> APIError:
    """400 for a sign-in whose second factor was turned off meanwhile."""
    return APIError(400, "FAILED_TO_CREATE_SESSION", "Failed to create session")


def unreadable() -> APIError:
    """500 where the secrets do not open what they should have sealed: one of them was taken out too early."""
    return APIError(500, "TWO_FACTOR_UNREADABLE", "The second factor of this account cannot be read").because(
        "a second factor was encrypted with a secret that BETTER_AUTH_SECRETS does not list any more"
    )
