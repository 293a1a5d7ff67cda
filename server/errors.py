"""APIError, the one type for refusals, and the core's codes in better-auth's words; StartError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Self

# What can stand in BETTER_AUTH_TRUSTED_ORIGINS as it is, and in a shell.
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[a-z0-9.:\[\]_-]*")


class StartError(Exception):
    """The server cannot start; one line that says what to do."""


class SettingsError(StartError):
    """A variable holds what it cannot take; one line for the person who starts the server."""


class APIError(Exception):
    """A refusal with an HTTP status, and a `code` and `message` in the body; `code` None leaves it out."""

    def __init__(
        self, status: int, code: str | None, message: str | None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.reason = ""

    def because(self, reason: str) -> Self:
        """With a line for the log: what was refused, and the setting that would allow it."""
        self.reason = reason
        return self

    def body(self) -> dict[str, object]:
        """`{message, code}` as better-auth orders them, and `error: {code, message}`."""
        flat = {"message": self.message} | ({"code": self.code} if self.code else {})
        return {**flat, "error": {"code": self.code or f"HTTP_{self.status}", "message": self.message}}


def _bad_request(code: str, message: str) -> APIError:
    return APIError(400, code, message)


def not_found() -> APIError:
    """404 with an empty body: better-auth's answer to a wrong path or method."""
    return APIError(404, None, None)


def validation_error(message: str) -> APIError:
    """400 for a body or query that does not fit; `message` names each field."""
    return _bad_request("VALIDATION_ERROR", message)


def invalid_json() -> APIError:
    """400 for a body that is not JSON."""
    return _bad_request("BAD_REQUEST", "Invalid JSON in request body")


def text_not_storable() -> APIError:
    """400 for a text with a NUL, which PostgreSQL cannot store; better-auth answers 500."""
    return _bad_request("BAD_REQUEST", "A text holds a character that cannot be stored")


def change_refused() -> APIError:
    """409 where a rule that others gave the tables speaks against a change; better-auth answers 500."""
    return APIError(409, "CHANGE_REFUSED", "The database does not allow this change")


def too_many_fields() -> APIError:
    """400 for a form with more fields than anybody fills in. S46."""
    return _bad_request("BAD_REQUEST", "Too many form fields")


def unsupported_media_type(content_type: str, allowed: tuple[str, ...]) -> APIError:
    """415 for a body in a media type that the endpoint does not read."""
    types = ", ".join(allowed)
    given = f'Content-Type "{content_type}" is not allowed.' if content_type else "Content-Type is required."
    return APIError(415, "UNSUPPORTED_MEDIA_TYPE", f"{given} Allowed types: {types}")


def payload_too_large(limit: int) -> APIError:
    """413 for a body over `limit` bytes."""
    return APIError(413, "PAYLOAD_TOO_LARGE", f"Request body is larger than {limit} bytes")


def body_broken_off() -> APIError:
    """400 for a body whose end does not come; nobody is there to read it."""
    return _bad_request("BAD_REQUEST", "The request ended before its body did")


def uri_too_long(limit: int) -> APIError:
    """414 for an address over `limit` bytes."""
    return APIError(414, "URI_TOO_LONG", f"Request address is longer than {limit} bytes")


