"""GET /one-time-token/generate and POST /one-time-token/verify, as better-auth's plugin of that name has them."""

from __future__ import annotations

import secrets

from handlers.one_time_token import errors
from server import clock
from server.authentication import verifications
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public_with, signed_in
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, wire

SECONDS = 180
_WHO = schemas.members({"session": schemas.SESSION, "user": schemas.USER})


def _identifier(token: str) -> str:
    return f"one-time-token:{token}"


class VerifyOneTimeTokenBody(bodies.Body):
    """What was generated for the session."""

    token: str = bodies.required(rules.string)


class GenerateOneTimeToken(ApiHandler):
    """GET /one-time-token/generate."""

    @signed_in()
    @answers(schemas.members({"token": schemas.STRING}))
    async def get(self, who: SignedIn) -> None:
        """A token for the caller's session: 32 characters of base64url, for three minutes."""
        token = secrets.token_urlsafe(24)
        await verifications.create(self.services.db, _identifier(token), who.session.token, SECONDS)
        self.audit("one-time-token-generated", user_id=who.user.id, session_id=who.session.id)
        self.answer({"token": token})


class VerifyOneTimeToken(ApiHandler):
    """POST /one-time-token/verify."""

    @public_with(VerifyOneTimeTokenBody)
    @answers(_WHO)
    async def post(self, body: VerifyOneTimeTokenBody) -> None:
        """Sets the cookies of the same session, for the first who brings the token. S18."""
        db = self.services.db
        session_token = await verifications.consume(db, _identifier(body.token))
        if session_token is None:
            raise errors.invalid_token()
        who = await self.services.sessions.read(session_token)
        if who is None:
            raise errors.session_not_found()
        # With a session that is over, too, as better-auth has it: such cookies lead nowhere.
        self.set_session(who)
        if who.session.expires_at < clock.now():
            raise errors.session_expired()
        async with db.transaction() as tx:
            await self.record(tx, "session-handed-on", user_id=who.user.id, session_id=who.session.id)
        self.answer({"session": wire.session(who.session), "user": wire.user(who.user)})
