"""GET /passkey/generate-authenticate-options and POST /passkey/verify-authentication: signing in with a passkey."""

from __future__ import annotations

from handlers.passkey import challenges, errors, options, store
from handlers.passkey.handler import CeremonyHandler
from handlers.passkey.loading import load
from handlers.passkey.store import Passkey
from server.authentication.sign_in import Outcome
from server.database import InvalidValue
from server.errors import APIError
from server.http.access import answers
from server.http.guards import public, public_with
from server.model import Json, SignedIn
from server.protocol import bodies, rules, schemas, wire
from server.store import users

_OPTIONS = schemas.members({"rpId": schemas.STRING, "challenge": schemas.STRING})
_WHO = schemas.members({"session": schemas.SESSION, "user": schemas.USER})


class VerifyAuthenticationBody(bodies.Body):
    """What the authenticator said."""

    response: Json = bodies.required(rules.any_record)


class GenerateAuthenticateOptions(CeremonyHandler):
    """GET /passkey/generate-authenticate-options."""

    @public
    @answers(_OPTIONS)
    async def get(self) -> None:
        """Options for `navigator.credentials.get`; whoever is signed in is asked for a passkey of theirs."""
        who, text = await self.find_session(), challenges.new_text()
        user_id = who.user.id if who else ""
        known = await store.list_of_user(self.services.db, user_id) if who else []
        await self.keep("authentication", text, {"id": user_id})
        self.answer(options.for_authentication(self.rp_id, text, known))


class VerifyAuthentication(CeremonyHandler):
    """POST /passkey/verify-authentication."""

    @public_with(VerifyAuthenticationBody)
    @answers(_WHO, refused=(401,))
    async def post(self, body: VerifyAuthenticationBody) -> None:
        """A session for whose passkey it is. S18."""
        if not self.origin:
            raise errors.origin_missing()
        challenge = await self.take("authentication")
        passkey = await self._find(body.response.get("id"))
        counter = await self._verified(body.response, passkey, challenge.text)
        outcome = await self._enter(passkey, counter)
        if isinstance(outcome, APIError):
            raise outcome
        if isinstance(outcome, SignedIn):
            self.set_session(outcome)
            self.answer({"session": wire.session(outcome.session), "user": wire.user(outcome.user)})
        else:
            self.welcome(outcome)

    async def _find(self, credential_id: object) -> Passkey:
        """The passkey that is named; raises the 401 for one that nobody has."""
        try:
            known = isinstance(credential_id, str) and credential_id
            found = await store.find_by_credential(self.services.db, str(credential_id)) if known else None
        except InvalidValue:
            found = None
        if found is None:
            self.audit_failure("sign-in-failed", sign_in_method="passkey")
            raise errors.passkey_not_found(401)
        return found

    async def _verified(self, response: Json, passkey: Passkey, text: str) -> int:
        """How often it was used; raises for a response that does not hold."""
        await load()
        from handlers.passkey import verifying

        expected = verifying.Expected(text, self.origin, self.rp_id)
        try:
            return await verifying.authentication(response, passkey, expected)
        except verifying.NotVerified as error:
            self.audit_failure("sign-in-failed", sign_in_method="passkey", user_id=passkey.user_id)
            wrong = isinstance(error, verifying.WrongSignature)
            raise errors.authentication_failed(401 if wrong else 400) from error

    async def _enter(self, passkey: Passkey, counter: int) -> Outcome | APIError:
        """The count and the session change together; the count alone where a rule is against the session.

        Of two answers that a copied authenticator gives at once, one gets past the count.
        """
        services = self.services
        try:
            async with services.db.transaction() as tx:
                if not await store.count_up(tx, passkey.id, counter):
                    raise errors.authentication_failed(400)
                user = await users.find(tx, passkey.user_id)
                if user is None:
                    raise errors.user_not_found()
                try:
                    return await services.sign_in.open_in(tx, self.proved("passkey", user))
                except APIError as refusal:
                    return refusal
        except InvalidValue as error:  # a count that the column cannot hold
            raise errors.authentication_failed(400) from error
