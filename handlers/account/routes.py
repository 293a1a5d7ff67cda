"""GET /list-accounts and /account-info; POST /unlink-account, /get-access-token and /refresh-token."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.account import errors as refusals
from server import errors
from server.http.access import answers, refuses
from server.http.api import ApiHandler
from server.http.guards import public, signed_in, signed_in_with
from server.model import Account, SignedIn
from server.protocol import bodies, javascript, rules, schemas, wire
from server.store import accounts, users

_SELECTORS = ({"accountId", "userId"}, {"useAccountCookie", "userId"})
_SELECTED: list[schemas.Schema] = [
    schemas.members({"accountId": schemas.STRING}, {"userId": schemas.STRING}),
    schemas.members({"useAccountCookie": schemas.always(True)}, {"userId": schemas.STRING}),
]
_SELECTION: schemas.Schema = {"anyOf": [each | {"additionalProperties": False} for each in _SELECTED]}


@dataclass(frozen=True)
class UnlinkAccountBody:
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
    """What the three token endpoints share: whose account is meant."""

    async def selected_account(self, selection: dict[str, object]) -> Account:
        """The caller's account with this row id; the empty 401 without a session. S40."""
        who = await self.find_session(authoritative=True)
        if who is None:
            raise refusals.unauthorized_empty()
        for account in await accounts.list_of_user(self.services.db, who.user.id):
            if account.id == selection.get("accountId"):
                return account
        raise refusals.account_not_found()


class GetAccessToken(TokenHandler):
    """POST /get-access-token."""

    @public
    @refuses(body=_SELECTION)
    async def post(self) -> None:
        """400: no provider is configured."""
        account = await self.selected_account(read_selection(self.json_body, "body"))
        raise refusals.provider_not_supported(account.provider_id)


class RefreshToken(TokenHandler):
    """POST /refresh-token."""

    @public
    @refuses(body=_SELECTION)
    async def post(self) -> None:
        """400: no provider is configured."""
        account = await self.selected_account(read_selection(self.json_body, "body"))
        raise refusals.provider_not_supported(account.provider_id)


class AccountInfo(TokenHandler):
    """GET /account-info."""

    @public
    @refuses(query=_SELECTED[0])
    async def get(self) -> None:
        """400: no provider is configured."""
        query = dict(self.query)
        await self.selected_account(read_selection(query, "query", _inherited(query.pop("__proto__", None))))
        raise refusals.provider_not_configured()


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
