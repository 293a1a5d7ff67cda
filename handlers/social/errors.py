"""The codes of signing in with a provider, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def provider_not_found() -> APIError:
    """404 for a provider that is not configured."""
    return APIError(404, "PROVIDER_NOT_FOUND", "Provider not found")


def id_token_not_supported() -> APIError:
    """404 for a provider whose id tokens cannot be checked."""
    return APIError(404, "ID_TOKEN_NOT_SUPPORTED", "id_token not supported")


def failed_to_get_user_info() -> APIError:
    """401: the provider does not say who somebody is."""
    return APIError(401, "FAILED_TO_GET_USER_INFO", "Failed to get user info")


def user_email_not_found() -> APIError:
    """401: the provider has no address of theirs."""
    return APIError(401, "USER_EMAIL_NOT_FOUND", "User email not found")


def oauth_link_error(words: str) -> APIError:
    """401, with the words of the refusal."""
    return APIError(401, "OAUTH_LINK_ERROR", words)


def social_account_already_linked() -> APIError:
    """409 for an account that is another user's."""
    return APIError(409, "SOCIAL_ACCOUNT_ALREADY_LINKED", "Social account already linked")


def linking_not_allowed() -> APIError:
    """401: neither the provider nor its word on the address is trusted."""
    return APIError(401, "LINKING_NOT_ALLOWED", "Account not linked - linking not allowed")


def linking_different_emails_not_allowed() -> APIError:
    """401: the address there is another one."""
    return APIError(
        401,
        "LINKING_DIFFERENT_EMAILS_NOT_ALLOWED",
        "Account not linked - different emails not allowed",
    )


def linking_failed() -> APIError:
    """417: the row could not be written."""
    return APIError(417, "LINKING_FAILED", "Account not linked - unable to create account")