def headers_too_large(limit: int) -> APIError:
    """431 for header fields over `limit` bytes together."""
    return APIError(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", f"Request headers are larger than {limit} bytes")


def unauthorized() -> APIError:
    """401 where a session is needed and there is none."""
    return APIError(401, "UNAUTHORIZED", "Unauthorized")


def session_not_fresh() -> APIError:
    """403 where the session is older than SESSION_FRESH_AGE."""
    error = APIError(403, "SESSION_NOT_FRESH", "Session is not fresh")
    return error.because("a session is too old for what it asks: SESSION_FRESH_AGE says how old it may be")


def failed_to_get_session(status: int = 401) -> APIError:
    """401 when the row vanished during a refresh."""
    return APIError(status, "FAILED_TO_GET_SESSION", "Failed to get session")


def invalid_origin(shown: str) -> APIError:
    """403 for an Origin or Referer that is not trusted. S31."""
    return APIError(403, "INVALID_ORIGIN", "Invalid origin").because(_not_trusted("origin", shown))


def missing_or_null_origin() -> APIError:
    """403 for a request with cookies and no usable Origin. S31."""
    error = APIError(403, "MISSING_OR_NULL_ORIGIN", "Missing or null Origin")
    return error.because(
        "a request has cookies, and no Origin but null: a program says BETTER_AUTH_URL's, or one that "
        "BETTER_AUTH_TRUSTED_ORIGINS names"
    )


def cross_site_navigation_login_blocked() -> APIError:
    """403 for a form on another site that tries to sign the visitor in. S27."""
    return APIError(
        403,
        "CROSS_SITE_NAVIGATION_LOGIN_BLOCKED",
        "Cross-site navigation login blocked. This request appears to be a CSRF attack.",
    )


def invalid_url(label: str, shown: str) -> APIError:
    """403 for a redirect target (`callbackURL`, `redirectURL`, …) that leaves the trusted origins. S34."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", label).upper()
    return APIError(403, f"INVALID_{words}", f"Invalid {label}").because(_not_trusted(label, shown))


def _not_trusted(label: str, shown: str) -> str:
    if _ORIGIN.fullmatch(shown):
        return f"the {label} {shown!r} is not trusted: if it is yours, BETTER_AUTH_TRUSTED_ORIGINS={shown} lets it in"
    return f"the {label} {shown!r} is not trusted: BETTER_AUTH_TRUSTED_ORIGINS would allow its origin"


def url_not_a_string(label: str) -> APIError:
    """400 for a redirect target that is not text."""
    return APIError(400, None, f"Invalid {label}: expected a string")


def too_many_requests(seconds: int) -> APIError:
    """429; `seconds` until another try, in better-auth's header and the standard one."""
    headers = {"X-Retry-After": str(seconds), "Retry-After": str(seconds)}
    return APIError(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later.", headers)


def overloaded(seconds: int = 1) -> APIError:
    """503 while a bounded queue (database, hashing) is full. S46."""
    return APIError(
        503, "SERVICE_UNAVAILABLE", "The server is busy. Please try again.", {"Retry-After": str(seconds)}
    )


def outcome_unknown() -> APIError:
    """503 where the database was lost while it stored something: asking again finds out. S38."""
    return APIError(
        503,
        "OUTCOME_UNKNOWN",
        "It is not known whether this was done. Please try again to find out.",
        {"Retry-After": "1"},
    )


def internal_server_error() -> APIError:
    """500 with nothing about the cause: that is in the log, under the request id. S38."""
    return APIError(500, "INTERNAL_SERVER_ERROR", "Internal Server Error")


def invalid_email() -> APIError:
    """400 for text that is no e-mail address."""
    return _bad_request("INVALID_EMAIL", "Invalid email")


def invalid_password() -> APIError:
    """400 for an empty password, or a wrong current one."""
    return _bad_request("INVALID_PASSWORD", "Invalid password")


def password_too_short() -> APIError:
    """400 below PASSWORD_MIN_LENGTH. S1."""
    error = _bad_request("PASSWORD_TOO_SHORT", "Password too short")
    return error.because("a password is too short: PASSWORD_MIN_LENGTH says how long it has to be")


def password_too_long() -> APIError:
    """400 above PASSWORD_MAX_LENGTH. S2."""
    error = _bad_request("PASSWORD_TOO_LONG", "Password too long")
    return error.because("a password is too long: PASSWORD_MAX_LENGTH says how long it may be")


def password_compromised(
    message: str = "The password is one of the most used ones. Choose another one.",
) -> APIError:
    """400 for a password that is guessed first, with PASSWORD_CHECK=common. S4."""
    error = _bad_request("PASSWORD_COMPROMISED", message)
    return error.because("a password is one of the most used ones: PASSWORD_CHECK says whether that matters")


def failed_to_create_user() -> APIError:
    """422 when the database refuses the row (a NUL in a text, for one)."""
    return APIError(422, "FAILED_TO_CREATE_USER", "Failed to create user")


def invalid_email_or_password() -> APIError:
    """401, the same for an unknown user and a wrong password. S9."""
    return APIError(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password")


def invalid_token(status: int = 400) -> APIError:
    """400, 401 or 404 for a link that is unknown, used or over. S17."""
    return APIError(status, "INVALID_TOKEN", "Invalid token")


def user_not_found(status: int = 400) -> APIError:
    """400 or 401 where the user of a link is gone."""
    return APIError(status, "USER_NOT_FOUND", "User not found")


def credential_account_not_found() -> APIError:
    """400 for a user without a password."""
    return _bad_request("CREDENTIAL_ACCOUNT_NOT_FOUND", "Credential account not found")


def field_not_allowed(name: str) -> APIError:
    """400 for a member that clients may not set."""
    return APIError(400, "FIELD_NOT_ALLOWED", f"{name} is not allowed to be set")


def missing_field(name: str) -> APIError:
    """400 for a sign-up without a member that a feature requires."""
    return APIError(400, "MISSING_FIELD", f"{name} is required")


def no_fields_to_update() -> APIError:
    """400 for an update of nothing that may be updated; better-auth gives it no code."""
    return APIError(400, None, "No fields to update")
