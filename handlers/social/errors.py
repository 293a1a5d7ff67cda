"""The codes of signing in with a provider, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def provider_not_found() -> APIError:
    """404 for a provider that is not configured."""
    return APIError(404, "PROVIDER_NOT_FOUND", "Provider not found")
