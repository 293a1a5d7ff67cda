"""POST /update-user and /delete-user; GET /delete-user/callback."""

from __future__ import annotations

import secrets
import string
from dataclasses import replace

from handlers.user import errors as refusals
from handlers.user.settings import DeletionSettings
from server import clock, errors
from server.authentication import verifications
from server.authentication.account_changes import DELETION
from server.database import Executor, InvalidValue, RowRefused
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, signed_in_with
from server.mail import Email, Mail
from server.model import SignedIn, User
from server.protocol import bodies, columns, driver_text, rules, schemas, uri
from server.protocol.columns import Unstorable
from server.store import accounts, users

_DELETED = schemas.members({"success": schemas.always(True), "message": schemas.STRING})
DELETE_SECONDS = 86400
DELETE_ACCOUNT = Email("delete-account", DELETE_SECONDS, link=True)

# The page of our own app that asks once more; whoever names it as the callback gets a mail that leads there.
CONFIRM_PAGE = "/delete-account"


class DeleteUserBody(bodies.Body):
    """A password, or the mail's token, or neither with a fresh session."""

    callback_url: str | None = bodies.redirect("callbackURL")
    password: str | None = bodies.optional(rules.string)
    token: str | None = bodies.optional(rules.string)


class DeleteCallbackQuery(bodies.Body):
    """The mail's token, and where the link ends."""

    token: str = bodies.required(rules.string)
    callback_url: str | None = bodies.redirect("callbackURL")


def _profile() -> schemas.Schema:
    """What can be said of a user beside declared columns."""
    return schemas.members({}, {"name": schemas.of(rules.name), "image": schemas.nullable(schemas.STRING)})


class UpdateUser(ApiHandler):
    """POST /update-user."""

    writes_user = "own"

    @signed_in_with(bodies.Record)
    @answers(schemas.STATUS, body=_profile, columns="user")
    async def post(self, who: SignedIn, body: bodies.Record) -> None:
        """Answers `{status: true}`; `name`, `image` and what features declare can change. S39."""
        if bodies.truthy(body.members.get("email")):
            raise refusals.email_can_not_be_updated()
        written = self._accept(body.members)
        if not written and not {"name", "image"} & body.members.keys():
            raise errors.no_fields_to_update()
        user = await self._update(who.user, body.members, written)
        self.set_session(SignedIn(who.session, user))
        self.answer({"status": True})

    def _accept(self, given: dict[str, object]) -> columns.Stored:
        try:
            return columns.accept(self.services.db.columns.user, given, creating=False)
        except Unstorable as error:
            raise refusals.failed_to_update_user() from error

    async def _update(self, user: User, given: dict[str, object], written: columns.Stored) -> User:
        name = driver_text.text_of(given.get("name", user.name))
        image = driver_text.text_of(given.get("image", user.image))
        if name is None:
            raise refusals.failed_to_update_user()
        if "name" in given and rules.name(name):
            raise errors.validation_error(f"[body.name] {rules.name(name)[0][1]}")
        changed = replace(user, name=name, image=image, updated_at=clock.now())
        try:
            async with self.services.sessions.store.changing(self.services.db) as tx:
                stored = await users.update_profile(tx, changed, given.keys(), written)
                await self.services.sessions.user_changed(tx, user.id)
        except (InvalidValue, RowRefused) as error:
            await self.revise()
            raise refusals.failed_to_update_user() from error
        return stored or changed


class DeleteUser(ApiHandler):
    """POST /delete-user."""

    @signed_in_with(DeleteUserBody, authoritative=True)
    @answers(_DELETED, refused=(404,))
    async def post(self, who: SignedIn, body: DeleteUserBody) -> None:
        """Deletes with a password, a mailed token or a fresh session; with DELETE_USER_VERIFICATION it mails first."""
        if body.password:
            await self._check_password(who.user, body.password)
        if body.token:
            await delete_user(self, who.user, body.token)
        elif self.services.of(DeletionSettings).verified:
            await self._mail(who.user, body.callback_url)
            self.answer({"success": True, "message": "Verification email sent"})
            return
        else:
            if not body.password and not self.services.sessions.terms.is_fresh(who.session):
                raise refusals.session_expired()
            await delete_user(self, who.user)
        self.answer({"success": True, "message": "User deleted"})

    async def _check_password(self, user: User, password: str) -> None:
        self.services.passwords.check_not_too_long(password)
        credential = await accounts.find_credential(self.services.db, user.id)
        if credential is None or credential.password is None:
            raise errors.credential_account_not_found()
        await self.check_password(user, credential.password, password)

    async def _mail(self, user: User, callback_url: str | None) -> None:
        token = "".join(secrets.choice(string.digits + string.ascii_lowercase) for _ in range(32))
        url = self._link(token, callback_url or "/")
        async with self.services.db.transaction() as tx:
            await verifications.create(tx, DELETION + token, user.id, DELETE_SECONDS)
            await self.services.mailer.queue(
                tx, Mail(DELETE_ACCOUNT.name, user.email, {"name": user.name, "url": url})
            )
            await self.record(tx, "deletion-requested", user_id=user.id)

    def _link(self, token: str, callback_url: str) -> str:
        if callback_url == CONFIRM_PAGE:
            return f"{self.services.config.base_url}{CONFIRM_PAGE}?token={token}"
        return f"{self.services.config.api_url}/delete-user/callback?token={token}&callbackURL={uri.encode_component(callback_url)}"


class DeleteUserCallback(ApiHandler):
    """GET /delete-user/callback, the link in the mail."""

    query_type = DeleteCallbackQuery

    @public
    @answers(_DELETED, redirects=True)
    async def get(self) -> None:
        """Deletes the signed-in user whose token it is, then 302 to `callbackURL`. S40."""
        query: DeleteCallbackQuery = self.read_query()
        who = await self.find_session(authoritative=True)
        if who is None:
            raise refusals.failed_to_get_user_info()
        await delete_user(self, who.user, query.token)
        if query.callback_url:
            self.redirect_to(query.callback_url)
        else:
            self.answer({"success": True, "message": "User deleted"})


async def delete_user(handler: ApiHandler, user: User, token: str | None = None) -> None:
    """Deletes the user, and by cascade all that is theirs; ends the session in the browser. S23.

    A `token` has to be one that was mailed to them.
    """

    async def told(tx: Executor) -> None:
        await handler.record(tx, "user-deleted", user_id=user.id)

    await handler.services.accounts.delete(user, told, token)
    handler.clear_session()
