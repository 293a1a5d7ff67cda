"""Whose an account at a provider is: somebody's, somebody known by their address, or somebody new's; in one transaction."""

from __future__ import annotations

from dataclasses import replace

from msgspec import Struct, structs

from server import clock
from server.authentication import registration, sign_ups
from server.authentication.email_links import EmailLinks
from server.crypto.ids import new_id
from server.database import InvalidValue, RowRefused, Transaction
from server.errors import APIError
from server.model import Json, User
from server.oauth import store
from server.oauth.provider import Provider, Tokens, is_true
from server.oauth.settings import OAuthSettings
from server.oauth.store import Linked
from server.oauth.vault import Vault
from server.protocol import javascript
from server.sessions.lifecycle import Sessions
from server.store import users
from server.store.users import EmailTaken


class Identity(Struct, frozen=True):
    """Somebody whom a provider has named, with the tokens that prove it; `scope` as the row has it."""

    provider: str
    account_id: str
    user: Json
    tokens: Tokens
    scope: str | None = None

    @property
    def email(self) -> str:
        """The address in lower case, empty where the provider has none."""
        found = self.user.get("email")
        return found.lower() if isinstance(found, str) else ""

    @property
    def verified(self) -> bool:
        """Whether the provider says that the address is theirs; some say so in a text."""
        return is_true(self.user.get("emailVerified"))


class Owner(Struct, frozen=True):
    """Who it is; whether they are new, and whether the account is."""

    user: User
    new: bool = False
    linked: bool = False
    proven: bool = False


class Refused(Exception):
    """Why nobody comes in: `words` with spaces, as better-auth says it of id tokens; `code` as redirects have it."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words

    @property
    def code(self) -> str:
        """For `error=` of a redirect."""
        return self.words.replace(" ", "_")


def text(value: object) -> str:
    """What a column of text gets of a member of JSON."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return javascript.number(value)
    return value if isinstance(value, str) else ""


def subject(provider: Provider, tokens: Tokens, data: Json) -> str | None:
    """What the account is known by at the provider; None for what is none, so that not all share an account. S43."""
    try:
        found = text(provider.subject(tokens, data))
    except (KeyError, TypeError, AttributeError, IndexError):
        return None
    return None if not found.strip() or found in ("undefined", "null", "nan", "inf", "-inf") else found


class Identities:
    """Finds or makes the user; nobody has a session by that yet."""

    def __init__(self, settings: OAuthSettings, vault: Vault, sessions: Sessions, links: EmailLinks) -> None:
        self._settings, self._vault, self._sessions, self._links = settings, vault, sessions, links

    async def settle(
        self, tx: Transaction, who: Identity, asks_to_sign_up: bool, mail_to: str | None = None
    ) -> Owner:
        """The user, as better-auth finds them; raises Refused. `mail_to`: where the mail's link of somebody new ends."""
        await store.hold_key(tx, who.provider, who.account_id)
        account = await store.find(tx, who.provider, who.account_id)
        if account is not None:
            return await self._come_back(tx, who, account)
        user = await users.find_by_email(tx, who.email)
        if user is not None:
            return await self._join(tx, who, user)
        if self._settings.closed or (self._settings.by_request and not asks_to_sign_up):
            raise Refused("signup disabled")
        return await self._welcome(tx, who, mail_to)

    async def _come_back(self, tx: Transaction, who: Identity, account: Linked) -> Owner:
        user = await users.find(tx, account.user_id)
        if user is None:
            raise Refused("unable to link account")
        await store.update(tx, account.id, self._vault.kept(who.tokens), clock.now())
        return await self._prove(tx, who, Owner(user))

    async def _join(self, tx: Transaction, who: Identity, user: User) -> Owner:
        """An account more for who has the address, where both sides have proven that it is theirs. S17 S43."""
        await users.hold(tx, user.id)
        held = await users.find(tx, user.id)
        if held is None or held.email.lower() != who.email:
            raise Refused("account not linked")
        trusted = who.provider in self._settings.trusted
        if not (trusted or who.verified) or not held.email_verified:
            raise Refused("account not linked")
        try:
            await self.add(tx, who, held.id)
        except (InvalidValue, RowRefused) as error:
            raise Refused("unable to link account") from error
        return Owner(held, linked=True)

    async def add(self, tx: Transaction, who: Identity, user_id: str) -> None:
        """The row of an account."""
        kept, row_id = self._vault.kept(who.tokens, who.scope), await new_id(tx, "account")
        account = store.linked(kept, row_id, who.account_id, who.provider, user_id)
        await store.insert(tx, account, clock.now())

    async def merge(self, tx: Transaction, who: Identity, account: Linked) -> None:
        """What a link of the same account brings: its tokens, and scopes beside those that were granted before."""
        stored = [part.strip() for part in (account.scope or "").split(",") if part.strip()]
        scope = ",".join(dict.fromkeys([*stored, *(who.tokens.scopes or ())]))
        await store.update(tx, account.id, self._vault.kept(who.tokens, scope or None), clock.now())

    async def _prove(self, tx: Transaction, who: Identity, owner: Owner) -> Owner:
        """Who comes back with a proof of the address that they have here has proven it here."""
        user = owner.user
        if not who.verified or user.email_verified or who.email != user.email:
            return owner
        now = clock.now()
        if not await users.verify_email(tx, user, now):
            return owner
        await sign_ups.forget(tx, user.id)
        await self._sessions.user_changed(tx, user.id)
        return structs.replace(owner, user=replace(user, email_verified=True, updated_at=now), proven=True)

    async def _welcome(self, tx: Transaction, who: Identity, mail_to: str | None) -> Owner:
        name, image = text(who.user.get("name")), who.user.get("image")
        image = None if image is None else text(image)
        user = await registration.new_user(tx, name, who.email, image, proven=who.verified)
        try:
            user = await registration.add(tx, user, None, registration.accept(tx.columns.user, {}))
            await self.add(tx, who, user.id)
        except EmailTaken:
            return await self._join_quicker(tx, who)
        except (APIError, InvalidValue, RowRefused) as error:
            raise Refused("unable to create user") from error
        return await self._ask_to_prove(tx, user, mail_to)

    async def _join_quicker(self, tx: Transaction, who: Identity) -> Owner:
        """Somebody signed up with the address meanwhile."""
        found = await users.find_by_email(tx, who.email)
        if found is None:
            raise Refused("unable to create user")
        return await self._join(tx, who, found)

    async def _ask_to_prove(self, tx: Transaction, user: User, mail_to: str | None) -> Owner:
        if not user.email_verified and mail_to is not None:
            await self._links.verify(tx, user, mail_to)
        return Owner(user, new=True)
