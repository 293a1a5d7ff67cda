"""POST /sign-up/email and /sign-in/email."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from handlers.email_password import errors as refusals
from handlers.email_password.settings import SignUpSettings
from server import errors
from server.authentication import registration, sign_ups
from server.authentication.password_proof import Attempt
from server.authentication.sign_in import Outcome
from server.database import Transaction
from server.http.access import answers
from server.http.api import JSON_OR_FORM, ApiHandler
from server.http.guards import public_with
from server.mail import Email, Mail
from server.model import Session, User
from server.protocol import bodies, columns, rules, schemas, wire
from server.store import users
from server.store.users import EmailTaken

ACCOUNT_EXISTS = Email("account-exists")
_SIGNED_UP = schemas.members(
    {
        "token": schemas.nullable(schemas.STRING),
        "user": schemas.USER,
        "session": schemas.nullable(schemas.SESSION),
    }
)
_SIGNED_IN = schemas.members(
    {
        "redirect": schemas.BOOLEAN,
        "token": schemas.STRING,
        "user": schemas.USER,
        "session": schemas.SESSION,
    },
    {"url": schemas.STRING},
)


class SignUpEmailBody(bodies.Body):
    """What better-auth's sign-up reads; other members are ignored. S39."""

    open_record: ClassVar = True

    name: str = bodies.required(rules.name)
    email: str = bodies.required(rules.email)
    password: str = bodies.required(rules.nonempty)
    image: str | None = bodies.optional(rules.string)
    callback_url: str | None = bodies.redirect("callbackURL")
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")


class SignInEmailBody(bodies.Body):
    """What better-auth's sign-in reads."""

    email: str = bodies.required(rules.string)
    password: str = bodies.required(rules.string)
    callback_url: str | None = bodies.redirect("callbackURL")
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")


class SignUpWithEmailAndPassword(ApiHandler):
    """POST /sign-up/email: a user, a password account and, unless AUTO_SIGN_IN is off, a session."""

    media_types = JSON_OR_FORM
    writes_user = "new"

    @public_with(SignUpEmailBody)
    @answers(_SIGNED_UP, columns="user")
    async def post(self, body: SignUpEmailBody) -> None:
        """Answers `{token, user, session}`; 422 when the address is taken."""
        self.check_form()
        services = self.services
        if services.of(SignUpSettings).disabled:
            raise refusals.email_password_sign_up_disabled()
        services.passwords.check_new(body.password, body.name, body.email)
        written = registration.accept(services.db.columns.user, self._members)
        user = await registration.new_user(services.db, body.name, body.email, body.image)
        try:
            outcome = await self._register(user, body, written)
        except errors.APIError:
            await self.revise()
            raise
        if isinstance(outcome, User):
            self._answer(outcome, None)
            return
        await self.attempt_succeeded(body.email.lower())
        who = self.welcome(outcome, body.remember_me is not False)
        if who:
            self._answer(who.user, who.session)

    @property
    def _members(self) -> columns.Given:
        """All of the body, which is an object by then."""
        return self.json_body if isinstance(self.json_body, dict) else {}

    @property
    def _is_silent(self) -> bool:
        """Whether a new address and a taken one are answered alike, with nobody signed in. S10."""
        services = self.services
        return services.config.verification.required or not services.of(SignUpSettings).signs_in

    async def _register(self, user: User, body: SignUpEmailBody, written: columns.Stored) -> Outcome | User:
        """Everything or nothing: no user is left without a password, none without the session or mail promised.

        The user alone, where nobody is signed in.
        """
        services = self.services
        if not self._is_silent and await users.find_by_email(services.db, user.email):
            raise refusals.user_already_exists_use_another_email()
        hashed = await services.passwords.hash_new(body.password)
        async with services.db.transaction() as tx:
            try:
                user = await registration.add(tx, user, hashed, written)
            except EmailTaken:
                await self._keep(tx, user, hashed, written, body.callback_url)
                return await users.get_as_stored(tx, user, written)
            await self._ask_to_prove(tx, user, body.callback_url)
            if self._is_silent:
                await self.record(tx, "sign-up", user_id=user.id)
                return user
            proved = self.proved("sign-up", user, body.remember_me is not False, event="sign-up")
            return await services.sign_in.open_in(tx, proved)

    async def _ask_to_prove(
        self, tx: Transaction, user: User, callback_url: str | None, sign_up: str | None = None
    ) -> None:
        """The mail of a sign-up, where the settings want one."""
        verification = self.services.config.verification
        if verification.on_sign_up:
            await self.services.links.verify(tx, user, callback_url, sign_up)
        elif verification.required:
            await self.services.mailer.queue_nothing(tx)

    async def _keep(
        self, tx: Transaction, user: User, hashed: str, written: columns.Stored, callback_url: str | None
    ) -> None:
        """The 422, or silently as many rows written as for a new address: a sign-up, and a mail to its owner. S10."""
        if not self._is_silent:
            await registration.check_taken(tx, user)
            raise refusals.user_already_exists_use_another_email()
        owner = await sign_ups.add(tx, user, hashed, written, self.client.ip_address)
        if owner is None:
            await registration.check_taken(tx, user)
        await self._record_repeated(tx, user, owner.id if owner else None)
        verification = self.services.config.verification
        if owner and not owner.email_verified and owner.lately < sign_ups.MOST_MAILS:
            await self._ask_to_prove(tx, replace(user, id=owner.id), callback_url, user.id)
        elif owner and verification.required and owner.lately < sign_ups.MOST_MAILS:
            await self.services.mailer.queue(tx, Mail(ACCOUNT_EXISTS.name, user.email, {"name": owner.name}))
        elif verification.required or verification.on_sign_up:
            await self.services.mailer.queue_nothing(tx)

    async def _record_repeated(self, tx: Transaction, user: User, owner_id: str | None) -> None:
        """As much as for a new address; whoever did it is not the owner."""
        if owner_id:
            await self.record(tx, "sign-up-repeated", by="somebody", user_id=owner_id)
        else:
            await self.record(tx, "sign-up", user_id=user.id)

    def _answer(self, user: User, session: Session | None) -> None:
        self.answer(
            {
                "token": session.token if session else None,
                "user": wire.user(user),
                "session": wire.session(session) if session else None,
            }
        )


class SignInEmail(ApiHandler):
    """POST /sign-in/email."""

    media_types = JSON_OR_FORM

    @public_with(SignInEmailBody)
    @answers(_SIGNED_IN, signs_in="email")
    async def post(self, body: SignInEmailBody) -> None:
        """Answers `{redirect, token, url, user, session}`; 401 alike for an unknown user and a wrong password. S9."""
        self.check_form()
        services = self.services
        if not rules.is_email(body.email):
            raise errors.invalid_email()
        services.passwords.check_not_too_long(body.password)
        await self.count_attempt(body.email)
        email = body.email.lower()
        user = await users.find_by_email(services.db, email)
        attempt = Attempt("email", user, email, body.password, errors.invalid_email_or_password())
        who = await self.sign_in_by_password(attempt, body.remember_me is not False, body.callback_url)
        if who:
            self.answer_signed_in(who, body.callback_url, {"session": wire.session(who.session)})
