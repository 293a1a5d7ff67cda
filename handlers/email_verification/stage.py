"""REQUIRE_EMAIL_VERIFICATION: nobody comes in by password whose address is not proven."""

from __future__ import annotations

from handlers.email_verification import errors
from server.authentication.sign_in import Authentication, Challenge, Stage
from server.database import Transaction
from server.services import Services

_BY_PASSWORD = ("email", "username")


def require_verified(services: Services) -> Stage:
    """Raises EMAIL_NOT_VERIFIED after the right password, as better-auth's sign-in does."""
    required = services.config.verification.required

    async def ask(tx: Transaction, proved: Authentication) -> Challenge | None:
        if required and proved.method in _BY_PASSWORD and not proved.user.email_verified:
            raise errors.email_not_verified()
        return None

    return ask
