"""The refusals of one-time tokens; better-auth gives them no code."""

from __future__ import annotations

from server.errors import APIError


def invalid_token() -> APIError:
    """400 for a token that is unknown, used or over."""
    return APIError(400, None, "Invalid token")


def session_not_found() -> APIError:
    """400 for the token of a session that has been ended since."""
    return APIError(400, None, "Session not found")


def session_expired() -> APIError:
    """400 for the token of a session whose time is over."""
    return APIError(400, None, "Session expired")
