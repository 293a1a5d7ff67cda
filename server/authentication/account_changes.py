"""What changes an account from outside its owner's session: a password that is replaced, a user who is deleted."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from server import clock, errors
from server.authentication import sign_ups, verifications
from server.authentication.email_links import EMAIL_CHANGED
from server.crypto.ids import new_id
from server.database import Database, Executor, Transaction
from server.limits import AccountLimits
from server.mail import Email, Mail, Mailer
from server.model import User
from server.sessions.lifecycle import Sessions
from server.store import accounts, users

RESET = "reset-password:"
DELETION = "delete-account-"
# What better-auth keeps of a sign-in whose second factor is still to come.
SECOND_STEP = "2fa-"
Told = Callable[[Executor], Awaitable[None]]
log = logging.getLogger(__name__)
PASSWORD_CHANGED = Email("password-changed")


class AccountChanges:
    """The same for handlers and commands; `forgetting` lets go of what lies outside the database."""

    def __init__(
        self,
        db: Database,
        sessions: Sessions,
        mailer: Mailer,
        limits: AccountLimits,
        forgetting: Callable[[User], AbstractAsyncContextManager[None]],
    ) -> None:
        self._db, self._sessions, self._mailer, self._limits = db, sessions, mailer, limits
        self._forgetting = forgetting

    async def set_password(self, tx: Transaction, user: User, password_hash: str, revoke: bool) -> int:
        """Stores a password that was not proved, where the user had none too, and lifts a lock; the sessions ended.

        Open resets are void, and so are further sign-ups of the address. S17
        """
        now = clock.now()
        await users.hold(tx, user.id)
        if not await accounts.update_password(tx, user.id, password_hash, now):
            await accounts.insert_credential(tx, await new_id(tx, "account"), user, password_hash, now)
        ended = await self._sessions.revoke_all(tx, user.id) if revoke else 0
        await sign_ups.forget(tx, user.id)
        await self.password_changed(tx, user)
        await self._limits.lift(tx, user.email)
        return ended

    async def password_changed(self, tx: Executor, user: User) -> None:
        """Voids what the old password began, and open resets, and promises the mail that says so. S15 S17."""
        for kind in (RESET, SECOND_STEP):
            await verifications.void(tx, kind, user.id)
        await self._mailer.queue(tx, Mail(PASSWORD_CHANGED.name, user.email, {"name": user.name}))

    async def address_changed(self, tx: Transaction, user: User, new_email: str) -> None:
        """What was asked for in the name of the old address is void, and its owner hears of the new one. S15 S17."""
        await self._sessions.user_changed(tx, user.id)
        await verifications.void(tx, RESET, user.id)
        await sign_ups.forget(tx, user.id)
        context = {"name": user.name, "new_email": new_email}
        await self._mailer.queue(tx, Mail(EMAIL_CHANGED.name, user.email, context))

    async def delete(self, user: User, told: Told, token: str | None = None) -> bool:
        """Deletes the user, and by cascade all that is theirs; False when somebody was quicker. S23.

        `told` is called in the deletion's own transaction.

        A mailed `token` is used up with it or not at all, that of somebody else always: raises INVALID_TOKEN. S18.
        """
        deleted = None
        try:
            async with self._forgetting(user):
                deleted = await self._delete(user, told, token)
        except Exception:
            if deleted is None:
                raise
            log.exception("what a deleted user had outside the database may be left")
        return bool(deleted)

    async def _delete(self, user: User, told: Told, token: str | None) -> bool:
        async with self._db.transaction() as tx:
            mine = token is None or await verifications.consume(tx, DELETION + token) == user.id
            deleted = mine and await users.delete(tx, user.id)
            await self._sessions.user_changed(tx, user.id)
            if deleted:
                await told(tx)
        if not mine:
            raise errors.invalid_token(404)
        return deleted
