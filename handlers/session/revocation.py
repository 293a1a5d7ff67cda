"""POST /revoke-session, /revoke-sessions, /revoke-other-sessions and /update-session."""

from __future__ import annotations

from handlers.session import errors as refusals
from server import errors
from server.database import InvalidValue, RowRefused
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import signed_in, signed_in_with
from server.model import Session, SignedIn
from server.protocol import bodies, columns, rules, schemas, wire


class RevokeSessionBody(bodies.Body):
    """The token of the session to end."""

    token: str = bodies.required(rules.string)


class RevokeSession(ApiHandler):
    """POST /revoke-session."""

    @signed_in_with(RevokeSessionBody, authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: RevokeSessionBody) -> None:
        """Ends one session of the caller's; says yes to an unknown or foreign token too. S23 S40."""
        async with self.services.db.transaction() as tx:
            if await self.services.sessions.revoke(tx, body.token, who.user.id):
                await self.record(tx, "session-revoked", user_id=who.user.id)
        if body.token == who.session.token:
            self.clear_session()
        self.answer({"status": True})


class RevokeSessions(ApiHandler):
    """POST /revoke-sessions."""

    @signed_in(authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn) -> None:
        """Ends all sessions of the caller, this one too. S25."""
        async with self.services.db.transaction() as tx:
            await self.services.sessions.revoke_all(tx, who.user.id)
            await self.record(tx, "sessions-revoked", user_id=who.user.id)
        self.clear_session()
        self.answer({"status": True})


class RevokeOtherSessions(ApiHandler):
    """POST /revoke-other-sessions."""

    @signed_in(authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn) -> None:
        """Ends all sessions of the caller but this one. S25."""
        async with self.services.db.transaction() as tx:
            await self.services.sessions.revoke_others(tx, who.session)
            await self.record(tx, "other-sessions-revoked", user_id=who.user.id)
        self.answer({"status": True})


class UpdateSession(ApiHandler):
    """POST /update-session."""

    @signed_in_with(bodies.Record)
    @answers(schemas.members({"session": schemas.SESSION}), columns="session")
    async def post(self, who: SignedIn, body: bodies.Record) -> None:
        """Answers `{session}`; what features declare can change, without any it is a 400. S39."""
        written = self._accept(body.members)
        if not written:
            raise errors.no_fields_to_update()
        session = await self._update(who, written)
        self.set_session(SignedIn(session, who.user))
        self.answer({"session": wire.session(session)})

    def _accept(self, given: dict[str, object]) -> columns.Stored:
        try:
            return columns.accept(self.services.db.columns.session, given, creating=False)
        except columns.Unstorable as error:
            raise refusals.failed_to_update_session() from error

    async def _update(self, who: SignedIn, written: columns.Stored) -> Session:
        try:
            session = await self.services.sessions.update(who.session, written)
        except (InvalidValue, RowRefused) as error:
            raise refusals.failed_to_update_session() from error
        if session is None:
            self.clear_session()
            raise errors.failed_to_get_session()
        return session
