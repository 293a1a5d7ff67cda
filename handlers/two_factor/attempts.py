"""How often a code may be wrong: five times in a sign-in, ten times in a row for an account. S19."""

from __future__ import annotations

import math

from msgspec import Struct

from handlers.two_factor import challenges, errors, store
from handlers.two_factor.store import TwoFactor
from server import clock
from server.authentication import verifications
from server.database import Transaction
from server.errors import APIError
from server.model import SignedIn, User, Verification

MOST_IN_A_SIGN_IN = 5
MOST_IN_A_ROW = 10
LOCK_SECONDS = 900


class Step(Struct, frozen=True):
    """Who shows a second factor: with a session, or as the second step of a sign-in, which is the `challenge`."""

    user: User
    found: TwoFactor | None
    who: SignedIn | None = None
    challenge: Verification | None = None

    @property
    def key(self) -> str:
        """Under what a mailed code is kept."""
        if self.who:
            return f"{self.user.id}!{self.who.session.id}"
        return self.challenge.identifier if self.challenge else ""


class Refused(Struct, frozen=True):
    """A wrong code, or none that counts. `over`: the sign-in starts anew; `locked`: the account is, from now on."""

    error: APIError
    over: bool = False
    wrong: bool = False
    locked: bool = False


class Attempt:
    """One try of a step, whose user is held until `tx` ends. With a session it is not counted, as in better-auth."""

    def __init__(self, tx: Transaction, step: Step) -> None:
        self._tx, self._step, self._tries = tx, step, -1

    async def begin(self) -> Refused | None:
        """Whether it may be made: neither the account is locked nor the sign-in over."""
        return await self.begin_for_account() or await self._begin_for_sign_in()

    async def begin_for_account(self) -> Refused | None:
        """Whether the account is not locked; a lock whose time is over is taken away."""
        found = self._step.found
        if not self._step.challenge or not found or not found.locked_until:
            return None
        left = (found.locked_until - clock.now()).total_seconds()
        if left > 0:
            return Refused(errors.account_temporarily_locked(math.ceil(left)))
        await store.forgive(self._tx, found.id)
        return None

    async def _begin_for_sign_in(self) -> Refused | None:
        challenge = self._step.challenge
        if not challenge:
            return None
        tries = await challenges.take_tries(self._tx, challenge, MOST_IN_A_SIGN_IN)
        if tries is None:
            return Refused(errors.invalid_two_factor_cookie())
        if tries >= MOST_IN_A_SIGN_IN:
            await verifications.consume(self._tx, challenge.identifier)
            return Refused(errors.too_many_attempts(), over=True)
        self._tries = tries
        return None

    async def failed(self, error: APIError) -> Refused:
        """Counts it."""
        step, locked = self._step, False
        if step.challenge and self._tries >= 0:
            await challenges.give_tries(self._tx, step.challenge, self._tries + 1)
        if step.challenge and step.found:
            until = clock.after(LOCK_SECONDS)
            locked = await store.update_failures(self._tx, step.found.id, MOST_IN_A_ROW, until)
        return Refused(error, wrong=True, locked=locked)

    async def succeeded(self) -> None:
        """Forgets those of the account before."""
        if self._step.challenge and self._step.found:
            await store.forgive(self._tx, self._step.found.id)
