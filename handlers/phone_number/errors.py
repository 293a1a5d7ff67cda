"""The refusals of phone numbers and their codes, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def invalid_phone_number() -> APIError:
    """400 for what is no number with its country."""
    return APIError(400, "INVALID_PHONE_NUMBER", "Invalid phone number")


def phone_number_exists() -> APIError:
    """400 for the number of somebody."""
    return APIError(400, "PHONE_NUMBER_EXIST", "Phone number already exists")


def invalid_phone_number_or_password() -> APIError:
    """401, the same for an unknown number and a wrong password. S9."""
    return APIError(401, "INVALID_PHONE_NUMBER_OR_PASSWORD", "Invalid phone number or password")


def phone_number_not_verified() -> APIError:
    """401 with PHONE_NUMBER_REQUIRE_VERIFICATION, after the right password."""
    return APIError(401, "PHONE_NUMBER_NOT_VERIFIED", "Phone number not verified")


def pending_verification() -> APIError:
    """400 where a number that nobody has proven asks for a new password."""
    return APIError(400, "PHONE_NUMBER_PENDING_VERIFICATION", "Phone number requires account ownership proof")


def unexpected_error() -> APIError:
    """400 for a code of a number that has nobody any more."""
    return APIError(400, "UNEXPECTED_ERROR", "Unexpected error")


def otp_not_found() -> APIError:
    """400 where no code was sent, or it was used."""
    return APIError(400, "OTP_NOT_FOUND", "OTP not found")


def otp_expired() -> APIError:
    """400 for a code whose time is over."""
    return APIError(400, "OTP_EXPIRED", "OTP expired")


def invalid_otp() -> APIError:
    """400 for a wrong code."""
    return APIError(400, "INVALID_OTP", "Invalid OTP")


def too_many_attempts() -> APIError:
    """403 where a code was tried too often; it is void."""
    return APIError(403, "TOO_MANY_ATTEMPTS", "Too many attempts")


def cannot_be_updated() -> APIError:
    """400 for update-user: a number is proven before it is somebody's."""
    return APIError(400, "PHONE_NUMBER_CANNOT_BE_UPDATED", "Phone number cannot be updated")


def cannot_be_set() -> APIError:
    """400 for sign-up, likewise."""
    return APIError(400, "PHONE_NUMBER_CANNOT_BE_SET", "Phone number can only be set by verifying it")


def failed_to_update_user() -> APIError:
    """500, as better-auth has it, for a proven number of nobody where nobody signs up with one."""
    return APIError(500, "FAILED_TO_UPDATE_USER", "Failed to update user")
