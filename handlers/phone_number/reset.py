"""POST /phone-number/request-password-reset and /phone-number/reset-password."""

from __future__ import annotations

from handlers.phone_number import errors as refusals
from handlers.phone_number import numbers
from handlers.phone_number.handler import PhoneHandler
from handlers.phone_number.numbers import RESET
from server.http.access import answers
from server.http.guards import public_with
from server.model import User
from server.protocol import bodies, rules, schemas


class RequestPasswordResetPhoneNumberBody(bodies.Body):
    """Whose password."""

    phone_number: str = bodies.required(rules.string, "phoneNumber")


class ResetPasswordPhoneNumberBody(bodies.Body):
    """The code that the number got, and the new password."""

    otp: str = bodies.required(rules.string)
    phone_number: str = bodies.required(rules.string, "phoneNumber")
    new_password: str = bodies.required(rules.string, "newPassword")


class RequestPasswordResetPhoneNumber(PhoneHandler):
    """POST /phone-number/request-password-reset."""

    @public_with(RequestPasswordResetPhoneNumberBody)
    @answers(schemas.STATUS)
    async def post(self, body: RequestPasswordResetPhoneNumberBody) -> None:
        """Texts a code; the same answer, after the same work, where it goes to nobody. S10."""
        number = numbers.plain(body.phone_number)
        await self.count_text(number)
        user = await numbers.find_user(self.services.db, body.phone_number)
        async with self.services.db.transaction() as tx:
            await self.send_code(tx, RESET, number, to_nobody=user is None or self._waits(user))
            whose = self.tried(number, user.id if user else None)
            await self.record(tx, "password-reset-requested", **whose)
        self.answer({"status": True})

    def _waits(self, user: User) -> bool:
        return self.phone_settings.verification_required and not numbers.is_verified(user)


class ResetPasswordPhoneNumber(PhoneHandler):
    """POST /phone-number/reset-password."""

    @public_with(ResetPasswordPhoneNumberBody)
    @answers(schemas.STATUS, refused=(403,))
    async def post(self, body: ResetPasswordPhoneNumberBody) -> None:
        """The first who has the code chooses the password; signs nobody in. S17 S18."""
        passwords, number = self.services.passwords, numbers.plain(body.phone_number)
        passwords.check_length(body.new_password)
        await self.count_try(number)
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, RESET, number, body.otp, keep=True)
        if refusal:
            raise refusal
        user = await self._find(body.phone_number)
        passwords.check_new(body.new_password, user.name, user.email)
        await self._redeem(user, number, body.otp, await passwords.hash_new(body.new_password))
        await self.guessed(number)
        await self.attempt_succeeded(user.email)
        self.answer({"status": True})

    async def _redeem(self, user: User, number: str, otp: str, hashed: str) -> None:
        revoke = self.phone_settings.revokes_sessions
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, RESET, number, otp)
            if not refusal:
                await self.services.accounts.set_password(tx, user, hashed, revoke)
                await self.record(tx, "password-reset", user_id=user.id)
        if refusal:
            raise refusal

    async def _find(self, given: str) -> User:
        """Whose number it is; raises what speaks against a new password."""
        user = await numbers.find_user(self.services.db, given)
        if user is None:
            raise refusals.unexpected_error()
        if self.phone_settings.verification_required and not numbers.is_verified(user):
            raise refusals.pending_verification()
        return user
