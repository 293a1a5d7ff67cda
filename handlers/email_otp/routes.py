"""POST /email-otp/send-verification-otp, /check-verification-otp, /verify-email and POST /sign-in/email-otp."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

from handlers.email_otp import errors as refusals
from handlers.email_otp import mails
from handlers.email_otp.handler import CodeHandler
from handlers.email_otp.mails import KINDS, Kind
from server import clock, errors
from server.authentication import owner, registration, sign_ups
from server.authentication.owner import Newcomer
from server.authentication.profiles import Wish
from server.authentication.sign_in import Outcome
from server.database import Transaction
from server.errors import APIError
from server.http.access import answers
from server.http.guards import public_with
from server.model import SignedIn, User
from server.protocol import bodies, columns, rules, schemas, wire
from server.store import users

SUCCESS = schemas.members({"success": schemas.always(True)})
_VERIFIED = schemas.members(
    {"status": schemas.always(True), "token": schemas.nullable(schemas.STRING), "user": schemas.USER}
)
_SIGNED_IN = schemas.members({"token": schemas.STRING, "user": schemas.USER})
_kind = rules.one_of(*KINDS)


class SendVerificationOTPBody(bodies.Body):
    """To which address, and what for."""

    email: str = bodies.required(rules.string)
    type: str = bodies.required(_kind)


class CheckVerificationOTPBody(bodies.Body):
    """A code, whose and what for."""

    email: str = bodies.required(rules.string)
    type: str = bodies.required(_kind)
    otp: str = bodies.required(rules.string)


class VerifyEmailOTPBody(bodies.Body):
    """The code that an address got."""

    email: str = bodies.required(rules.string)
    otp: str = bodies.required(rules.string)


class SignInEmailOTPBody(bodies.Body):
    """The code that an address got; all else is about somebody new."""

    open_record: ClassVar = True

    email: str = bodies.required(rules.string)
    otp: str = bodies.required(rules.string)
    name: str | None = bodies.optional(rules.name)
    image: str | None = bodies.optional(rules.string)


class SendVerificationOTP(CodeHandler):
    """POST /email-otp/send-verification-otp."""

    @public_with(SendVerificationOTPBody)
    @answers(SUCCESS)
    async def post(self, body: SendVerificationOTPBody) -> None:
        """Mails a code; the answer is the same where nobody has the address. S10."""
        self.check_form()
        address = self.read_address(body.email)
        if body.type == "change-email":
            raise refusals.invalid_otp_type()
        to_anybody = body.type == "sign-in" and not self.code_settings.sign_up_disabled
        user = await self.send_code(cast(Kind, body.type), address, to_anybody)
        self.audit("code-requested", purpose=body.type, **self.tried(address, user.id if user else None))
        self.answer({"success": True})


class CheckVerificationOTP(CodeHandler):
    """POST /email-otp/check-verification-otp."""

    @public_with(CheckVerificationOTPBody)
    @answers(SUCCESS, refused=(403,))
    async def post(self, body: CheckVerificationOTPBody) -> None:
        """Says whether a code is right, which stays good; a wrong one counts as a try."""
        address = self.read_address(body.email)
        await self.count_try(address)
        async with self.services.db.transaction() as tx:
            identifier = mails.identifier(cast(Kind, body.type), address)
            refusal = await self.find_refusal(tx, identifier, body.otp, keep=True)
        if refusal:
            raise refusal
        await self.guessed(address)
        if await users.find_by_email(self.services.db, address) is None:
            raise errors.user_not_found()
        self.answer({"success": True})


class VerifyEmailOTP(CodeHandler):
    """POST /email-otp/verify-email."""

    @public_with(VerifyEmailOTPBody)
    @answers(_VERIFIED, refused=(403,), signs_in="email-otp")
    async def post(self, body: VerifyEmailOTPBody) -> None:
        """Proves the address, for the first who has the code, and signs in where the settings say so. S18."""
        address = self.read_address(body.email)
        await self.count_try(address)
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, mails.identifier("email-verification", address), body.otp)
            found = refusal or await self._prove(tx, address)
        if isinstance(found, APIError):
            raise found
        await self.guessed(address)
        if isinstance(found, User):
            await self._answer(found)
            return
        who = self.welcome(found, self.is_remembered)
        if who:
            self.answer({"status": True, "token": who.session.token, "user": wire.user(who.user)})

    async def _prove(self, tx: Transaction, address: str) -> Outcome | User | APIError:
        """The address is proven whatever a stage has against a session."""
        user = await owner.hold(tx, address)
        if user is None:
            return errors.user_not_found()
        if not user.email_verified:
            user = await self._settle(tx, user)
            await self.record(tx, "email-verified", user_id=user.id)
        if not self.code_settings.signs_in:
            return user
        return await self.open_in(tx, user)

    async def _settle(self, tx: Transaction, user: User) -> User:
        """Of several sign-ups the newest from here counts; from elsewhere none does, as with a mailed link."""
        now = clock.now()
        await users.verify_email(tx, user, now)
        await self.services.sessions.user_changed(tx, user.id)
        sign_up = await sign_ups.choose(tx, user.id, self.client.ip_address)
        settled = await sign_ups.settle(tx, self.services.sessions, user, sign_up)
        return replace(settled, email_verified=True, updated_at=now)

    async def _answer(self, user: User) -> None:
        who = await self.find_session()
        if who is not None and who.user.id == user.id:
            seen = SignedIn(who.session, replace(who.user, email_verified=True))
            cookies = self.services.sessions.write_cache(seen, self.is_remembered, self.request_cookies)
            self.add_cookies(cookies)
        self.answer({"status": True, "token": None, "user": wire.user(user)})


class SignInEmailOTP(CodeHandler):
    """POST /sign-in/email-otp."""

    @public_with(SignInEmailOTPBody)
    @answers(_SIGNED_IN, refused=(403,), columns="user", signs_in="email-otp")
    async def post(self, body: SignInEmailOTPBody) -> None:
        """A session for the first who has the code, and an account for who had none. S18."""
        address = body.email.lower()
        await self.count_try(address)
        given = await self._revise(address)
        async with self.services.db.transaction() as tx:
            refusal = await self.find_refusal(tx, mails.identifier("sign-in", address), body.otp)
            newcomer = Newcomer(address, body.name or "", body.image, given)
            found = refusal or await self._enter(tx, newcomer)
        if isinstance(found, APIError):
            raise found
        await self.guessed(address)
        who = self.welcome(found, self.is_remembered)
        if who:
            self.answer({"token": who.session.token, "user": wire.user(who.user)})

    async def _revise(self, address: str) -> columns.Given:
        """What the body says of somebody new, as features have it; nothing of who is known."""
        if not self.services.db.columns.user or await users.find_by_email(self.services.db, address):
            return {}
        members = self.json_body if isinstance(self.json_body, dict) else {}
        return await self.services.profiles.revise(Wish(members, True, self._find_own_id))

    async def _enter(self, tx: Transaction, newcomer: Newcomer) -> Outcome | APIError:
        """What is refused is given back, as the code is used up all the same; who cannot be stored is raised."""
        signs_up = not self.code_settings.sign_up_disabled
        refusal = await self._find_objection(tx, newcomer) if signs_up else None
        if refusal:
            return refusal
        found = await owner.find(tx, self.services.sessions, newcomer, signs_up)
        if found is None:
            return refusals.invalid_otp()
        if found.proven:
            await self.record(tx, "email-verified", user_id=found.user.id)
        return await self.open_in(tx, found.user, "sign-up" if found.new else "sign-in")

    async def _find_objection(self, tx: Transaction, newcomer: Newcomer) -> APIError | None:
        """What there is against the members of somebody new."""
        if await owner.hold(tx, newcomer.email) is None:
            try:
                registration.accept(tx.columns.user, newcomer.given)
            except APIError as refusal:
                return refusal
        return None
