"""POST /phone-number/verify: a number is proven, and its owner signed in, or up, or it becomes the caller's."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from handlers.phone_number import errors as refusals
from handlers.phone_number import numbers
from handlers.phone_number.handler import PhoneHandler
from handlers.phone_number.numbers import NUMBER, OTP, VERIFIED
from server import clock, errors
from server.authentication import registration
from server.authentication.profiles import Wish
from server.authentication.sign_in import Outcome
from server.database import RowRefused, Transaction
from server.errors import APIError
from server.http.access import answers
from server.http.guards import public_with
from server.model import SignedIn, User
from server.protocol import bodies, columns, rules, schemas, wire
from server.store import users
from server.store.users import EmailTaken

_VERIFIED = schemas.members(
    {"status": schemas.always(True), "token": schemas.nullable(schemas.STRING), "user": schemas.USER}
)


class VerifyPhoneNumberBody(bodies.Body):
    """A number and the code that it got; all else is about somebody new."""

    open_record: ClassVar = True

    phone_number: str = bodies.required(rules.string, "phoneNumber")
    code: str = bodies.required(rules.string)
    disable_session: bool | None = bodies.optional(rules.boolean, "disableSession")
    update_phone_number: bool | None = bodies.optional(rules.boolean, "updatePhoneNumber")


class VerifyPhoneNumber(PhoneHandler):
    """POST /phone-number/verify."""

    @public_with(VerifyPhoneNumberBody)
    @answers(_VERIFIED, refused=(401, 403, 500), columns="user", signs_in="phone-otp")
    async def post(self, body: VerifyPhoneNumberBody) -> None:
        """For the first who has the code. S18."""
        number = numbers.plain(body.phone_number)
        await self.count_try(number)
        who = await self.find_session(authoritative=True) if body.update_phone_number else None
        given = {} if body.update_phone_number else await self._revise(number)
        try:
            async with self.services.db.transaction() as tx:
                refusal = await self.find_refusal(tx, OTP, number, body.code)
                found = refusal or await self._prove(tx, body, who, given)
        except RowRefused as error:
            raise refusals.phone_number_exists() from error
        if isinstance(found, APIError):
            raise found
        await self.guessed(number)
        self._answer(found, who if body.update_phone_number else None)

    async def _revise(self, number: str) -> columns.Given:
        """What the body says of somebody new, as features have it; nothing of who is known."""
        if not self.phone_settings.email_domain or await numbers.find_user(self.services.db, number):
            return {}
        members = self.json_body if isinstance(self.json_body, dict) else {}
        about = {name: value for name, value in members.items() if name != NUMBER}
        return await self.services.profiles.revise(Wish(about, True, self._find_own_id))

    async def _prove(
        self, tx: Transaction, body: VerifyPhoneNumberBody, who: SignedIn | None, given: columns.Given
    ) -> Outcome | User | APIError:
        """What is refused is given back: the code is used up all the same."""
        number = numbers.plain(body.phone_number)
        if body.update_phone_number:
            return await self._update(tx, number, body.phone_number, who)
        user, event = await numbers.find_user(tx, body.phone_number), "sign-in"
        if user is None:
            made, event = await self._create(tx, number, given), "sign-up"
        else:
            made = user if numbers.is_verified(user) else await self._store(tx, user, {VERIFIED: "true"})
        if isinstance(made, APIError):
            return made
        if body.disable_session:
            await self.record(tx, "phone-number-verified", user_id=made.id)
            return made
        return await self._open(tx, made, event)

    async def _open(self, tx: Transaction, user: User, event: str) -> Outcome | APIError:
        try:
            return await self.services.sign_in.open_in(tx, self.proved("phone-otp", user, event=event))
        except APIError as refusal:  # the number is proven all the same
            return refusal

    async def _update(
        self, tx: Transaction, number: str, given: str, who: SignedIn | None
    ) -> User | APIError:
        if who is None:
            return errors.user_not_found(401)
        if await numbers.find_user(tx, given):
            return refusals.phone_number_exists()
        user = await self._store(tx, who.user, {NUMBER: number, VERIFIED: "true"})
        await self.record(tx, "phone-number-changed", user_id=user.id)
        return user

    async def _store(self, tx: Transaction, user: User, written: columns.Stored) -> User:
        changed = replace(user, updated_at=clock.now())
        stored = await users.update_profile(tx, changed, (), written)
        await self.services.sessions.user_changed(tx, user.id)
        return stored or changed

    async def _create(self, tx: Transaction, number: str, given: columns.Given) -> User | APIError:
        """Somebody new, with an address that stands for the number."""
        domain = self.phone_settings.email_domain
        if not domain:
            return refusals.failed_to_update_user()
        try:
            written = registration.accept(tx.columns.user, given)
        except APIError as refusal:
            return refusal
        user = await registration.new_user(tx, number, f"{number[1:]}@{domain}")
        try:
            return await registration.add(tx, user, None, {**written, NUMBER: number, VERIFIED: "true"})
        except EmailTaken:
            await registration.check_taken(tx, user)
            return errors.failed_to_create_user()

    def _answer(self, found: Outcome | User, who: SignedIn | None) -> None:
        """The session is the caller's own where their number was changed, and none where none was wanted."""
        if isinstance(found, User):
            token = who.session.token if who else None
            self.answer({"status": True, "token": token, "user": wire.user(found)})
            return
        opened = self.welcome(found, self.is_remembered)
        if opened:
            self.answer({"status": True, "token": opened.session.token, "user": wire.user(opened.user)})
