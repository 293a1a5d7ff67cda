"""POST /sign-up/email and /sign-in/email."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from server import errors
from server.authentication import password_proof, registration
from server.authentication.password_proof import Proof
from server.database import Transaction
from server.http.api import JSON_OR_FORM, ApiHandler
from server.http.guards import public
from server.model import Session, SignedIn, User
from server.protocol import bodies, rules, uri, wire
from server.store import users
from server.store.users import EmailTaken


@dataclass(frozen=True)
class SignUpEmailBody:
    """What better-auth's sign-up reads; other members are ignored. S39."""

    open_record: ClassVar = True

    name: str = bodies.required(rules.string)
    email: str = bodies.required(rules.email)
    password: str = bodies.required(rules.nonempty)
    image: str | None = bodies.optional(rules.string)
    callback_url: str | None = bodies.optional(rules.string, "callbackURL")
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")


@dataclass(frozen=True)
class SignInEmailBody:
    """What better-auth's sign-in reads."""

    email: str = bodies.required(rules.string)
    password: str = bodies.required(rules.string)
    callback_url: str | None = bodies.optional(rules.string, "callbackURL")
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")


class SignUpWithEmailAndPassword(ApiHandler):
    """POST /sign-up/email: a user, a password account and, unless AUTO_SIGN_IN is off, a session."""

    media_types = JSON_OR_FORM

    @public
    async def post(self) -> None:
        """Answers `{token, user, session}`; 422 when the address is taken."""
        body = self.read(SignUpEmailBody)
        self.check_form()
        services = self.services
        if services.config.disable_sign_up:
            raise errors.email_password_sign_up_disabled()
        services.passwords.check_new(body.password, body.name, body.email)
        user = registration.new_user(body.name, body.email, body.image)
        session = await self._register(user, body)
        if session:
            await self.attempt_succeeded(user.email)
        self._welcome(user, session, body.remember_me is not False)

    @property
    def _is_silent(self) -> bool:
        """Whether a new address and a taken one are answered alike, with nobody signed in. S10."""
        config = self.services.config
        return config.require_email_verification or not config.auto_sign_in

    async def _register(self, user: User, body: SignUpEmailBody) -> Session | None:
        """Everything or nothing: no user is left without a password, none without the session or mail promised."""
        services = self.services
        if not self._is_silent and await users.find_by_email(services.db, user.email):
            raise errors.user_already_exists_use_another_email()
        hashed = await services.passwords.hash(body.password)
        async with services.db.transaction() as tx:
            try:
                await registration.add(tx, user, hashed)
            except EmailTaken:
                await self._refuse(tx)
                return None
            if services.config.send_verification_on_sign_up:
                await services.links.verify(tx, user, body.callback_url)
            if self._is_silent:
                return None
            await services.devices.remember(tx, user, self.client)
            return await services.sessions.create(tx, user, self.client, body.remember_me is not False)

    async def _refuse(self, tx: Transaction) -> None:
        """The 422, or silently as many rows written as for a new address: its password, and its mail. S10."""
        services = self.services
        if not self._is_silent:
            raise errors.user_already_exists_use_another_email()
        await services.mailer.queue_nothing(tx)
        if services.config.send_verification_on_sign_up:
            await services.mailer.queue_nothing(tx)

    def _welcome(self, user: User, session: Session | None, remember: bool) -> None:
        self.audit("sign-up", user_id=user.id)
        if session:
            self.set_session(SignedIn(session, user), remember)
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

    @public
    async def post(self) -> None:
        """Answers `{redirect, token, url, user, session}`; 401 alike for an unknown user and a wrong password. S9."""
        body = self.read(SignInEmailBody)
        self.check_form()
        services = self.services
        if not rules.is_email(body.email):
            raise errors.invalid_email()
        services.passwords.check_not_too_long(body.password)
        await self.count_attempt(body.email)
        proof = await password_proof.prove(services.db, services.passwords, body.email.lower(), body.password)
        if proof is None:
            self.audit("sign-in-failed")
            raise errors.invalid_email_or_password()
        await self.attempt_succeeded(body.email)
        if services.config.require_email_verification and not proof.user.email_verified:
            raise errors.email_not_verified()
        remember = body.remember_me is not False
        who = await self._open_session(proof, remember)
        self.set_session(who, remember)
        self.audit("sign-in", user_id=who.user.id, session_id=who.session.id)
        self._answer(who, body.callback_url)

    async def _open_session(self, proof: Proof, remember: bool) -> SignedIn:
        services = self.services
        async with services.db.transaction() as tx:
            if not await proof.holds(tx):
                raise errors.invalid_email_or_password()
            session = await services.sessions.create(tx, proof.user, self.client, remember)
            await services.devices.remember(tx, proof.user, self.client)
        return SignedIn(session, proof.user)

    def _answer(self, who: SignedIn, callback_url: str | None) -> None:
        """The status stays 200 with a Location: a real redirect would take the answer from a fetch."""
        if callback_url:
            self.set_header("Location", uri.header_value(callback_url))
        url = {} if callback_url is None else {"url": callback_url}
        self.answer(
            {
                "redirect": bool(callback_url),
                "token": who.session.token,
                **url,
                "user": wire.user(who.user),
                "session": wire.session(who.session),
            }
        )
