"""GET /multi-session/list-device-sessions, POST /multi-session/set-active and /multi-session/revoke."""

from __future__ import annotations

from handlers.multi_session import device, errors
from handlers.multi_session.device import Device
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_with, signed_in_with
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, wire

_WHO = schemas.members({"session": schemas.SESSION, "user": schemas.USER})


class SetActiveSessionBody(bodies.Body):
    """Which session is to be the active one."""

    session_token: str = bodies.required(rules.string, "sessionToken")


class RevokeDeviceSessionBody(bodies.Body):
    """Which session is to end."""

    session_token: str = bodies.required(rules.string, "sessionToken")


class _DeviceHandler(ApiHandler):
    @property
    def device(self) -> Device:
        """The cookies of the browser's sessions."""
        return self.services.of(Device)

    async def find_all(self) -> list[SignedIn]:
        """Who is signed in at this browser, each once."""
        tokens = dict.fromkeys(self.device.tokens(self.request_cookies).values())
        found = [await device.find(self.services, token) for token in tokens]
        each = {who.user.id: who for who in reversed(found) if who is not None}
        return list(reversed(each.values()))


def _json(who: SignedIn) -> dict[str, object]:
    return {"session": wire.session(who.session), "user": wire.user(who.user)}


class ListDeviceSessions(_DeviceHandler):
    """GET /multi-session/list-device-sessions."""

    @public
    @answers(schemas.array(_WHO))
    async def get(self) -> None:
        """Answers an array of who can be the active one: of those whose cookies are here, and nobody else."""
        self.answer([_json(who) for who in await self.find_all()])


class SetActiveSession(_DeviceHandler):
    """POST /multi-session/set-active."""

    @public_with(SetActiveSessionBody)
    @answers(_WHO, refused=(401,))
    async def post(self, body: SetActiveSessionBody) -> None:
        """Another one of this browser's sessions is the active one; it lasts as long as it did."""
        token = self.device.token(self.request_cookies, body.session_token)
        if token is None:
            raise errors.invalid_session_token()
        who = await device.find(self.services, token)
        if who is None:
            self.add_cookies([self.services.cookies.expire(self.device.name(body.session_token))])
            raise errors.invalid_session_token()
        self.set_session(who)
        self.audit("session-switched", user_id=who.user.id, session_id=who.session.id)
        self.answer(_json(who))


class RevokeDeviceSession(_DeviceHandler):
    """POST /multi-session/revoke."""

    @signed_in_with(RevokeDeviceSessionBody)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: RevokeDeviceSessionBody) -> None:
        """Ends a session of this browser, whoever's it is; after the active one comes the next. S23."""
        token = self.device.token(self.request_cookies, body.session_token)
        if token is None:
            raise errors.invalid_session_token()
        async with self.services.db.transaction() as tx:
            ended = await self.services.sessions.delete(tx, [token])
            if ended:
                await self.record(tx, "session-revoked", user_id=ended.user_id, session_id=ended.session_id)
        self.add_cookies([self.services.cookies.expire(self.device.name(token))])
        if token == who.session.token:
            await self._go_on()
        self.answer({"status": True})

    async def _go_on(self) -> None:
        left = await self.find_all()
        if left:
            self.set_session(left[0])
        else:
            self.clear_session()
