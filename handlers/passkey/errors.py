"""The codes of passkeys, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def challenge_not_found() -> APIError:
    """400 for what answers no challenge of this browser: none was asked for, it was answered before, or it is over."""
    return APIError(400, "CHALLENGE_NOT_FOUND", "Challenge not found")


def failed_to_verify_registration(status: int) -> APIError:
    """400 for a request that names no origin; 500, as better-auth has it, for any response that does not hold."""
    return APIError(status, "FAILED_TO_VERIFY_REGISTRATION", "Failed to verify registration")


def not_allowed(status: int = 401) -> APIError:
    """401 for a challenge or a passkey of somebody else's. S40."""
    return APIError(
        status,
        "YOU_ARE_NOT_ALLOWED_TO_REGISTER_THIS_PASSKEY",
        "You are not allowed to register this passkey",
    )


def previously_registered() -> APIError:
    """400 for a credential that is somebody's already; better-auth stores it twice."""
    return APIError(400, "PREVIOUSLY_REGISTERED", "Previously registered")


def origin_missing() -> APIError:
    """400 for a request that names no origin; better-auth gives it no code."""
    return APIError(400, None, "origin missing")


def passkey_not_found(status: int) -> APIError:
    """401 for a credential that nobody has registered, 404 for a row that is not there."""
    return APIError(status, "PASSKEY_NOT_FOUND", "Passkey not found")


def authentication_failed(status: int) -> APIError:
    """401 for a signature that is not the passkey's, 400 for everything else that does not hold."""
    return APIError(status, "AUTHENTICATION_FAILED", "Authentication failed")


def missing_parameter(name: str) -> APIError:
    """400 for an id that is empty; better-auth gives it no code."""
    return APIError(400, None, f"Missing required parameter: {name}")


def unauthorized_empty() -> APIError:
    """401 with an empty body, for who would delete somebody else's. S40."""
    return APIError(401, None, None, {"Content-Type": "application/json"})


def user_not_found() -> APIError:
    """500 for a passkey whose user is gone; better-auth gives it no code."""
    return APIError(500, None, "User not found")
