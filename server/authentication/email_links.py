"""The mails that prove an e-mail address, each with its signed link."""

from __future__ import annotations

from msgspec import Struct

from server.authentication import email_tokens
from server.authentication.email_tokens import SECONDS, EmailToken
from server.database import Executor
from server.mail import Email, Mail, Mailer
from server.model import User
from server.protocol import uri

CONFIRMATION = "change-email-confirmation"
VERIFICATION = "change-email-verification"
# What our own app names as the callback of a change; the mail to the old address then leads to the page below.
CHANGED_PAGE = "/verify-email?for=change"
APPROVAL_PAGE = "/verify-email?for=approve"
_NEW_EMAIL = {"new_email": 254}
EMAIL_CHANGED = Email("email-changed", members=_NEW_EMAIL)
EMAILS = (
    Email("verify-email", SECONDS, link=True),
    Email(CONFIRMATION, SECONDS, link=True, members=_NEW_EMAIL),
    Email(VERIFICATION, SECONDS, link=True, members=_NEW_EMAIL),
    EMAIL_CHANGED,
)


class EmailLinks(Struct, frozen=True):
    """Writes links below the API's public address, never from a request's Host. S42."""

    mailer: Mailer
    secret: str
    api_url: str

    async def verify(
        self, db: Executor, user: User, callback_url: str | None, sign_up: str | None = None
    ) -> None:
        """Asks the user to prove the address they have, and with `sign_up` that this further sign-up is theirs."""
        token = EmailToken(user.email, user.id, sign_up=sign_up)
        await self._queue(db, "verify-email", user.email, user.name, token, callback_url)

    async def confirm_change(
        self, db: Executor, user: User, new_email: str, callback_url: str | None
    ) -> None:
        """Asks at the old address whether it may be changed; where our own app asks, on a page that asks once more."""
        token = EmailToken(user.email, user.id, new_email, CONFIRMATION)
        await self._queue(db, CONFIRMATION, user.email, user.name, token, callback_url)

    async def verify_change(self, db: Executor, user: User, new_email: str, callback_url: str | None) -> None:
        """Asks at the new address to prove it."""
        token = EmailToken(user.email, user.id, new_email, VERIFICATION)
        await self._queue(db, VERIFICATION, new_email, user.name, token, callback_url)

    async def _queue(
        self, db: Executor, template: str, to: str, name: str, token: EmailToken, callback_url: str | None
    ) -> None:
        text = email_tokens.write(self.secret, token)
        url = f"{self.api_url}/verify-email?token={text}&callbackURL={uri.encode_component(callback_url or '/')}"
        if template == CONFIRMATION and callback_url == CHANGED_PAGE:
            url = f"{self.mailer.site}{APPROVAL_PAGE}&token={text}"
        context = {"name": name, "url": url}
        if token.update_to:
            context |= {"email": token.email, "new_email": token.update_to}
        await self.mailer.queue(db, Mail(template, to, context))
