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


def failed_to_get_access_token() -> APIError:
    """400: the provider gave no new one, or what is stored cannot be read."""
    return APIError(400, "FAILED_TO_GET_ACCESS_TOKEN", "Failed to get a valid access token")


def failed_to_refresh_access_token() -> APIError:
    """400: the provider gave no new one."""
    return APIError(400, "FAILED_TO_REFRESH_ACCESS_TOKEN", "Failed to refresh access token")


def token_refresh_not_supported(provider: str) -> APIError:
    """400 for a provider that gives no refresh tokens."""
    return APIError(
        400, "TOKEN_REFRESH_NOT_SUPPORTED", f"Provider {provider} does not support token refreshing."
    )


def refresh_token_not_found() -> APIError:
    """400 for an account that came without one."""
    return APIError(400, "REFRESH_TOKEN_NOT_FOUND", "Refresh token not found")


def access_token_not_found() -> APIError:
    """400 for an account that came without one."""
    return APIError(400, "ACCESS_TOKEN_NOT_FOUND", "Access token not found")


def failed_to_get_user_info() -> APIError:
    """401: the provider does not say who it is."""
    return APIError(401, "FAILED_TO_GET_USER_INFO", "Failed to get user info")


def unauthorized_empty() -> APIError:
    """401 with an empty body that is said to be JSON, as the token endpoints answer without a session."""
    return APIError(401, None, None, {"Content-Type": "application/json"})
