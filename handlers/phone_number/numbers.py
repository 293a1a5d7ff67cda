"""What a phone number is, whose it is, and what may be said of it."""

from __future__ import annotations

import re

from handlers.phone_number import errors
from handlers.phone_number.settings import PhoneSettings
from server.authentication.codes import SECONDS
from server.authentication.profiles import Reviser, Wish
from server.authentication.sign_in import Authentication, Challenge, Stage
from server.database import Executor, Transaction
from server.mail import Email
from server.model import Column, User
from server.protocol.bodies import truthy
from server.protocol.columns import Own
from server.services import Services
from server.store import columns

NUMBER, VERIFIED = "phoneNumber", "phoneNumberVerified"
COLUMNS = (Column("user", NUMBER, unique=True), Column("user", VERIFIED, "boolean", input=False))
# Sign-ins with a number and a password are called so.
METHOD = "phone-number"
_WORDS = "{code} is your code for {app}. It counts once, for {lifetime}. Never pass it on."
_RESET = "{code} is your code for a new {app} password, for {lifetime}. Never pass it on."
OTP = Email("phone-number-otp", SECONDS, members={"code": 10}, words=_WORDS)
RESET = Email("phone-number-reset", SECONDS, members={"code": 10}, words=_RESET)
TEXTS = (OTP, RESET)
# With its country, as E.164 has it; what people put between the digits is none of it.
_FILLING = re.compile(r"[ \u00a0.()/-]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def plain(number: str) -> str:
    """A number as it is kept, however it was typed; what is none stays as it is."""
    bare = _FILLING.sub("", number)
    return bare if _E164.fullmatch(bare) else number


def read(number: str) -> str:
    """A number as it is kept; raises the 400 for what is none."""
    found = plain(number)
    if not _E164.fullmatch(found):
        raise errors.invalid_phone_number()
    return found


async def find_user(db: Executor, given: str) -> User | None:
    """Whose number it is: as it is kept here, else as better-auth has kept it, which is as it was typed."""
    kept = plain(given)
    found = await columns.find_user(db, NUMBER, kept)
    return found or (await columns.find_user(db, NUMBER, given) if given != kept else None)


def is_verified(user: User) -> bool:
    """Whether somebody has proven to read what is sent to the number."""
    return user.more.get(VERIFIED) is True


def reviser(services: Services) -> Reviser:
    """Nobody says which number is theirs without proving it; to have none takes no proof."""

    async def revise(wish: Wish) -> dict[str, object]:
        if NUMBER not in wish.members:
            return wish.members
        number = wish.members[NUMBER]
        if not wish.creating and number is not None:
            raise errors.cannot_be_updated()
        if truthy(number):
            raise errors.cannot_be_set()
        if wish.creating and number is None:
            return wish.members
        return wish.members | {NUMBER: None, VERIFIED: Own(False)}

    return revise


def require_verified(services: Services) -> Stage:
    """PHONE_NUMBER_REQUIRE_VERIFICATION: raises after the right password, where better-auth does before it. S9."""
    required = services.of(PhoneSettings).verification_required

    async def ask(tx: Transaction, proved: Authentication) -> Challenge | None:
        if required and proved.method == METHOD and not is_verified(proved.user):
            raise errors.phone_number_not_verified()
        return None

    return ask
