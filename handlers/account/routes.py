"""GET /list-accounts and /account-info; POST /unlink-account, /get-access-token and /refresh-token."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from handlers.account import errors as refusals
from server import errors
from server.crypto.encryption import DecryptionError
from server.http.access import answers
from server.http.api import ApiHandler
from server.http.guards import public, signed_in, signed_in_with
from server.model import Json, SignedIn
from server.oauth import store
from server.oauth.provider import Provider, Tokens
from server.oauth.refreshing import RefreshError
from server.oauth.store import Linked
from server.protocol import bodies, javascript, rules, schemas, wire
from server.store import accounts, users

_SELECTORS = ({"accountId", "userId"}, {"useAccountCookie", "userId"})
_SELECTED: list[schemas.Schema] = [
    schemas.members({"accountId": schemas.STRING}, {"userId": schemas.STRING}),
    schemas.members({"useAccountCookie": schemas.always(True)}, {"userId": schemas.STRING}),
]
_TOKENS = schemas.members(
    {"accessToken": schemas.STRING, "scopes": schemas.array(schemas.STRING)},
    {"accessTokenExpiresAt": schemas.STRING, "idToken": schemas.STRING},
)
_OPTIONAL_STRING = schemas.nullable(schemas.STRING)
_REFRESHED = schemas.members(
    {
        "accessToken": schemas.STRING,
        "refreshToken": schemas.STRING,
        "refreshTokenExpiresAt": _OPTIONAL_STRING,
        "scope": _OPTIONAL_STRING,
        "idToken": _OPTIONAL_STRING,
        "providerId": schemas.STRING,
        "accountId": schemas.STRING,
    },
    {"accessTokenExpiresAt": schemas.STRING},
)
_INFO = schemas.members(
    {
        "user": {"type": "object"},
        "data": {"type": "object"},
        "account": schemas.members(
            {"id": schemas.STRING, "providerId": schemas.STRING, "accountId": schemas.STRING}
        ),
    }
)
_SELECTION: schemas.Schema = {"anyOf": [each | {"additionalProperties": False} for each in _SELECTED]}


class UnlinkAccountBody(bodies.Body):
    """The account's row id."""

    account_id: str = bodies.required(rules.string, "accountId")


class ListUserAccounts(ApiHandler):
    """GET /list-accounts."""

    @signed_in()
    @answers(schemas.array(schemas.ACCOUNT))
    async def get(self, who: SignedIn) -> None:
        """Answers an array; never a token or a hash."""
        found = await self.services.reads.exactly(lambda db: accounts.list_of_user(db, who.user.id))
        self.answer([wire.account(account) for account in found])


class UnlinkAccount(ApiHandler):
    """POST /unlink-account."""

    @signed_in_with(UnlinkAccountBody, fresh=True)
    @answers(schemas.STATUS)
    async def post(self, who: SignedIn, body: UnlinkAccountBody) -> None:
        """Answers `{status: true}`; the last way to sign in stays. S40."""
        async with self.services.db.transaction() as tx:
            await users.lock(tx, who.user.id)  # two at once must not take away the last two
            found = await accounts.list_of_user(tx, who.user.id)
            if len(found) == 1:
                raise refusals.failed_to_unlink_last_account()
            if body.account_id not in [account.id for account in found]:
                raise refusals.account_not_found()
            await accounts.delete(tx, body.account_id)
            await self.record(tx, "account-unlinked", user_id=who.user.id)
        self.answer({"status": True})


class TokenHandler(ApiHandler):
    """What the three token endpoints share: whose account is meant, and its provider."""

    async def selected_account(self, selection: dict[str, object]) -> Linked:
        """The caller's account with this row id; the empty 401 without a session. S40."""
        who = await self.find_session(authoritative=True)
        if who is None:
            raise refusals.unauthorized_empty()
        for account in await accounts.list_of_user(self.services.db, who.user.id):
            if account.id == selection.get("accountId"):
                found = await store.read(self.services.db, account.id)
                if found is not None:
                    return found
        raise refusals.account_not_found()

    async def provider_of(self, account: Linked) -> Provider:
        """Who gave the account's tokens; raises the 400 for who is not set up."""
        found = await self.services.oauth.providers.find(account.provider_id)
        if found is None:
            raise refusals.provider_not_supported(account.provider_id)
        return found

    async def valid_tokens(self, provider: Provider, account: Linked) -> Json:
        """Tokens that last for some seconds yet, as better-auth tells them; raises the 400."""
        oauth = self.services.oauth
        try:
            found = (await oauth.refreshing.valid(provider, account)).account
            access = oauth.vault.open(found.access_token) or ""
        except (RefreshError, DecryptionError) as error:
            raise refusals.failed_to_get_access_token() from error
        return _told(found, access)


