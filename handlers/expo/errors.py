"""Refusals of the way to a provider by an app's browser, as better-auth says them: without a code."""

from __future__ import annotations

from server.errors import APIError


def invalid_authorization_url() -> APIError:
    """400 for an address that is no provider's, or that would not come back here. S34."""
    return APIError(400, None, "Invalid authorizationURL")


def no_state() -> APIError:
    """400 for an address without a state, which nothing would bind to this browser. S43."""
    return APIError(400, None, "Unexpected error")
