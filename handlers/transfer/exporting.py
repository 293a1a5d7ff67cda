"""Takes everybody out: rows of our own format, written as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from msgspec import Struct, field

from handlers.transfer import store
from handlers.transfer.formats.ours import COLUMNS
from handlers.transfer.keys import OWN, Here
from handlers.transfer.store import Exported
from server.crypto.encryption import DecryptionError, decrypt
from server.database import Database
from server.protocol import wire

Row = dict[str, object]
# Members of accounts and passkeys, by the columns' names.
_TOKENS = {
    "access_token": "accessToken", "refresh_token": "refreshToken", "id_token": "idToken",
    "access_token_expires_at": "accessTokenExpiresAt", "refresh_token_expires_at": "refreshTokenExpiresAt",
    "scope": "scope",
}  # fmt: skip
_PASSKEY = {
    "name": "name", "public_key": "publicKey", "credential_id": "credentialID", "counter": "counter",
    "device_type": "deviceType", "backed_up": "backedUp", "transports": "transports", "created_at": "createdAt",
    "aaguid": "aaguid",
}  # fmt: skip
_SECRET = {"password_hash", "two_factor"}
# What a table has before any feature, and what says who may come in, which has members of its own.
_CORE = {"id", "name", "email", "emailVerified", "image", "createdAt", "updatedAt", *OWN}


class Wanted(Struct):
    """What is to be in the file besides what is no secret; `secrets` are all of them."""

    hashes: bool = False
    secrets: bool = False

    def columns(self) -> list[str]:
        """The members of a row."""
        kept = {"password_hash"} if self.hashes or self.secrets else set()
        kept |= {"two_factor"} if self.secrets else set()
        return [name for name in COLUMNS if name not in _SECRET or name in kept]


class Left(Struct):
    """What is not in the file, of which nobody should learn too late."""

    factors: int = 0
    unread_factors: int = 0
    unread_tokens: int = 0
    columns: list[str] = field(default_factory=list)


class Export:
    """Everybody as of one moment; `left` is known at the end."""

    def __init__(self, db: Database, here: Here, wanted: Wanted) -> None:
        self._db, self._here, self._wanted = db, here, wanted
        self._columns, self.left = wanted.columns(), Left()

    async def rows(self) -> AsyncIterator[Row]:
        """One person after another; a few hundred of them in memory."""
        declared = [each.name for each in self._here.columns]
        async with self._db.transaction() as tx:
            self.left.columns = await store.list_undeclared(tx, [*declared, *_CORE])
            await store.open_export(tx)
            while found := await store.fetch_exported(tx):
                for each in found:
                    whole = self._row(each)
                    yield {name: whole[name] for name in self._columns}

    def _row(self, each: Exported) -> Row:
        return {
            "id": each.id,
            "email": each.email,
            "email_verified": each.email_verified,
            "name": each.name,
            "image": each.image,
            "created_at": wire.date(each.created_at),
            "updated_at": wire.date(each.updated_at),
            "accounts": [self._account(account) for account in each.accounts],
            "disabled": each.banned,
            "second_factor": each.second_factor,
            "fields": self._fields(each.more),
            "passkeys": [_named(passkey, _PASSKEY) for passkey in each.passkeys],
            "two_factor": self._factor(each) if each.second_factor else None,
            "password_hash": each.password,
        }

    def _fields(self, more: Mapping[str, Any]) -> Row:
        """Declared columns; one that answers do not have may be a secret."""
        shown = (each.name for each in self._here.columns if each.returned or self._wanted.secrets)
        return {name: more[name] for name in shown if name not in OWN and more.get(name) is not None}

    def _account(self, account: Mapping[str, Any]) -> Row:
        found: Row = {"provider_id": account["providerId"], "account_id": account["accountId"]}
        if not self._wanted.secrets:
            return found
        kept = _named(account, _TOKENS)
        for name in ("access_token", "refresh_token"):
            try:
                kept[name] = self._here.vault.open(account.get(_TOKENS[name]))
            except DecryptionError:
                kept[name] = None
                self.left.unread_tokens += 1
        return found | {name: value for name, value in kept.items() if value is not None}

    def _factor(self, each: Exported) -> Row | None:
        """In clear, as another server has another secret; None where it cannot be said, so that nobody comes in without."""
        if not self._wanted.secrets:
            self.left.factors += 1
            return None
        if each.two_factor is None:
            return {}
        try:
            secret, codes = (
                decrypt(self._here.keyring, each.two_factor[name]) for name in ("secret", "backupCodes")
            )
            return {"secret": secret, "backup_codes": _list(codes), "verified": each.two_factor["verified"]}
        except DecryptionError:
            self.left.unread_factors += 1
            return None


def _named(row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    return {name: row.get(column) for name, column in names.items()}


def _list(text: str) -> list[object]:
    try:
        found = json.loads(text)
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def as_json(row: Row) -> str:
    """A line of JSON."""
    return json.dumps(row) + "\n"


def as_csv(row: Row) -> str:
    """A line of CSV."""
    return _line([_cell(name, value) for name, value in row.items()])


def csv_head(wanted: Wanted) -> str:
    """The line with the columns' names."""
    return _line(wanted.columns())


def _cell(name: str, value: object) -> str:
    if isinstance(value, (list, dict)):
        return json.dumps(value) if value or name == "two_factor" else ""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
