"""POST /two-factor/enable, /disable, /get-totp-uri and /generate-backup-codes: what the owner does, with the password.

Beside better-auth's API and without it, DELETE /api/two-factor/trusted-browsers.
"""

from __future__ import annotations

from handlers.two_factor import codes, errors, sealed, store
from handlers.two_factor.challenges import is_on
from handlers.two_factor.devices import TrustedDevices
from handlers.two_factor.switch import forget_used, switch
from server.authentication.sign_in import Outcome
from server.crypto import encryption
from server.database import Transaction
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import signed_in, signed_in_with
from server.model import SignedIn, User
from server.protocol import bodies, rules, schemas
from server.store import accounts, users

_CODES = schemas.array(schemas.STRING)
_ENABLED = schemas.members({"method": schemas.STRING}, {"totpURI": schemas.STRING, "backupCodes": _CODES})


class PasswordBody(bodies.Body):
    """The caller's password."""

    password: str = bodies.required(rules.string)


class EnableBody(bodies.Body):
    """The caller's password; an authenticator or mailed codes; and what the authenticator shows as ours."""

    password: str = bodies.required(rules.string)
    method: str | None = bodies.optional(rules.one_of("otp", "totp"))
    issuer: str | None = bodies.optional(rules.string)


class _Owner(ApiHandler):
    """Asks for the password of the caller."""

    @property
    def issuer(self) -> str:
        """Whose code it is to an authenticator, which reads a colon as the name's end."""
        return self.services.config.branding.name.replace(":", " ")

    async def check_own_password(self, user: User, password: str) -> None:
        """Raises INVALID_PASSWORD, for who has none, too. S26."""
        self.services.passwords.check_not_too_long(password)
        credential = await accounts.find_credential(self.services.db, user.id)
        await self.check_password(user, credential.password if credential else None, password)

    def new_codes(self) -> tuple[list[str], str]:
        """Backup codes, and as they are stored."""
        found = codes.new_backup_codes()
        return found, sealed.seal_codes(self.services.config.keyring, found)


class EnableTwoFactor(_Owner):
    """POST /two-factor/enable."""

    @signed_in_with(EnableBody, authoritative=True)
    @answers(_ENABLED)
    async def post(self, who: SignedIn, body: EnableBody) -> None:
        """An authenticator's secret and backup codes, which count from its first code on; mailed codes at once."""
        await self.check_own_password(who.user, body.password)
        if body.method == "otp":
            await self._enable_mails(who)
            return
        secret = codes.new_secret()
        shown = await self._keep(who.user, secret)
        uri = codes.totp_uri(secret.encode(), body.issuer or self.issuer, who.user.email)
        self.answer({"method": "totp", "totpURI": uri, "backupCodes": shown})

    async def _enable_mails(self, who: SignedIn) -> None:
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)
            outcome = await switch(self, tx, who, on=True)
        self.answer_switched(outcome, {"method": "otp"})

    async def _keep(self, user: User, secret: str) -> list[str]:
        """The backup codes that go with a secret; one that was never verified gives way."""
        shown, backup_codes = self.new_codes()
        hidden = encryption.encrypt(self.services.config.keyring, secret)
        async with self.services.db.transaction() as tx:
            await users.hold(tx, user.id)
            found = await store.find(tx, user.id)
            if found is None:
                await store.insert(tx, user.id, hidden, backup_codes)
            elif found.verified is False:
                await store.update(tx, found.id, hidden, backup_codes)
            else:
                raise errors.totp_already_enabled()
            await forget_used(tx, user.id)
            await self.record(tx, "backup-codes-generated", user_id=user.id)
        return shown

    def answer_switched(self, outcome: Outcome, body: dict[str, object]) -> None:
        """With the cookies of the session that goes on."""
        if self.welcome(outcome, self.is_remembered):
            self.answer(body)


class DisableTwoFactor(_Owner):
    """POST /two-factor/disable."""

    @signed_in_with(PasswordBody, authoritative=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: PasswordBody) -> None:
        """Nothing is left of it: no secret, no codes, and no browser that is trusted."""
        await self.check_own_password(who.user, body.password)
        devices = self.services.of(TrustedDevices)
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)
            outcome = await switch(self, tx, who, on=False)
            await forget(tx, devices, who.user.id)
        if self.welcome(outcome, self.is_remembered):
            self.add_cookies(devices.expired(self.request_cookies))
            self.answer({"status": True})


async def forget(tx: Transaction, devices: TrustedDevices, user_id: str) -> None:
    """Removes what a user has set up, and the browsers that were trusted for it."""
    await store.delete_of_user(tx, user_id)
    await forget_used(tx, user_id)
    await devices.forget(tx, user_id)


class GetTotpUri(_Owner):
    """POST /two-factor/get-totp-uri."""

    @signed_in_with(PasswordBody)
    @answers(schemas.members({"totpURI": schemas.STRING}))
    async def post(self, who: SignedIn, body: PasswordBody) -> None:
        """What an authenticator reads, once more."""
        found = await store.find(self.services.db, who.user.id)
        if found is None:
            raise errors.totp_not_enabled()
        key = sealed.open_key(self.services.config.keyring, found)
        await self.check_own_password(who.user, body.password)
        self.answer({"totpURI": codes.totp_uri(key, self.issuer, who.user.email)})


class GenerateBackupCodes(_Owner):
    """POST /two-factor/generate-backup-codes."""

    @signed_in_with(PasswordBody)
    @answers(schemas.members({"status": schemas.always(True), "backupCodes": _CODES}))
    async def post(self, who: SignedIn, body: PasswordBody) -> None:
        """New ones; those from before count no more."""
        if not is_on(who.user):
            raise errors.two_factor_not_enabled()
        await self.check_own_password(who.user, body.password)
        shown, backup_codes = self.new_codes()
        async with self.services.db.transaction() as tx:
            await users.hold(tx, who.user.id)
            found = await store.find(tx, who.user.id)
            if found is None:
                raise errors.two_factor_not_enabled()
            if not await store.update_codes(tx, found, backup_codes):
                raise errors.backup_codes_changed()
            await self.record(tx, "backup-codes-generated", user_id=who.user.id)
        self.answer({"status": True, "backupCodes": shown})


class TrustedBrowsers(ApiHandler):
    """The browsers that are asked for no second factor; better-auth forgets them with the factor alone, so this is ours."""

    @signed_in(authoritative=True)
    @answers(schemas.STATUS)
    async def delete(self, who: SignedIn) -> None:
        """None is trusted any more; it takes no password, as nobody gains by it but the owner."""
        devices = self.services.of(TrustedDevices)
        async with self.services.db.transaction() as tx:
            await devices.forget(tx, who.user.id)
            await self.record(tx, "trusted-browsers-forgotten", user_id=who.user.id)
        self.add_cookies(devices.expired(self.request_cookies))
        self.answer({"status": True})
