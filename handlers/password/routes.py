"""POST /change-password, /verify-password, /request-password-reset, /reset-password; GET /reset-password/:token."""

from __future__ import annotations

import contextlib

from handlers.password.settings import ResetSettings
from server import clock, errors
from server.authentication import verifications
from server.authentication.account_changes import RESET
from server.authentication.sign_in import Outcome
from server.crypto.random import random_id
from server.database import Transaction
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_with, signed_in_with
from server.mail import Email, Mail
from server.model import SignedIn, User
from server.protocol import bodies, rules, schemas, uri, wire
from server.store import accounts, users

RESET_SECONDS = 3600
# The page of our own app, where the caller names none.
RESET_PAGE = "/reset-password"
RESET_PASSWORD = Email("reset-password", RESET_SECONDS, link=True)
_CHANGED = schemas.members({"token": schemas.nullable(schemas.STRING), "user": schemas.USER})
_PROMISE = "If this email exists in our system, check your email for the reset link"


class ChangePasswordBody(bodies.Body):
    """The old and the new; `revoke_other_sessions` ends all sessions and starts a new one here."""

    new_password: str = bodies.required(rules.string, "newPassword")
    current_password: str = bodies.required(rules.string, "currentPassword")
    revoke_other_sessions: bool | None = bodies.optional(rules.boolean, "revokeOtherSessions")


class VerifyPasswordBody(bodies.Body):
    """The password to check."""

    password: str = bodies.required(rules.string)


class RequestPasswordResetBody(bodies.Body):
    """Whose password; `redirect_to` is the page that the mail's link ends at."""

    email: str = bodies.required(rules.email)
    redirect_to: str | None = bodies.redirect("redirectTo", label="redirectURL")


class ResetPasswordBody(bodies.Body):
    """The new password, and the token where it is not in the query."""

    new_password: str = bodies.required(rules.string, "newPassword")
    token: str | None = bodies.optional(rules.string)


class TokenQuery(bodies.Body):
    """A token in the query."""

    token: str | None = bodies.optional(rules.string)


class CallbackQuery(bodies.Body):
    """Where the link ends."""

    callback_url: str = bodies.redirect("callbackURL", needed=True)


class _Overtaken(Exception):
    """The hash that was proved is not stored any more."""


class ChangePassword(ApiHandler):
    """POST /change-password."""

    @signed_in_with(ChangePasswordBody, authoritative=True)
    @answers(_CHANGED)
    async def post(self, who: SignedIn, body: ChangePasswordBody) -> None:
        """Answers `{token, user}`; the token is null unless the other sessions were ended. S6."""
        passwords = self.services.passwords
        passwords.check_new(body.new_password, who.user.name, who.user.email)
        passwords.check_not_too_long(body.current_password)
        outcome = await self._change(who.user, body)
        renewed = outcome and self.welcome(outcome, self.is_remembered)
        if renewed or not outcome:
            token = renewed.session.token if renewed else None
            self.answer({"token": token, "user": wire.user(who.user)})

    async def _change(self, user: User, body: ChangePasswordBody) -> Outcome | None:
        """A second try, because a sign-in may have stored a better hash of the same password meanwhile. S18."""
        for _ in range(2):
            proved = await self._check_current(user, body.current_password)
            hashed = await self.services.passwords.hash_new(body.new_password)
            with contextlib.suppress(_Overtaken):
                return await self._store(user, proved, hashed, bool(body.revoke_other_sessions))
        raise errors.invalid_password()

    async def _check_current(self, user: User, password: str) -> tuple[str, str]:
        """The account and the hash that the password is right for."""
        credential = await accounts.find_credential(self.services.db, user.id)
        if credential is None or credential.password is None:
            raise errors.credential_account_not_found()
        await self.check_password(user, credential.password, password)
        return credential.account_id, credential.password

    async def _store(self, user: User, proved: tuple[str, str], hashed: str, revoke: bool) -> Outcome | None:
        services = self.services
        async with services.db.transaction() as tx:
            await users.hold(tx, user.id)
            # The hash first: a sign-in that still proved the old one is waited for, and its session ended with the rest.
            if not await accounts.change_password(tx, *proved, hashed, clock.now()):
                raise _Overtaken
            if revoke:
                await services.sessions.revoke_all(tx, user.id)
            await services.accounts.password_changed(tx, user)
            if not revoke:
                await self.record(tx, "password-changed", user_id=user.id)
                return None
            return await services.sign_in.open_in(
                tx, self.proved("password-change", user, event="password-changed")
            )


