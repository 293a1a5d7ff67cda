"""The codes of a captcha, in better-auth's words."""

from __future__ import annotations

from server.errors import APIError


def missing_response() -> APIError:
    """400 without the header that carries the answer."""
    return APIError(400, "MISSING_RESPONSE", "Missing CAPTCHA response")


def verification_failed() -> APIError:
    """403 for an answer that its provider does not take."""
    return APIError(403, "VERIFICATION_FAILED", "Captcha verification failed")


def unknown_error(place: str) -> APIError:
    """500 where the provider cannot be asked: nobody comes in then. S38."""
    error = APIError(500, "UNKNOWN_ERROR", "Something went wrong")
    return error.because(
        f"{place} did not say whether a captcha was solved: nobody gets past it until it does"
    )
