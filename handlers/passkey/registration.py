"""GET /passkey/generate-register-options and POST /passkey/verify-registration: a passkey for who is signed in."""

from __future__ import annotations

from typing import Any

from handlers.passkey import challenges, errors, options, store
from handlers.passkey.handler import CeremonyHandler
from handlers.passkey.loading import load
from handlers.passkey.rows import PASSKEY, as_json, joined, trimmed
from handlers.passkey.store import Passkey
from server import clock
from server.authentication.sign_in import Outcome
from server.crypto.ids import new_id
from server.database import InvalidValue, Transaction
from server.http.access import answers
from server.http.guards import guard, signed_in_with
from server.model import SignedIn
from server.protocol import bodies, rules, schemas, wire

_ATTACHMENTS = ("platform", "cross-platform")
_OPTIONS = schemas.members({"challenge": schemas.STRING, "rp": schemas.ANYTHING, "user": schemas.ANYTHING})
_REGISTERED: schemas.Schema = {
    "allOf": [PASSKEY, schemas.members({}, {"session": schemas.SESSION, "user": schemas.USER})]
}


@schemas.says({"type": "string", "enum": list(_ATTACHMENTS)})
def _attachment(value: object) -> list[rules.Issue]:
    wrong = 'Invalid option: expected one of "platform"|"cross-platform"'
    return [] if value in _ATTACHMENTS else [("", wrong)]


@schemas.says({"description": "What the authenticator made, as its JSON."})
def _given(value: object) -> list[rules.Issue]:
    return [("", rules.expected("nonoptional", value))] if value is rules.UNDEFINED else []


class RegisterOptionsQuery(bodies.Body):
    """What kind of authenticator it is to be, and what to call the person in it; `context` is kept beside it."""

    attachment: str | None = bodies.optional(_attachment, "authenticatorAttachment")
    name: str | None = bodies.optional(rules.string)
    context: str | None = bodies.optional(rules.string)


class VerifyRegistrationBody(bodies.Body):
    """What the authenticator said, what to call the passkey, and whether it signs in at once."""

    response: Any = bodies.required(_given)
    name: str | None = bodies.optional(rules.string)
    create_session: bool | None = bodies.optional(rules.boolean, "createSession")


async def _admit(handler: CeremonyHandler) -> tuple[SignedIn, RegisterOptionsQuery]:
    query: RegisterOptionsQuery = handler.read_query()
    return await handler.require_session(fresh=True), query


class GenerateRegisterOptions(CeremonyHandler):
    """GET /passkey/generate-register-options."""

    query_type = RegisterOptionsQuery

    @guard("fresh", _admit)
    @answers(_OPTIONS)
    async def get(self, who: SignedIn, asked: RegisterOptionsQuery) -> None:
        """Options for `navigator.credentials.create`; those that the person has are left out."""
        user, text = who.user, challenges.new_text()
        known = await store.list_of_user(self.services.db, user.id)
        party = {"name": self.services.config.branding.name, "id": self.rp_id}
        found = options.for_registration(party, text, user, asked.name or "", asked.attachment, known)
        named = {"id": user.id, "name": user.email, "displayName": user.email}
        await self.keep("registration", text, named, context=asked.context)
        self.answer(found)


class VerifyRegistration(CeremonyHandler):
    """POST /passkey/verify-registration."""

    @signed_in_with(VerifyRegistrationBody, fresh=True)
    @answers(_REGISTERED, refused=(500,))
    async def post(self, who: SignedIn, body: VerifyRegistrationBody) -> None:
        """Answers the passkey, and with `createSession` a session beside it. S26."""
        if not self.origin:
            raise errors.failed_to_verify_registration(400)
        challenge = await self.take("registration")
        if challenge.user_id != who.user.id:
            raise errors.not_allowed()
        passkey = await self._verified(body, challenge.text, who.user.id)
        outcome = await self._add(passkey, who if body.create_session else None)
        if outcome is None:
            self.answer(as_json(passkey))
        elif isinstance(outcome, SignedIn):
            self.set_session(outcome)
            told = {"session": wire.session(outcome.session), "user": wire.user(outcome.user)}
            self.answer(as_json(passkey) | told)
        else:
            self.welcome(outcome)

    async def _verified(self, body: VerifyRegistrationBody, text: str, user_id: str) -> Passkey:
        """The passkey as it is to be stored; raises the 500 for a response that does not hold."""
        await load()
        from handlers.passkey import verifying

        try:
            found = await verifying.registration(
                body.response, verifying.Expected(text, self.origin, self.rp_id)
            )
            transports = joined(body.response["response"].get("transports"))
        except (verifying.NotVerified, TypeError) as error:
            self.audit_failure("passkey-refused", user_id=user_id)
            raise errors.failed_to_verify_registration(500) from error
        return Passkey(
            id=await new_id(self.services.db, "passkey"),
            name=trimmed(body.name or "") or None,
            public_key=found.public_key,
            user_id=user_id,
            credential_id=found.credential_id,
            counter=found.counter,
            device_type=found.device_type,
            backed_up=found.backed_up,
            transports=transports,
            created_at=clock.now(),
            aaguid=found.aaguid,
        )

    async def _add(self, passkey: Passkey, who: SignedIn | None) -> Outcome | None:
        """Stores it, unless somebody has it; with `who` it signs in, in the same transaction."""
        try:
            async with self.services.db.transaction() as tx:
                await self._insert(tx, passkey)
                if who is None:
                    return None
                return await self.services.sign_in.open_in(tx, self.proved("passkey", who.user))
        except InvalidValue as error:  # a count that the column cannot hold, a name with a NUL
            raise errors.failed_to_verify_registration(500) from error

    async def _insert(self, tx: Transaction, passkey: Passkey) -> None:
        await store.hold_credential(tx, passkey.credential_id)
        if await store.find_by_credential(tx, passkey.credential_id):
            raise errors.previously_registered()
        await store.insert(tx, passkey)
        await self.record(tx, "passkey-added", user_id=passkey.user_id, passkey_id=passkey.id)
