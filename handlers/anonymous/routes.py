"""POST /sign-in/anonymous and /delete-anonymous-user, as better-auth's plugin of that name has them."""

from __future__ import annotations

from handlers.anonymous import errors, guests
from server.database import Executor
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, signed_in
from server.model import SignedIn
from server.protocol import schemas, wire

_SIGNED_IN = schemas.members({"token": schemas.STRING, "user": schemas.USER})


class SignInAnonymous(ApiHandler):
    """POST /sign-in/anonymous."""

    @public
    @answers(_SIGNED_IN)
    async def post(self) -> None:
        """A guest, and their session; not for who is one already."""
        found = await self.services.sessions.look_up(self.request_cookies, refresh=False)
        self.add_cookies(found.cookies)
        if found.signed_in and guests.is_guest(found.signed_in.user):
            raise errors.already_anonymous()
        async with self.services.db.transaction() as tx:
            guest = await guests.create(tx)
            outcome = await self.services.sign_in.open_in(
                tx, self.proved("anonymous", guest, event="sign-up")
            )
        who = self.welcome(outcome, self.is_remembered)
        if who:
            self.answer({"token": who.session.token, "user": wire.user(who.user)})


class DeleteAnonymousUser(ApiHandler):
    """POST /delete-anonymous-user."""

    @signed_in(authoritative=True)
    @answers(schemas.members({"success": schemas.always(True)}), refused=(403,))
    async def post(self, who: SignedIn) -> None:
        """The guest and all that is theirs is gone; nobody else is deleted without more questions. S23."""
        if not guests.is_guest(who.user):
            raise errors.user_is_not_anonymous()

        async def told(tx: Executor) -> None:
            await self.record(tx, "user-deleted", user_id=who.user.id)

        await self.services.accounts.delete(who.user, told)
        self.clear_session()
        self.answer({"success": True})
