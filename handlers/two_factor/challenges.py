"""A sign-in that waits for its second factor: who it is of, in the database, and which browser's, in a cookie."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from handlers.two_factor import store
from handlers.two_factor.devices import TrustedDevices
from handlers.two_factor.settings import TwoFactorSettings
from server.authentication import verifications
from server.authentication.account_changes import SECOND_STEP
from server.authentication.sign_in import Authentication, Challenge, Passed, Stage
from server.database import Executor, InvalidValue, Transaction
from server.model import User, Verification
from server.protocol import schemas, uri
from server.protocol.bodies import truthy
from server.protocol.schemas import Schema
from server.services import Services
from server.sessions.cookies import Cookies, RequestCookies
from server.store import users

SECONDS = 600
# The page of our own app.
PAGE = "/two-factor"
_NAME = "two_factor"
_TRIES = "2fa-attempts-"
_ASKED = schemas.members(
    {"twoFactorRedirect": schemas.always(True), "twoFactorMethods": schemas.array({"enum": ["totp", "otp"]})}
)


def is_on(user: User) -> bool:
    """Whether a user has a second factor."""
    return truthy(user.more.get("twoFactorEnabled"))


def stage(services: Services) -> Stage:
    """Has a second factor asked for where the settings say so, unless the user trusts the browser. S17."""
    asks, devices = services.of(TwoFactorSettings).asks, services.of(TrustedDevices)

    async def ask(tx: Transaction, proved: Authentication) -> Challenge | Passed | None:
        # As it is now: the proof may have taken its time.
        user = await users.find(tx, proved.user.id) if asks(proved.method) else None
        if user is None or not is_on(user):
            return None
        renewed = await devices.renew(tx, user.id, proved.cookies)
        if renewed:
            return Passed((renewed,))
        await services.audit.record(
            tx,
            "two-factor-asked",
            proved.client.user_agent,
            request_id=proved.request_id,
            ip_address=proved.client.ip_address,
            user_id=user.id,
            sign_in_method=proved.method,
        )
        return await _challenge(tx, proved, services.cookies, devices)

    return ask


def described(services: Services, method: str) -> Schema | None:
    """What may be answered in place of a session after this way to sign in."""
    return _ASKED if services.of(TwoFactorSettings).asks(method) else None


async def _challenge(
    tx: Transaction, proved: Authentication, cookies: Cookies, devices: TrustedDevices
) -> Challenge:
    identifier = await _begin(tx, proved.user.id)
    methods = await list_methods(tx, proved.user.id)
    written = (
        *cookies.write_session("", proved.remember, proved.cookies)[1:],
        *devices.expired(proved.cookies),
        *cookies.clear_session(proved.cookies)[:-1],
        cookies.write_signed(cookies.name(_NAME), identifier, SECONDS),
    )
    page = f"{PAGE}?{uri.form_encode({'methods': ','.join(methods)})}"
    return Challenge({"twoFactorRedirect": True, "twoFactorMethods": methods}, written, page)


async def _begin(db: Executor, user_id: str) -> str:
    identifier = f"{SECOND_STEP}{secrets.token_urlsafe(15)}"
    await verifications.create(db, identifier, user_id, SECONDS)
    await verifications.create(db, f"{_TRIES}{identifier}", "0", SECONDS)
    return identifier


async def list_methods(db: Executor, user_id: str) -> Sequence[str]:
    """What can be asked for: an authenticator that was set up to the end, and always a mail."""
    found = await store.find(db, user_id)
    return ["totp", "otp"] if found and found.verified is not False else ["otp"]


async def find(db: Executor, cookies: Cookies, sent: RequestCookies) -> Verification | None:
    """The sign-in that a browser's cookie stands for; its value is the user's id."""
    identifier = cookies.read_signed(sent, cookies.name(_NAME))
    if identifier is None or not identifier.startswith(SECOND_STEP):
        return None
    try:
        return await verifications.find_whole(db, identifier)
    except InvalidValue:
        return None


def expired(cookies: Cookies) -> str:
    """The Set-Cookie value that ends a sign-in in its browser."""
    return cookies.expire(cookies.name(_NAME))


async def take_tries(db: Executor, challenge: Verification, most: int) -> int | None:
    """How many codes were wrong before; to be given back with `give_tries`. None where somebody else has it now."""
    found = await verifications.consume(db, f"{_TRIES}{challenge.identifier}")
    if found is None:
        return None
    return int(found) if found.isascii() and found.isdecimal() else most


async def give_tries(db: Executor, challenge: Verification, tries: int) -> None:
    """How many are wrong by now."""
    identifier = f"{_TRIES}{challenge.identifier}"
    await verifications.create_until(db, identifier, str(tries), challenge.expires_at)
