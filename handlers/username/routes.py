"""POST /sign-in/username and /is-username-available, as better-auth's plugin of that name has them."""

from __future__ import annotations

from handlers.username import errors, names
from server.authentication.password_proof import Attempt
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public_with
from server.protocol import bodies, rules, schemas

_SIGNED_IN = schemas.members(
    {"redirect": schemas.BOOLEAN, "token": schemas.STRING, "user": schemas.USER}, {"url": schemas.STRING}
)
# What is counted under this stands for a name that nobody has; no address looks like it.
_NOBODY = "username "


class SignInUsernameBody(bodies.Body):
    """A name and a password."""

    username: str = bodies.required(rules.string)
    password: str = bodies.required(rules.string)
    remember_me: bool | None = bodies.optional(rules.boolean, "rememberMe")
    callback_url: str | None = bodies.redirect("callbackURL")


class IsUsernameAvailableBody(bodies.Body):
    """The name that is asked for."""

    username: str = bodies.required(rules.string)


class SignInUsername(ApiHandler):
    """POST /sign-in/username."""

    @public_with(SignInUsernameBody)
    @answers(_SIGNED_IN, refused=(422,), signs_in="username")
    async def post(self, body: SignInUsernameBody) -> None:
        """Answers `{redirect, token, url, user}`; 401 alike for an unknown name and a wrong password. S9 S11."""
        if not body.username or not body.password:
            raise errors.invalid_username_or_password()
        names.check(body.username, 422)
        self.services.passwords.check_not_too_long(body.password)
        called = _NOBODY + body.username.lower()
        user = await names.find_user(self.services.db, body.username)
        attempt = Attempt("username", user, called, body.password, errors.invalid_username_or_password())
        await self.count_attempt(attempt.account)
        who = await self.sign_in_by_password(attempt, body.remember_me is not False, body.callback_url)
        if who:
            self.answer_signed_in(who, body.callback_url, {})


class IsUsernameAvailable(ApiHandler):
    """POST /is-username-available."""

    @public_with(IsUsernameAvailableBody)
    @answers(schemas.members({"available": schemas.BOOLEAN}))
    async def post(self, body: IsUsernameAvailableBody) -> None:
        """Answers `{available}`: whether nobody has the name."""
        if not body.username:
            raise errors.invalid_username(422)
        names.check(body.username, 422)
        self.answer({"available": await names.find_user(self.services.db, body.username) is None})
