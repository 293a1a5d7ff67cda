"""The refusals of One Tap; better-auth gives them no code."""

from __future__ import annotations

from server.errors import APIError


def invalid_id_token() -> APIError:
    """400 for a token that is not Google's, not for us, or over."""
    return APIError(400, None, "invalid id token")


def email_not_available() -> APIError:
    """400: Google says no address of theirs."""
    return APIError(400, None, "Email not available in token")


def client_id_required() -> APIError:
    """400: nothing says which tokens of Google's are for us."""
    refused = APIError(
        400,
        None,
        "Google client ID is required for One Tap. "
        "Set it on the oneTap plugin (clientId) or on socialProviders.google.",
    )
    return refused.because("one-tap takes GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET")


def not_linked(words: str) -> APIError:
    """401, with the words of the refusal."""
    return APIError(401, None, words)