def _told(account: Linked, access: str) -> Json:
    ends = account.access_token_expires_at
    told = {
        "accessToken": access,
        "accessTokenExpiresAt": wire.date(ends) if ends else None,
        "scopes": _scopes(account.scope),
        "idToken": account.id_token,
    }
    return {name: value for name, value in told.items() if value is not None}


def _scopes(stored: str | None) -> list[str]:
    return [part.strip() for part in (stored or "").split(",") if part.strip()]


class GetAccessToken(TokenHandler):
    """POST /get-access-token."""

    @public
    @answers(_TOKENS, body=_SELECTION)
    async def post(self) -> None:
        """The access token of an account, a new one where it is about to end."""
        account = await self.selected_account(read_selection(self.json_body, "body"))
        self.answer(await self.valid_tokens(await self.provider_of(account), account))


class RefreshToken(TokenHandler):
    """POST /refresh-token."""

    @public
    @answers(_REFRESHED, body=_SELECTION)
    async def post(self) -> None:
        """A new access token of an account, whether the old one has ended or not."""
        account = await self.selected_account(read_selection(self.json_body, "body"))
        provider = await self.provider_of(account)
        if not provider.token.refreshes:
            raise refusals.token_refresh_not_supported(account.provider_id)
        if not account.refresh_token:
            raise refusals.refresh_token_not_found()
        self.answer(await self._renew(provider, account))

    async def _renew(self, provider: Provider, account: Linked) -> Json:
        oauth = self.services.oauth
        try:
            renewed = await oauth.refreshing.renew(provider, account)
            found, given = renewed.account, renewed.tokens
            access, refresh = oauth.vault.open(found.access_token), oauth.vault.open(found.refresh_token)
        except (RefreshError, DecryptionError) as error:
            raise refusals.failed_to_refresh_access_token() from error
        # How long it lasts is told where the provider has just said so.
        ends = given.access_token_expires_at if given.access_token else found.access_token_expires_at
        return _refreshed(found, access, refresh, ends)


def _refreshed(account: Linked, access: str | None, refresh: str | None, ends: datetime | None) -> Json:
    refresh_ends = account.refresh_token_expires_at
    return {
        "accessToken": access,
        "refreshToken": refresh,
        **({"accessTokenExpiresAt": wire.date(ends)} if ends else {}),
        "refreshTokenExpiresAt": wire.date(refresh_ends) if refresh_ends else None,
        "scope": account.scope,
        "idToken": account.id_token,
        "providerId": account.provider_id,
        "accountId": account.id,
    }


class AccountInfo(TokenHandler):
    """GET /account-info."""

    @public
    @answers(_INFO, query=_SELECTED[0])
    async def get(self) -> None:
        """What the provider says of the caller."""
        query = dict(self.query)
        selection = read_selection(query, "query", _inherited(query.pop("__proto__", None)))
        self.answer(await self._ask(await self.selected_account(selection)))

    async def _ask(self, account: Linked) -> Json:
        provider = await self.services.oauth.providers.find(account.provider_id)
        if provider is None:
            raise refusals.provider_not_configured()
        told = await self.valid_tokens(provider, account)
        if not told.get("accessToken"):
            raise refusals.access_token_not_found()
        tokens = Tokens(told["accessToken"], id_token=told.get("idToken"))
        profile = await self.services.oauth.look(provider, tokens)
        if profile is None:
            raise refusals.failed_to_get_user_info()
        names = {"id": account.id, "providerId": account.provider_id, "accountId": account.account_id}
        return {"user": profile.user, "data": profile.data, "account": names}


def _inherited(prototype: object) -> list[str]:
    """A query's `__proto__` becomes its prototype there, an array: Object.prototype, and what was given."""
    given = prototype if isinstance(prototype, list) else [prototype]
    return [] if prototype is None else [str(index) for index in range(1 + len(given))]


def read_selection(value: object, where: str, inherited: Iterable[str] = ()) -> dict[str, object]:
    """Either `{accountId, userId?}` or `{useAccountCookie: true, userId?}`, in the words of zod's union."""
    if not isinstance(value, dict):
        raise errors.validation_error(f"[{where}] Invalid input")
    names = list(dict.fromkeys([*(name for name, _ in javascript.members(value)), *inherited]))
    matching = [set(names) - known for known in _SELECTORS if _selects(value, known)]
    if len(matching) != 1 and not any(not unknown for unknown in matching):
        raise errors.validation_error(f"[{where}] Invalid input")
    unknown = [f'"{name}"' for name in names if name in matching[0]]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        raise errors.validation_error(f"[{where}] Unrecognized key{plural}: {', '.join(unknown)}")
    return value


def _selects(value: dict[str, object], known: set[str]) -> bool:
    """Whether all members of one form fit, whatever else there is."""
    if "userId" in value and not isinstance(value["userId"], str):
        return False
    return (
        isinstance(value.get("accountId"), str)
        if "accountId" in known
        else value.get("useAccountCookie") is True
    )
