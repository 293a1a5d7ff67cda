"""POST /two-factor/verify-totp, /send-otp, /verify-otp and /verify-backup-code: what a code leads to."""

from __future__ import annotations

from handlers.two_factor import challenges, codes, errors, sealed, store
from handlers.two_factor.attempts import Attempt, Refused, Step
from handlers.two_factor.second_step import VERIFIED, CodeBody, Right, SecondStep, Verdict
from handlers.two_factor.switch import switch, used
from server import clock
from server.authentication import verifications
from server.database import Transaction
from server.http.access import answers
from server.http.guards import public_or_with, public_with
from server.mail import Email, Mail
from server.model import SignedIn, Verification
from server.protocol import bodies, rules, schemas

OTP_SECONDS = 180
TWO_FACTOR_OTP = Email("two-factor-otp", OTP_SECONDS, members={"code": 10})
_MOST_OF_A_MAIL = 5


class BackupCodeBody(bodies.Body):
    """A code; `disable_session` has it used up and nobody signed in."""

    code: str = bodies.required(rules.string)
    disable_session: bool | None = bodies.optional(rules.boolean, "disableSession")
    trust_device: bool | None = bodies.optional(rules.boolean, "trustDevice")


class SendOtpBody(bodies.Body):
    """Of no use here: what is trusted is said with the code."""

    trust_device: bool | None = bodies.optional(rules.boolean, "trustDevice")


class VerifyTotp(SecondStep):
    """POST /two-factor/verify-totp."""

    method = "totp"

    @public_with(CodeBody)
    @answers(VERIFIED)
    async def post(self, body: CodeBody) -> None:
        """Answers `{token, user}`; the first code of an authenticator turns the second factor on. S19."""

        async def attempt(tx: Transaction, step: Step) -> Verdict:
            found = step.found
            if found is None or (step.challenge and found.verified is False):
                return Refused(errors.totp_not_enabled())
            tried = Attempt(tx, step)
            refused = await tried.begin()
            if refused:
                return refused
            if not await self._is_new(
                tx, step, sealed.open_key(self.services.config.keyring, found), body.code
            ):
                return await tried.failed(errors.invalid_code())
            await tried.succeeded()
            await sealed.renew(tx, self.services.config.keyring, found)
            return await self._take_up(tx, step)

        await self.decide(bool(body.trust_device), attempt)

    async def _is_new(self, tx: Transaction, step: Step, key: bytes, code: str) -> bool:
        """Whether the code is right, and later than any that was taken before. S18 S19."""
        found = codes.step_of(key, code, clock.now().timestamp())
        before = await verifications.find(tx, used(step.user.id)) if found is not None else None
        if found is None or (before and before.isdecimal() and int(before) >= found):
            return False
        await verifications.consume(tx, used(step.user.id))
        seconds = (2 * codes.WINDOW + 1) * codes.PERIOD  # then it is wrong in any case
        await verifications.create(tx, used(step.user.id), str(found), seconds)
        return True

    async def _take_up(self, tx: Transaction, step: Step) -> Right:
        """As better-auth has it, the body of the first code has the old token and user, the cookies the new session."""
        found, who = step.found, step.who
        assert found
        if found.verified:
            return Right()
        await store.update_verified(tx, found.id)
        if who is None or challenges.is_on(who.user):
            return Right()
        return Right(await switch(self, tx, who, on=True), who.session.token, who.user)


class SendOtp(SecondStep):
    """POST /two-factor/send-otp."""

    method = "otp"

    @public_or_with(SendOtpBody)
    @answers(schemas.STATUS)
    async def post(self, body: SendOtpBody | None) -> None:
        """Mails a code that is good for three minutes."""
        who = await self.find_session(authoritative=True)
        async with self.services.db.transaction() as tx:
            step = await self.step(tx, who)
            code = codes.new_otp()
            await verifications.create(tx, _kept(step), f"{code}:0", OTP_SECONDS)
            context = {"name": step.user.name, "code": code}
            await self.services.mailer.queue(tx, Mail(TWO_FACTOR_OTP.name, step.user.email, context))
            await self.record(tx, "two-factor-code-sent", user_id=step.user.id)
        self.answer({"status": True})