class VerifyPassword(ApiHandler):
    """POST /verify-password."""

    @signed_in_with(VerifyPasswordBody, authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: VerifyPasswordBody) -> None:
        """Answers `{status: true}`, or 400 for a wrong one or a user without any."""
        self.services.passwords.check_not_too_long(body.password)
        credential = await accounts.find_credential(self.services.db, who.user.id)
        await self.check_password(who.user, credential.password if credential else None, body.password)
        self.audit("password-checked", user_id=who.user.id)
        self.answer({"status": True})


class RequestPasswordReset(ApiHandler):
    """POST /request-password-reset."""

    @public_with(RequestPasswordResetBody)
    @answers(schemas.members({"status": schemas.always(True), "message": schemas.STRING}))
    async def post(self, body: RequestPasswordResetBody) -> None:
        """Promises a mail, the same to everybody and with the same work. S10."""
        services = self.services
        user = await users.find_by_email(services.db, body.email.lower())
        async with services.db.transaction() as tx:
            if user is None or not await self._promise(tx, user, body.redirect_to):
                await services.mailer.queue_nothing(tx)
                await services.mailer.queue_nothing(tx)
            whose = self.tried(body.email, user.id if user else None)
            await self.record(tx, "password-reset-requested", **whose)
        self.answer({"status": True, "message": _PROMISE})

    async def _promise(self, tx: Transaction, user: User, redirect_to: str | None) -> bool:
        """False when the address was changed meanwhile."""
        token = random_id(24)
        identifier = f"{RESET}{token}"
        if not await verifications.create_for_address(tx, identifier, user.id, user.email, RESET_SECONDS):
            return False
        callback = uri.encode_component(redirect_to or RESET_PAGE)
        url = f"{self.services.config.api_url}/reset-password/{token}?callbackURL={callback}"
        await self.services.mailer.queue(
            tx, Mail(RESET_PASSWORD.name, user.email, {"name": user.name, "url": url})
        )
        return True


class ResetPasswordCallback(ApiHandler):
    """GET /reset-password/:token, the link in the mail."""

    query_type = CallbackQuery

    @public
    @answers(status=302)
    async def get(self, token: str) -> None:
        """302 to `callbackURL` with the token, which stays unused, or with an error."""
        query: CallbackQuery = self.read_query()
        found = await verifications.find(self.services.db, f"{RESET}{token}")
        await self.services.sweeper.sweep(self.services.db)
        target = query.callback_url or f"{self.services.config.api_url}/error"
        if found is None:
            self.audit_token(errors.invalid_token())
        if found is None or not query.callback_url:
            self.redirect_to(
                uri.with_parameter(target, self.services.config.api_url, "error", "INVALID_TOKEN")
            )
        else:
            self.redirect_to(uri.with_parameter(target, self.services.config.api_url, "token", token))


class ResetPassword(ApiHandler):
    """POST /reset-password."""

    query_type = TokenQuery

    @public_with(ResetPasswordBody)
    @answers(schemas.STATUS)
    async def post(self, body: ResetPasswordBody) -> None:
        """Answers `{status: true}` to the one who redeems the token first; signs nobody in. S17 S18."""
        query: TokenQuery = self.read_query()
        token = body.token or query.token
        if not token:
            raise errors.invalid_token()
        services = self.services
        services.passwords.check_length(body.new_password)
        user = await self._user(f"{RESET}{token}")
        services.passwords.check_new(body.new_password, user.name, user.email)
        hashed = await services.passwords.hash_new(body.new_password)
        await self._redeem(f"{RESET}{token}", user, hashed)
        await self.attempt_succeeded(user.email)
        self.answer({"status": True})

    async def _user(self, identifier: str) -> User:
        user_id = await verifications.find(self.services.db, identifier)
        if user_id is None:
            raise errors.invalid_token()
        user = await users.find(self.services.db, user_id)
        if user is None:
            raise errors.user_not_found()
        return user

    async def _redeem(self, identifier: str, user: User, hashed: str) -> None:
        """The token, the sessions and the hash change together or not at all; one of the user's tokens wins. S18."""
        services = self.services
        async with services.db.transaction() as tx:
            await users.hold(tx, user.id)
            if identifier not in await verifications.void(tx, RESET, user.id):
                raise errors.invalid_token()
            revoke = services.of(ResetSettings).revokes_sessions
            await services.accounts.set_password(tx, user, hashed, revoke)
            await self.record(tx, "password-reset", user_id=user.id)
