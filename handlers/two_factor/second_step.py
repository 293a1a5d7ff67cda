"""What the endpoints that take a code have in common: who shows it, and what a right one leads to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from msgspec import Struct

from handlers.two_factor import challenges, errors, store
from handlers.two_factor.attempts import Refused, Step
from handlers.two_factor.devices import TrustedDevices
from server.authentication import verifications
from server.authentication.sign_in import Outcome
from server.database import Transaction
from server.http.api import ApiHandler
from server.model import SignedIn, User
from server.protocol import bodies, rules, schemas, wire
from server.store import users

VERIFIED = schemas.members({"user": schemas.USER}, {"token": schemas.STRING})


class CodeBody(bodies.Body):
    """A code, and whether this browser is trusted from now on."""

    code: str = bodies.required(rules.string)
    trust_device: bool | None = bodies.optional(rules.boolean, "trustDevice")


class Right(Struct, frozen=True):
    """A code was right. `outcome` is the session that there is in place of the caller's; what is said names `token`."""

    outcome: Outcome | None = None
    token: str | None = None
    user: User | None = None
    signs_in: bool = True


Verdict = Right | Refused
Try = Callable[[Transaction, Step], Awaitable[Verdict]]


class _Ended(Struct, frozen=True):
    """What the transaction has come to."""

    step: Step
    verdict: Verdict
    trusted: str | None = None


class SecondStep(ApiHandler):
    """Anybody may ask: a session lets in, or the cookie of a sign-in that waits."""

    # What sign-ins are called that a code of this kind has ended.
    method: str

    async def decide(self, trusts: bool, attempt: Try) -> None:
        """Makes the attempt, and answers; what it counts and what it opens come together, or not at all. S18 S19."""
        who = await self.find_session(authoritative=True)
        if not who:
            await self.count()
        async with self.services.db.transaction() as tx:
            step = await self.step(tx, who)
            ended = await self._end(tx, step, await attempt(tx, step), trusts)
        if isinstance(ended.verdict, Refused):
            self._refuse(step, ended.verdict)
        else:
            await self.forgive()
            self._welcome(step, ended.verdict, ended.trusted)

    async def count(self) -> None:
        """Counts an attempt that nothing else counts; raises the 429."""

    async def forgive(self) -> None:
        """Forgets what `count` has counted: it was the owner."""

    async def step(self, tx: Transaction, who: SignedIn | None) -> Step:
        """Who it is, held until `tx` ends; raises INVALID_TWO_FACTOR_COOKIE."""
        cookies = self.services.cookies
        challenge = None if who else await challenges.find(tx, cookies, self.request_cookies)
        user_id = who.user.id if who else challenge.value if challenge else ""
        if not user_id:
            raise errors.invalid_two_factor_cookie()
        await users.hold(tx, user_id)
        if challenge:  # somebody may have come through it until the user was free
            challenge = await verifications.find_whole(tx, challenge.identifier)
        user = await users.find(tx, user_id) if who or challenge else None
        if user is None:
            raise errors.invalid_two_factor_cookie()
        return Step(user, await store.find(tx, user.id), who, challenge)

    async def _end(self, tx: Transaction, step: Step, verdict: Verdict, trusts: bool) -> _Ended:
        """A right code at a sign-in ends it with a session."""
        if isinstance(verdict, Refused):
            return _Ended(step, verdict)
        if not step.challenge or not verdict.signs_in:
            if verdict.outcome is None:
                await self.record(tx, "two-factor-checked", user_id=step.user.id, sign_in_method=self.method)
            return _Ended(step, verdict)
        await verifications.consume(tx, step.challenge.identifier)
        proved = self.proved(self.method, step.user, self.is_remembered)
        outcome = await self.services.sign_in.open_in(tx, proved)
        trusted = await self.services.of(TrustedDevices).trust(tx, step.user.id) if trusts else None
        token = outcome.session.token if isinstance(outcome, SignedIn) else None
        return _Ended(step, Right(outcome, token, step.user), trusted)

    def _refuse(self, step: Step, refused: Refused) -> None:
        if refused.wrong:
            self.audit_failure("two-factor-failed", user_id=step.user.id, sign_in_method=self.method)
        if refused.locked:
            self.audit_failure("two-factor-locked", user_id=step.user.id)
        if refused.over:
            self.add_cookies([challenges.expired(self.services.cookies)])
        raise refused.error

    def _welcome(self, step: Step, right: Right, trusted: str | None) -> None:
        if right.outcome and not self.welcome(right.outcome, self.is_remembered):
            return
        if step.challenge and right.outcome:
            self.add_cookies([challenges.expired(self.services.cookies)])
        if trusted:
            self._remember(trusted)
        token = right.token or (step.who.session.token if step.who else None)
        user = wire.user(right.user or (step.who.user if step.who else step.user))
        self.answer({"token": token, "user": user} if token else {"user": user})

    def _remember(self, trusted: str) -> None:
        """A browser that is trusted is one that is remembered: what was going to be said of that is taken back."""
        name = self.services.cookies.dont_remember
        kept = [line for line in self._headers.get_list("Set-Cookie") if line.partition("=")[0] != name]
        self.clear_header("Set-Cookie")
        self.add_cookies([*kept, trusted, self.services.cookies.expire(name)])
