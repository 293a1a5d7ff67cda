"""POST /email-otp/request-email-change and /change-email: another address, by a code that it got."""

from __future__ import annotations

from dataclasses import replace

from handlers.email_otp import errors as refusals
from handlers.email_otp import mails
from handlers.email_otp.handler import CodeHandler
from handlers.email_otp.routes import SUCCESS
from server import clock, errors
from server.authentication import codes, verifications
from server.database import Transaction
from server.errors import APIError
from server.http.access import answers
from server.http.guards import signed_in_with
from server.model import SignedIn, User
from server.protocol import bodies, rules
from server.store import users
from server.store.users import EmailTaken


class RequestEmailChangeEmailOTPBody(bodies.Body):
    """The new address, and a code that the present one got where the settings ask for it."""

    new_email: str = bodies.required(rules.string, "newEmail")
    otp: str | None = bodies.optional(rules.string)


class ChangeEmailEmailOTPBody(bodies.Body):
    """The new address, and the code that it got."""

    new_email: str = bodies.required(rules.string, "newEmail")
    otp: str = bodies.required(rules.string)


class _Change(CodeHandler):
    def read_new(self, user: User, new_email: str) -> str:
        """The new address; raises what there is against it."""
        if not self.code_settings.changes_email:
            raise refusals.change_email_disabled()
        address = self.read_address(new_email)
        if address == user.email.lower():
            raise refusals.email_is_the_same()
        return address


class RequestEmailChangeEmailOTP(_Change):
    """POST /email-otp/request-email-change."""

    @signed_in_with(RequestEmailChangeEmailOTPBody, authoritative=True)
    @answers(SUCCESS, refused=(403,))
    async def post(self, who: SignedIn, body: RequestEmailChangeEmailOTPBody) -> None:
        """Mails the new address a code; the same answer where it is taken. S10."""
        address = self.read_new(who.user, body.new_email)
        if self.code_settings.verifies_current_email:
            await self._check_current(who.user.email.lower(), body.otp)
        taken = await users.find_by_email(self.services.db, address)
        async with self.services.db.transaction() as tx:
            await self._send(tx, who.user, address, taken is not None)
            await self.record(tx, "email-change-requested", user_id=who.user.id)
        self.answer({"success": True})

    async def _check_current(self, address: str, otp: str | None) -> None:
        if not otp:
            raise refusals.otp_required()
        await self.count_try(address)
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, mails.identifier("email-verification", address), otp)
        if refusal:
            raise refusal
        await self.guessed(address)

    async def _send(self, tx: Transaction, user: User, address: str, taken: bool) -> None:
        identifier = mails.identifier("change-email", f"{user.id}:{address}")
        if taken:
            await verifications.consume(tx, identifier)
            await self.services.mailer.queue_nothing(tx)
            return
        code = await codes.create(tx, identifier)
        await self.services.mailer.queue(tx, mails.mail("change-email", address, user.name, code))


class ChangeEmailEmailOTP(_Change):
    """POST /email-otp/change-email."""

    @signed_in_with(ChangeEmailEmailOTPBody, authoritative=True)
    @answers(SUCCESS, refused=(403,))
    async def post(self, who: SignedIn, body: ChangeEmailEmailOTPBody) -> None:
        """The address is another one, and proven; who has the old one hears of it. S15 S18."""
        address = self.read_new(who.user, body.new_email)
        await self.count_try(address)
        refusal = await self._redeem(who.user, address, body.otp)
        if refusal:
            raise refusal
        await self.guessed(address)
        self.set_session(SignedIn(who.session, replace(who.user, email=address, email_verified=True)))
        self.answer({"success": True})

    async def _redeem(self, user: User, address: str, otp: str) -> APIError | None:
        changed = replace(user, email=address, email_verified=True, updated_at=clock.now())
        try:
            async with self.services.db.transaction() as tx:
                identifier = mails.identifier("change-email", f"{user.id}:{address}")
                refusal = await self.find_refusal(tx, identifier, otp)
                return refusal or await self._store(tx, user, changed)
        except EmailTaken:
            return refusals.email_already_in_use()

    async def _store(self, tx: Transaction, user: User, changed: User) -> APIError | None:
        if await users.find_by_email(tx, changed.email):
            return refusals.email_already_in_use()
        if not await users.update_email(tx, changed, user.email):
            return errors.user_not_found()
        await self.services.accounts.address_changed(tx, user, changed.email)
        await self.record(tx, "email-changed", user_id=user.id)
        return None
