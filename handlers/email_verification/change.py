"""POST /change-email."""

from __future__ import annotations

from handlers.email_verification import errors
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import signed_in_with
from server.model import SignedIn
from server.protocol import bodies, rules, schemas
from server.store import users


class ChangeEmailBody(bodies.Body):
    """The new address, and where the link ends."""

    new_email: str = bodies.required(rules.email, "newEmail")
    callback_url: str | None = bodies.redirect("callbackURL")


class ChangeEmail(ApiHandler):
    """POST /change-email: nothing changes before the mails are answered."""

    @signed_in_with(ChangeEmailBody, authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: ChangeEmailBody) -> None:
        """Mails the old address when it is proven, else the new one; the same answer when it is taken. S10."""
        services, user = self.services, who.user
        new_email = body.new_email.lower()
        if new_email == user.email.lower():
            raise errors.email_is_the_same()
        if await users.find_by_email(services.db, new_email):
            await services.mailer.queue_nothing(services.db)
        elif user.email_verified:
            await services.links.confirm_change(services.db, user, new_email, body.callback_url)
        else:
            await services.links.verify_change(services.db, user, new_email, body.callback_url)
        self.audit("email-change-requested", user_id=user.id)
        self.answer({"status": True})
