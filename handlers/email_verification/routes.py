"""POST /send-verification-email and GET /verify-email."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import NoReturn

from tornado.web import Finish

from handlers.email_verification import errors as refusals
from handlers.email_verification.settings import LinkSettings
from server import clock, errors
from server.authentication import email_tokens, sign_ups
from server.authentication.email_links import CONFIRMATION, VERIFICATION
from server.authentication.email_tokens import EmailToken
from server.authentication.sign_in import Challenge, Outcome
from server.authentication.sign_ups import SignUpGone
from server.database import DatabaseError, Executor, Transaction
from server.errors import APIError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_with
from server.model import SignedIn, User
from server.protocol import bodies, rules, schemas, uri, wire
from server.store import accounts, users
from server.store.users import EmailTaken

# better-auth answers a caller without a session after half a second, whatever it found.
FLOOR_SECONDS = 0.5
_VERIFIED = schemas.members({"status": schemas.always(True)}, {"user": schemas.nullable(schemas.USER)})


class SendVerificationEmailBody(bodies.Body):
    """Which address, and where the link ends."""

    email: str = bodies.required(rules.email)
    callback_url: str | None = bodies.redirect("callbackURL")


class VerifyEmailQuery(bodies.Body):
    """The mail's token, and where the link ends."""

    token: str = bodies.required(rules.string)
    callback_url: str | None = bodies.redirect("callbackURL")


def has_address(user: User, address: str) -> bool:
    """Whether a token is for the user's address; others may have stored it with capitals, and tokens have none."""
    return address in (user.email, user.email.lower())


class SendVerificationEmail(ApiHandler):
    """POST /send-verification-email."""

    @public_with(SendVerificationEmailBody)
    @answers(schemas.STATUS)
    async def post(self, body: SendVerificationEmailBody) -> None:
        """Mails the caller's own address; without a session the answer tells nothing. S10."""
        who = await self.find_session()
        if who is None:
            await asyncio.gather(self._send_unknown(body), asyncio.sleep(FLOOR_SECONDS))
        else:
            await self._send_own(who.user, body)
        self.audit("verification-requested", **self.tried(body.email, who.user.id if who else None))
        self.answer({"status": True})

    async def _send_own(self, user: User, body: SendVerificationEmailBody) -> None:
        if user.email.lower() != body.email.lower():
            raise refusals.email_mismatch()
        if user.email_verified:
            raise refusals.email_already_verified()
        await self.services.links.verify(self.services.db, user, body.callback_url)

    async def _send_unknown(self, body: SendVerificationEmailBody) -> None:
        user = await users.find_by_email(self.services.db, body.email.lower())
        if user is None or user.email_verified:
            await self.services.mailer.queue_nothing(self.services.db)
        else:
            sign_up = await sign_ups.choose(self.services.db, user.id, self.client.ip_address)
            await self.services.links.verify(self.services.db, user, body.callback_url, sign_up)