def _kept(step: Step) -> str:
    return f"2fa-otp-{step.key}"


class VerifyOtp(SecondStep):
    """POST /two-factor/verify-otp."""

    method = "otp"
    # What stands for a user where attempts are counted; no address looks like it.
    _counted = ""

    @public_with(CodeBody)
    @answers(VERIFIED)
    async def post(self, body: CodeBody) -> None:
        """Answers `{token, user}`; with a session it turns the second factor on, where it is off. S19."""

        async def attempt(tx: Transaction, step: Step) -> Verdict:
            tried = Attempt(tx, step)
            refused = await tried.begin_for_account()
            if refused:
                return refused
            kept = await verifications.consume_whole(tx, _kept(step))
            if kept is None:
                return Refused(errors.otp_has_expired())
            if _tries(kept) >= _MOST_OF_A_MAIL:
                return Refused(errors.too_many_attempts())
            if not codes.same(kept.value.split(":")[0], body.code):
                await _give_back(tx, kept)
                return await tried.failed(errors.invalid_code())
            await tried.succeeded()
            return await self._take_up(tx, step)

        await self.decide(bool(body.trust_device), attempt)

    async def count(self) -> None:
        """For who has no authenticator, beside which wrong codes are counted, as a password's are. S11 S19."""
        db = self.services.db
        challenge = await challenges.find(db, self.services.cookies, self.request_cookies)
        if challenge and not await store.find(db, challenge.value):
            self._counted = f"two-factor {challenge.value}"
            await self.services.account_limits.check(self._counted, self.client.ip_address)

    async def forgive(self) -> None:
        """Those before, too."""
        if self._counted:
            await self.attempt_succeeded(self._counted)

    async def _take_up(self, tx: Transaction, step: Step) -> Verdict:
        if challenges.is_on(step.user):
            return Right()
        if step.who is None:
            return Refused(errors.failed_to_create_session())
        outcome = await switch(self, tx, step.who, on=True)
        who = outcome if isinstance(outcome, SignedIn) else step.who
        return Right(outcome, who.session.token, who.user)


def _tries(kept: Verification) -> int:
    tries = kept.value.split(":")[1:2]
    return int(tries[0]) if tries and tries[0].isascii() and tries[0].isdecimal() else 0


async def _give_back(tx: Transaction, kept: Verification) -> None:
    code = kept.value.split(":")[0]
    await verifications.create_until(tx, kept.identifier, f"{code}:{_tries(kept) + 1}", kept.expires_at)


class VerifyBackupCode(SecondStep):
    """POST /two-factor/verify-backup-code."""

    method = "backup-code"

    @public_with(BackupCodeBody)
    @answers(VERIFIED, also={409: None})
    async def post(self, body: BackupCodeBody) -> None:
        """Answers `{token, user}` to the first who brings a code. S18 S19."""

        async def attempt(tx: Transaction, step: Step) -> Verdict:
            found = step.found
            if found is None:
                return Refused(errors.backup_codes_not_enabled())
            tried = Attempt(tx, step)
            refused = await tried.begin()
            if refused:
                return refused
            keyring = self.services.config.keyring
            left = sealed.open_codes(keyring, found)
            others = [each for each in left if not codes.same(each, body.code)]
            if len(others) == len(left):
                return await tried.failed(errors.invalid_backup_code())
            if not await store.update_codes(tx, found, sealed.seal_codes(keyring, others)):
                raise errors.backup_codes_changed()
            await tried.succeeded()
            return Right(signs_in=not body.disable_session)

        await self.decide(bool(body.trust_device), attempt)
