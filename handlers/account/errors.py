"""The codes of the ways to sign in, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def failed_to_unlink_last_account() -> APIError:
    """400: a user with one way to sign in keeps it."""
    return APIError(400, "FAILED_TO_UNLINK_LAST_ACCOUNT", "You can't unlink your last account")


def account_not_found() -> APIError:
    """400 for an account that is not the caller's. S40."""
    return APIError(400, "ACCOUNT_NOT_FOUND", "Account not found")


def provider_not_supported(provider: str) -> APIError:
    """400 for the tokens of an account whose provider is not configured."""
    return APIError(400, "PROVIDER_NOT_SUPPORTED", f"Provider {provider} is not supported.")


def provider_not_configured() -> APIError:
    """400 for the profile of an account whose provider is not configured."""
    return APIError(
        400, "PROVIDER_NOT_CONFIGURED", "Account is not associated with a configured social provider."
    )


def unauthorized_empty() -> APIError:
    """401 with an empty body that is said to be JSON, as the token endpoints answer without a session."""
    return APIError(401, None, None, {"Content-Type": "application/json"})