class VerifyEmail(ApiHandler):
    """GET /verify-email, the link in three mails: prove an address, allow a change, make the change."""

    query_type = VerifyEmailQuery
    # What is still to be proved by who was to be signed in.
    _challenge: Challenge | None = None

    @public
    @answers(_VERIFIED, redirects=True, refused=(403,))
    async def get(self) -> None:
        """302 to `callbackURL`, with `error=CODE` where it failed; JSON where there is none."""
        self.asked: VerifyEmailQuery = self.read_query()
        token = self._read_token()
        if token.update_to:
            await self._change(token, token.update_to)
        else:
            await self._verify(token)

    def _read_token(self) -> EmailToken:
        try:
            return email_tokens.read(self.services.config.signing_secrets, self.asked.token)
        except email_tokens.TokenExpired:
            self._fail(refusals.token_expired())
        except email_tokens.TokenInvalid:
            self._fail(errors.invalid_token(401))
        except email_tokens.TokenOfAnotherKind:
            raise errors.invalid_token(401) from None

    def _fail(self, error: APIError) -> NoReturn:
        """The refusal: a redirect with its code, or itself."""
        if not self.asked.callback_url:
            raise error
        self.audit_token(error)
        self.redirect_to(uri.append_parameters(self.asked.callback_url, {"error": error.code or ""}))
        raise Finish

    def _done(self, value: object) -> None:
        if self.asked.callback_url:
            self.redirect_to(self.way_on(self._challenge, self.asked.callback_url))
        else:
            self.answer(value)

    async def _verify(self, token: EmailToken) -> None:
        user = await self._owner(token)
        if not user.email_verified and not await self._mark_verified(user, token):
            # Something was quicker: the same link, or a change after which the address is not this user's any more.
            await self._owner(token)
        self._done({"status": True, "user": None})

    async def _owner(self, token: EmailToken) -> User:
        user = await users.find_by_email(self.services.db, token.email.lower())
        if user is None:
            self._fail(errors.user_not_found(401))
        if token.user_id and token.user_id != user.id:
            self._fail(errors.invalid_token(401))
        return user

    async def _mark_verified(self, user: User, token: EmailToken) -> bool:
        """Whether this request did it, which alone is signed in. S18."""
        services, outcome, refusal = self.services, None, None
        signs_in = services.of(LinkSettings).signs_in
        # Asked before: inside it would wait for a second connection while it holds one.
        needs_session = signs_in and (bool(token.sign_up) or not await self._is_own(token.email))
        try:
            async with services.db.transaction() as tx:
                if not await users.verify_email(tx, user, clock.now()):
                    return False
                proven = await self._settle(tx, user, token)
                if needs_session:
                    try:
                        outcome = await services.sign_in.open_in(tx, self.proved("verification", proven))
                    except APIError as error:  # the address is proven all the same
                        refusal = error
                await self.record(tx, "email-verified", user_id=user.id)
        except SignUpGone:
            self._fail(errors.invalid_token(401))
        if refusal:
            self._fail(refusal)
        if signs_in:
            await self._sign_in(outcome)
        return True

    async def _settle(self, tx: Transaction, user: User, token: EmailToken) -> User:
        await self.services.sessions.user_changed(tx, user.id)
        settled = await sign_ups.settle(tx, self.services.sessions, user, token.sign_up)
        return replace(settled, email_verified=True)

    async def _is_own(self, address: str) -> bool:
        """Whether the caller is signed in with this address, letter for letter; nothing is prolonged, and no cookie set."""
        found = await self.services.sessions.look_up(self.request_cookies, refresh=False)
        return found.signed_in is not None and has_address(found.signed_in.user, address)

    async def _sign_in(self, outcome: Outcome | None) -> None:
        """The cookies of the new session, or without one those of the caller's own; who has more to prove signs in."""
        who = None
        with contextlib.suppress(DatabaseError):  # the address is proven, whatever becomes of the cookies
            who = await self.find_session()
        if isinstance(outcome, Challenge):
            self._challenge = outcome
            self.add_cookies(outcome.cookies)
        elif outcome is not None:
            self.set_session(outcome)
        elif who is not None:
            self.set_session(replace(who, user=replace(who.user, email_verified=True)))

    async def _change(self, token: EmailToken, new_email: str) -> None:
        if not token.user_id:
            self._fail(errors.invalid_token(401))
        user = await users.find(self.services.db, token.user_id)
        if user is None:
            self._fail(errors.user_not_found(401))
        if not has_address(user, token.email):
            self._fail(errors.invalid_token(401))
        who = await self.find_session()
        if who is not None and who.user.id != user.id:
            self._fail(refusals.invalid_user())
        if token.request_type == CONFIRMATION:
            await self._refuse_overtaken(self.services.db, token, user)
            await self.services.links.verify_change(
                self.services.db, user, new_email, self.asked.callback_url
            )
            self._done({"status": True})
        else:
            await self._replace(user, token, who)

    async def _refuse_overtaken(self, db: Executor, token: EmailToken, user: User) -> None:
        """A password that was set since voids the change that somebody asked for before. S17."""
        changed = await accounts.find_password_change(db, user.id)
        if changed is not None and token.issued_at is not None and changed > token.issued_at:
            self._fail(errors.invalid_token(401))

    async def _replace(self, user: User, token: EmailToken, who: SignedIn | None) -> None:
        """The address changes here; one that is taken or changed meanwhile is a link that no longer works. S18."""
        services, new_email = self.services, token.update_to or ""
        proven = token.request_type == VERIFICATION
        changed = replace(
            user,
            email=new_email.lower(),
            email_verified=user.email_verified and proven,
            updated_at=clock.now(),
        )
        try:
            async with services.db.transaction() as tx:
                if not await users.update_email(tx, changed, user.email):
                    self._fail(errors.invalid_token(401))
                await self._refuse_overtaken(tx, token, user)
                await services.accounts.address_changed(tx, user, new_email)
                if not proven:
                    await services.links.verify(tx, changed, self.asked.callback_url)
                await self.record(tx, "email-changed", user_id=user.id)
        except EmailTaken:
            self._fail(errors.invalid_token(401))
        if who is not None:
            # In the cookie alone, better-auth keeps the address as the token spells it.
            seen = replace(who.user, email=new_email, email_verified=changed.email_verified)
            self.set_session(replace(who, user=seen))
        self._done({"status": True, "user": wire.user(changed)})
