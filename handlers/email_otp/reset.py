"""POST /email-otp/request-password-reset, under its older name too, and POST /email-otp/reset-password."""

from __future__ import annotations

from handlers.email_otp import mails
from handlers.email_otp.handler import CodeHandler
from handlers.email_otp.routes import SUCCESS
from server import errors
from server.authentication import owner
from server.database import Transaction
from server.errors import APIError
from server.http.access import answers
from server.http.guards import public_with
from server.model import User
from server.protocol import bodies, rules
from server.store import users


class RequestPasswordResetEmailOTPBody(bodies.Body):
    """Whose password."""

    email: str = bodies.required(rules.string)


class ResetPasswordEmailOTPBody(bodies.Body):
    """The code that the address got, and the new password."""

    email: str = bodies.required(rules.string)
    otp: str = bodies.required(rules.string)
    password: str = bodies.required(rules.string)


class RequestPasswordResetEmailOTP(CodeHandler):
    """POST /email-otp/request-password-reset."""

    @public_with(RequestPasswordResetEmailOTPBody)
    @answers(SUCCESS)
    async def post(self, body: RequestPasswordResetEmailOTPBody) -> None:
        """Mails a code, the same to everybody and with the same work. S10."""
        address = self.read_address(body.email)
        user = await self.send_code("forget-password", address)
        self.audit("password-reset-requested", **self.tried(address, user.id if user else None))
        self.answer({"success": True})


class ForgetPasswordEmailOTP(RequestPasswordResetEmailOTP):
    """POST /forget-password/email-otp, the same under an older name."""


class ResetPasswordEmailOTP(CodeHandler):
    """POST /email-otp/reset-password."""

    @public_with(ResetPasswordEmailOTPBody)
    @answers(SUCCESS, refused=(403,))
    async def post(self, body: ResetPasswordEmailOTPBody) -> None:
        """The first who has the code chooses the password; signs nobody in. S17 S18."""
        address = self.read_address(body.email)
        passwords = self.services.passwords
        passwords.check_length(body.password)
        await self.count_try(address)
        user = await self._find(address, body.otp)
        passwords.check_new(body.password, user.name, user.email)
        await self._redeem(address, body.otp, await passwords.hash_new(body.password))
        await self.guessed(address)
        await self.attempt_succeeded(user.email)
        self.answer({"success": True})

    async def _find(self, address: str, otp: str) -> User:
        """Whose code it is, which stays good: a hash is made for who has it alone."""
        async with self.services.db.transaction() as tx:
            identifier = mails.identifier("forget-password", address)
            refusal = await self.find_refusal(tx, identifier, otp, keep=True)
        if refusal:
            raise refusal
        user = await users.find_by_email(self.services.db, address)
        if user is None:
            raise errors.user_not_found()
        return user

    async def _redeem(self, address: str, otp: str, hashed: str) -> None:
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, mails.identifier("forget-password", address), otp)
            refusal = refusal or await self._store(tx, address, hashed)
        if refusal:
            raise refusal

    async def _store(self, tx: Transaction, address: str, hashed: str) -> APIError | None:
        """The code also proves the address: nothing that somebody did with it before is left."""
        services = self.services
        user = await owner.hold(tx, address)
        if user is None:
            return errors.user_not_found()
        found = await owner.prove(tx, services.sessions, user)
        if found.proven:
            await self.record(tx, "email-verified", user_id=user.id)
        await services.accounts.set_password(tx, found.user, hashed, self.code_settings.revokes_sessions)
        await self.record(tx, "password-reset", user_id=user.id)
        return None
