"""POST /sign-in/magic-link and GET /magic-link/verify, as better-auth's plugin of that name has them."""

from __future__ import annotations

from msgspec import Struct

from handlers.magic_link import links
from handlers.magic_link.links import MAGIC_LINK, MagicLink
from handlers.magic_link.settings import MagicLinkSettings
from server import errors
from server.authentication import owner, verifications
from server.authentication.owner import Newcomer
from server.authentication.sign_in import Outcome
from server.crypto.random import random_letters
from server.errors import APIError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, public_with
from server.http.origin import shown
from server.mail import Mail
from server.model import Json, SignedIn
from server.protocol import bodies, rules, schemas, uri, wire

_SIGNED_IN = schemas.members({"token": schemas.STRING, "user": schemas.USER, "session": schemas.SESSION})


class SignInMagicLinkBody(bodies.Body):
    """Whose address, and where the link ends; `metadata` is for who sends the mails, and nothing here."""

    email: str = bodies.required(rules.email)
    name: str | None = bodies.optional(rules.name)
    callback_url: str | None = bodies.redirect("callbackURL")
    new_user_callback_url: str | None = bodies.redirect("newUserCallbackURL")
    error_callback_url: str | None = bodies.redirect("errorCallbackURL")
    metadata: Json | None = bodies.optional(rules.any_record)


class VerifyMagicLinkQuery(bodies.Body):
    """The mail's token, and where the link ends."""

    token: str = bodies.required(rules.string)
    callback_url: str | None = bodies.redirect("callbackURL")
    error_callback_url: str | None = bodies.redirect("errorCallbackURL", label="callbackURL")
    new_user_callback_url: str | None = bodies.redirect("newUserCallbackURL", label="callbackURL")


class _Refused(Struct, frozen=True):
    """What the redirect says."""

    code: str
    description: str | None = None


class _Arrived(Struct, frozen=True):
    """Who comes in, and whether they are new."""

    outcome: Outcome
    new: bool


_INVALID = _Refused("INVALID_TOKEN")


class SignInWithMagicLink(ApiHandler):
    """POST /sign-in/magic-link."""

    @public_with(SignInMagicLinkBody)
    @answers(schemas.STATUS)
    async def post(self, body: SignInMagicLinkBody) -> None:
        """Mails a link to whoever it is: nobody is looked up, so that nothing tells who is known. S10."""
        self.check_form()
        token = random_letters(32)
        ends = (body.callback_url, body.new_user_callback_url, body.error_callback_url)
        url = links.url(self.services.config.api_url, token, *ends)
        kept = links.write(MagicLink(body.email, body.name))
        async with self.services.db.transaction() as tx:
            await verifications.create(tx, links.identifier(token), kept, links.SECONDS)
            await self.services.mailer.queue(tx, Mail(MAGIC_LINK.name, body.email, {"url": url}))
        self.audit("magic-link-requested", **self.tried(body.email, None))
        self.answer({"status": True})


class VerifyMagicLink(ApiHandler):
    """GET /magic-link/verify, the link in the mail."""

    query_type = VerifyMagicLinkQuery

    @public
    @answers(_SIGNED_IN, redirects=True, refused=(403,), signs_in="magic-link")
    async def get(self) -> None:
        """302 to `callbackURL`, or to `errorCallbackURL` with `error=CODE`; JSON where there is no `callbackURL`."""
        asked: VerifyMagicLinkQuery = self.read_query()
        callback = self._absolute(asked.callback_url or "/")
        failed = self._absolute(asked.error_callback_url or callback)
        new = self._absolute(asked.new_user_callback_url or callback)
        found = await self._follow(links.identifier(asked.token))
        if isinstance(found, APIError):
            raise found
        if isinstance(found, _Refused):
            self._fail(failed, found)
            return
        told = self._welcome(found.outcome)
        if asked.callback_url:
            self.redirect_to(self.way_on(found.outcome, new if found.new else callback))
        else:
            self.answer(told)

    def _absolute(self, url: str) -> str:
        """The address as a browser would read it; raises the 403 for what none can."""
        parsed = uri.parse(url, self.services.config.api_url)
        if parsed is None:
            raise errors.invalid_url("callbackURL", shown(url))
        return parsed.href

    async def _follow(self, identifier: str) -> _Arrived | _Refused | APIError:
        """Comes in by the link, for the first who follows it; the refusal of a stage is an APIError. S18."""
        db = self.services.db
        pending = links.read(await verifications.find(db, identifier))
        await self.services.sweeper.sweep(db)
        if pending is None:
            return _INVALID
        try:
            return await self._redeem(identifier)
        except APIError as error:
            return _Refused(error.code or "failed_to_create_user", error.message)

    async def _redeem(self, identifier: str) -> _Arrived | _Refused | APIError:
        """The link, what the proof makes void, the user and the session change together; raises for who cannot be made."""
        services = self.services
        signs_up = not services.of(MagicLinkSettings).sign_up_disabled
        async with services.db.transaction() as tx:
            link = links.read(await verifications.consume(tx, identifier))
            if link is None:
                return _INVALID
            newcomer = Newcomer(link.email, link.name or "")
            found = await owner.find(tx, services.sessions, newcomer, signs_up)
            if found is None:
                return _Refused("new_user_signup_disabled")
            if found.proven:
                await self.record(tx, "email-verified", user_id=found.user.id)
            event = "sign-up" if found.new else "sign-in"
            try:
                proved = self.proved("magic-link", found.user, event=event)
                return _Arrived(await services.sign_in.open_in(tx, proved), found.new)
            except APIError as refusal:  # the address is proven all the same
                return refusal

    def _welcome(self, outcome: Outcome) -> object:
        """Sets the cookies; what is answered where nobody is sent on."""
        if not isinstance(outcome, SignedIn):
            self.add_cookies(outcome.cookies)
            return outcome.body
        self.set_session(outcome)
        session = outcome.session
        return {"token": session.token, "user": wire.user(outcome.user), "session": wire.session(session)}

    def _fail(self, target: str, refused: _Refused) -> None:
        self.audit_token(APIError(400, refused.code, None))
        url = uri.with_parameter(target, target, "error", refused.code)
        if refused.description:
            url = uri.with_parameter(url, url, "error_description", refused.description)
        self.redirect_to(url)
