"""POST /sign-in/phone-number and /phone-number/send-otp, as better-auth's plugin of that name has them."""

from __future__ import annotations

from handlers.phone_number import errors, numbers
from handlers.phone_number.handler import PhoneHandler
from handlers.phone_number.numbers import METHOD, OTP
from server.authentication.password_proof import Attempt
from server.errors import APIError
from server.http.access import answers
from server.http.guards import public_with
from server.protocol import bodies, rules, schemas, wire

_SIGNED_IN = schemas.members({"token": schemas.STRING, "user": schemas.USER})
# What is counted under this stands for a number that nobody has; no address looks like it.
_NOBODY = "phone "


class SignInPhoneNumberBody(bodies.Body):
    """A number and a password."""

    phone_number: str = bodies.required(rules.string, "phoneNumber")
    password: str = bodies.required(rules.string)
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")


class SendPhoneNumberOTPBody(bodies.Body):
    """Where the code goes."""

    phone_number: str = bodies.required(rules.string, "phoneNumber")


class SignInPhoneNumber(PhoneHandler):
    """POST /sign-in/phone-number."""

    @public_with(SignInPhoneNumberBody)
    @answers(_SIGNED_IN, signs_in="phone-number")
    async def post(self, body: SignInPhoneNumberBody) -> None:
        """A session for who has the password; 401 alike, after the same work, for a number that nobody has. S9."""
        number = numbers.read(body.phone_number)
        self.services.passwords.check_not_too_long(body.password)
        user = await numbers.find_user(self.services.db, body.phone_number)
        refusal = errors.invalid_phone_number_or_password()
        attempt = Attempt(METHOD, user, _NOBODY + number, body.password, refusal)
        await self.count_attempt(attempt.account)
        try:
            who = await self.sign_in_by_password(attempt, body.remember_me is not False)
        except APIError as error:
            await self._ask_to_prove(number, error)
            raise
        if who:
            self.answer({"token": who.session.token, "user": wire.user(who.user)})

    async def _ask_to_prove(self, number: str, error: APIError) -> None:
        """Texts a code where that alone is missing."""
        if error.code == errors.phone_number_not_verified().code:
            await self.count_text(number)
            async with self.services.db.transaction() as tx:
                await self.send_code(tx, OTP, number)


class SendPhoneNumberOTP(PhoneHandler):
    """POST /phone-number/send-otp."""

    @public_with(SendPhoneNumberOTPBody)
    @answers(schemas.members({"message": schemas.STRING}))
    async def post(self, body: SendPhoneNumberOTPBody) -> None:
        """Texts a code to whoever it is: nobody is looked up, so that nothing tells who is known. S10."""
        number = numbers.read(body.phone_number)
        await self.count_text(number)
        async with self.services.db.transaction() as tx:
            await self.send_code(tx, OTP, number)
        self.audit("code-requested", purpose=OTP.name, **self.tried(number, None))
        self.answer({"message": "code sent"})
