"""GET /passkey/list-user-passkeys, POST /passkey/update-passkey and /passkey/delete-passkey: the caller's own."""

from __future__ import annotations

from handlers.passkey import errors, store
from handlers.passkey.rows import PASSKEY, as_json, trimmed
from handlers.passkey.store import Passkey
from server.errors import APIError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn
from server.protocol import bodies, rules, schemas


@schemas.says(schemas.of(rules.nonempty))
def _name(value: object) -> list[rules.Issue]:
    """Text of which something is left without the spaces around it."""
    return rules.nonempty(trimmed(value) if isinstance(value, str) else value)


class DeletePasskeyBody(bodies.Body):
    """The row's id."""

    id: str = bodies.required(rules.string)


class UpdatePasskeyBody(bodies.Body):
    """The row's id, and what to call it."""

    id: str = bodies.required(rules.string)
    name: str = bodies.required(_name)


class OwnerHandler(ApiHandler):
    """Changes a passkey of the caller's."""

    async def own(self, passkey_id: str, who: SignedIn, foreign: APIError) -> Passkey:
        """The passkey with this row id; raises the 404 where there is none, and `foreign` for somebody else's. S40."""
        if not passkey_id:
            raise errors.missing_parameter("id")
        found = await store.find(self.services.db, passkey_id)
        if found is None:
            raise errors.passkey_not_found(404)
        if found.user_id != who.user.id:
            raise foreign
        return found


class ListUserPasskeys(ApiHandler):
    """GET /passkey/list-user-passkeys."""

    @signed_in()
    @answers(schemas.array(PASSKEY))
    async def get(self, who: SignedIn) -> None:
        """Answers an array, the oldest first."""
        found = await self.services.reads.exactly(lambda db: store.list_of_user(db, who.user.id))
        self.answer([as_json(each) for each in found])


class UpdatePasskey(OwnerHandler):
    """POST /passkey/update-passkey."""

    @signed_in_with(UpdatePasskeyBody)
    @answers(schemas.members({"passkey": PASSKEY}), refused=(401, 404))
    async def post(self, who: SignedIn, body: UpdatePasskeyBody) -> None:
        """Answers `{passkey}` under its new name."""
        found = await self.own(body.id, who, errors.not_allowed())
        async with self.services.db.transaction() as tx:
            renamed = await store.rename(tx, found.id, who.user.id, trimmed(body.name))
            if renamed is None:
                raise errors.passkey_not_found(404)
            await self.record(tx, "passkey-renamed", user_id=who.user.id, passkey_id=found.id)
        self.answer({"passkey": as_json(renamed)})


class DeletePasskey(OwnerHandler):
    """POST /passkey/delete-passkey."""

    @signed_in_with(DeletePasskeyBody)
    @answers(schemas.STATUS, refused=(401, 404))
    async def post(self, who: SignedIn, body: DeletePasskeyBody) -> None:
        """Answers `{status: true}`; nobody signs in with it from then on."""
        found = await self.own(body.id, who, errors.unauthorized_empty())
        async with self.services.db.transaction() as tx:
            if await store.delete(tx, found.id, who.user.id):
                await self.record(tx, "passkey-deleted", user_id=who.user.id, passkey_id=found.id)
        self.answer({"status": True})
