"""The refusal of sessions that are none of this browser's, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def invalid_session_token() -> APIError:
    """401 for a session that this browser has no cookie of, or that has ended."""
    return APIError(401, "INVALID_SESSION_TOKEN", "Invalid session token")
