"""What all endpoints of phone numbers do: have a code sent, see whether one is right."""

from __future__ import annotations

from handlers.phone_number import errors
from handlers.phone_number.settings import PhoneSettings
from server.authentication import codes
from server.authentication.codes import Verdict
from server.database import Transaction
from server.errors import APIError
from server.http.api import ApiHandler
from server.mail import Email, Mail

# What is counted under these is no address of anybody: guesses at codes, and messages, each number for itself.
_GUESSES, _TEXTS = "phone code ", "phone text "
_REFUSALS = {
    "wrong": errors.invalid_otp,
    "unknown": errors.otp_not_found,
    "over": errors.otp_expired,
    "spent": errors.too_many_attempts,
}


class PhoneHandler(ApiHandler):
    """An endpoint that sends codes, or takes them."""

    @property
    def phone_settings(self) -> PhoneSettings:
        """What the settings say of numbers."""
        return self.services.of(PhoneSettings)

    async def count_text(self, number: str) -> None:
        """Counts a message: whoever pays for them, and whoever reads them, is not flooded from many places. S11."""
        await self.count_guess(_TEXTS + number)

    async def send_code(self, tx: Transaction, text: Email, number: str, to_nobody: bool = False) -> None:
        """Promises a message with a code; the same work where it goes to nobody. S10."""
        code = await codes.create(tx, f"{text.name}-{number}")
        if to_nobody:
            await self.services.mailer.queue_nothing(tx)
        else:
            await self.services.mailer.queue(tx, Mail(text.name, number, {"code": code}))

    async def count_try(self, number: str) -> None:
        """Counts a guess at the codes of a number, as wrong until `guessed`; raises the 429. S11."""
        await self.count_guess(_GUESSES + number)

    async def guessed(self, number: str) -> None:
        """The one who asks reads what is sent to the number."""
        await self.attempt_succeeded(_GUESSES + number)
        await self.attempt_succeeded(_TEXTS + number)

    async def find_refusal(
        self, tx: Transaction, text: Email, number: str, given: str, keep: bool = False
    ) -> APIError | None:
        """What is wrong with a code; a right one is used up unless it is to be kept. S18."""
        verdict: Verdict = await codes.check(tx, f"{text.name}-{number}", given, keep)
        if verdict == "right":
            return None
        refusal = _REFUSALS[verdict]()
        self.audit_failure("code-refused", code=refusal.code)
        return refusal
