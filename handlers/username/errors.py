"""The codes of names, in better-auth's words: 422 where a name is asked for, 400 where one is written."""

from __future__ import annotations

from server.errors import APIError


def invalid_username_or_password() -> APIError:
    """401, the same for an unknown name and a wrong password. S9."""
    return APIError(401, "INVALID_USERNAME_OR_PASSWORD", "Invalid username or password")


def username_too_short(status: int) -> APIError:
    """For fewer than three characters."""
    return APIError(status, "USERNAME_TOO_SHORT", "Username is too short")


def username_too_long(status: int) -> APIError:
    """For more than thirty characters."""
    return APIError(status, "USERNAME_TOO_LONG", "Username is too long")


def invalid_username(status: int) -> APIError:
    """For what is no letter or digit of ASCII, no underscore and no dot."""
    return APIError(status, "INVALID_USERNAME", "Username is invalid")


def username_is_already_taken() -> APIError:
    """400 for the name of somebody else."""
    return APIError(400, "USERNAME_IS_ALREADY_TAKEN", "Username is already taken. Please try another.")
