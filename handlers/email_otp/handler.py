"""What all endpoints of codes do: read an address, have a code sent, see whether one is right."""

from __future__ import annotations

from handlers.email_otp import errors as refusals
from handlers.email_otp import mails
from handlers.email_otp.mails import Kind
from handlers.email_otp.settings import CodeSettings
from server import errors
from server.authentication import codes, verifications
from server.authentication.codes import Verdict
from server.authentication.sign_in import Outcome
from server.database import Transaction
from server.errors import APIError
from server.http.api import ApiHandler
from server.model import User
from server.protocol import rules
from server.store import users

# What guesses are counted under: no address looks like it, and a code's guesses are none at the password.
_GUESSES = "code "
_REFUSALS = {
    "wrong": refusals.invalid_otp,
    "unknown": refusals.invalid_otp,
    "over": refusals.otp_expired,
    "spent": refusals.too_many_attempts,
}


class CodeHandler(ApiHandler):
    """An endpoint that sends codes, or takes them."""

    @property
    def code_settings(self) -> CodeSettings:
        """What the settings say of codes."""
        return self.services.of(CodeSettings)

    def read_address(self, email: str) -> str:
        """The address as it is kept; raises the 400 for what is none."""
        address = email.lower()
        if not rules.is_email(address):
            raise errors.invalid_email()
        return address

    async def send_code(self, kind: Kind, address: str, to_anybody: bool = False) -> User | None:
        """Promises a mail with a code, to who has the address or to anybody; the same work where it is nobody. S10."""
        services, identifier = self.services, mails.identifier(kind, address)
        user = await users.find_by_email(services.db, address)
        async with services.db.transaction() as tx:
            if user or to_anybody:
                code = await codes.create(tx, identifier)
                to, name = (user.email, user.name) if user else (address, "")
                await services.mailer.queue(tx, mails.mail(kind, to, name, code))
            else:
                await verifications.consume(tx, identifier)
                await services.mailer.queue_nothing(tx)
        return user

    async def count_try(self, address: str) -> None:
        """Counts a guess at the codes of an address, as wrong until `guessed`; raises the 429. S11 S19."""
        await self.count_guess(_GUESSES + address)

    async def guessed(self, address: str) -> None:
        """The one who asks reads the mails of the address."""
        await self.attempt_succeeded(_GUESSES + address)

    async def find_refusal(
        self, tx: Transaction, identifier: str, given: str, keep: bool = False
    ) -> APIError | None:
        """What is wrong with a code; a right one is used up unless it is to be kept."""
        verdict: Verdict = await codes.check(tx, identifier, given, keep)
        if verdict == "right":
            return None
        refusal = _REFUSALS[verdict]()
        self.audit_failure("code-refused", code=refusal.code)
        return refusal

    async def open_in(self, tx: Transaction, user: User, event: str = "sign-in") -> Outcome | APIError:
        """A session, or what a stage has against one: the address is proven all the same."""
        try:
            return await self.services.sign_in.open_in(tx, self.proved("email-otp", user, event=event))
        except APIError as refusal:
            return refusal
