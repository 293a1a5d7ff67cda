"""The codes of the caller's own user, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def email_can_not_be_updated() -> APIError:
    """400 for `email` at /update-user: /change-email is for that."""
    return APIError(400, "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated")


def failed_to_update_user() -> APIError:
    """400 for a value that cannot be stored, where better-auth fails with a 500."""
    return APIError(400, "FAILED_TO_UPDATE_USER", "Failed to update user")


def session_expired() -> APIError:
    """400 for deleting an account without a password and without a fresh session. S26."""
    return APIError(400, "SESSION_EXPIRED", "Session expired. Re-authenticate to perform this action.")


def failed_to_get_user_info() -> APIError:
    """404 for a deletion link that is followed without a session."""
    return APIError(404, "FAILED_TO_GET_USER_INFO", "Failed to get user info")
