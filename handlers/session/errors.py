"""The codes of sessions, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def method_not_allowed_defer_session_required() -> APIError:
    """405 for POST /get-session without deferred refresh."""
    return APIError(
        405,
        "METHOD_NOT_ALLOWED_DEFER_SESSION_REQUIRED",
        "POST method requires deferSessionRefresh to be enabled in session config",
    )


def failed_to_update_session() -> APIError:
    """400 for a value that cannot be stored, where better-auth fails with a 500."""
    return APIError(400, "FAILED_TO_UPDATE_SESSION", "Failed to update session")
