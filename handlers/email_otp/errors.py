"""The refusals of codes, in better-auth's words; where it gives no code there is none."""

from __future__ import annotations

from server.errors import APIError


def otp_expired() -> APIError:
    """400 for a code whose time is over."""
    return APIError(400, "OTP_EXPIRED", "OTP expired")


def invalid_otp() -> APIError:
    """400 for a code that is wrong, used, or was never sent."""
    return APIError(400, "INVALID_OTP", "Invalid OTP")


def too_many_attempts() -> APIError:
    """403 where a code was tried too often; it is void."""
    return APIError(403, "TOO_MANY_ATTEMPTS", "Too many attempts")


def invalid_otp_type() -> APIError:
    """400 where a change of address is asked for at the wrong place."""
    return APIError(400, None, "Invalid OTP type")


def change_email_disabled() -> APIError:
    """400 unless EMAIL_OTP_CHANGE_EMAIL is on."""
    error = APIError(400, None, "Change email with OTP is disabled")
    return error.because("an address is changed by a mailed code with EMAIL_OTP_CHANGE_EMAIL=yes alone")


def email_is_the_same() -> APIError:
    """400 for a change that changes nothing."""
    return APIError(400, None, "Email is the same")


def otp_required() -> APIError:
    """400 with EMAIL_OTP_VERIFY_CURRENT_EMAIL, where no code of the present address is given."""
    return APIError(400, None, "OTP is required to verify current email")


def email_already_in_use() -> APIError:
    """400 where the new address has got an owner since the code was sent."""
    return APIError(400, None, "Email already in use")
