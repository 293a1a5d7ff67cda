"""The refusals of guests, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def already_anonymous() -> APIError:
    """400 for a guest who wants to be another one."""
    return APIError(
        400,
        "ANONYMOUS_USERS_CANNOT_SIGN_IN_AGAIN_ANONYMOUSLY",
        "Anonymous users cannot sign in again anonymously",
    )


def user_is_not_anonymous() -> APIError:
    """403 for somebody who is no guest: their account is deleted elsewhere, after more questions."""
    return APIError(403, "USER_IS_NOT_ANONYMOUS", "User is not anonymous")
