"""Brings people in: rows are checked, compared with who is there, and stored some hundred at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from handlers.transfer import keys, store
from handlers.transfer.formats.format import Beside, Format
from handlers.transfer.kept import Tokens
from handlers.transfer.keys import Here
from handlers.transfer.person import Person, Unfit, checked
from handlers.transfer.reading import Row, Source, Unreadable
from handlers.transfer.report import Counts, Report
from server import clock
from server.crypto.ids import new_id, new_ids
from server.database import Database, InvalidValue, RowRefused, Transaction
from server.model import COUNTED, User, is_id
from server.protocol import columns
from server.store import columns as declared

BATCH = 500


class Wishes(Struct, frozen=True):
    """What the person who imports has asked for."""

    accepted: frozenset[str] = frozenset()
    existing_is_refused: bool = False
    dry_run: bool = False


class _Newcomer(Struct):
    """A person from a row, who has passed every check so far."""

    place: int
    person: Person
    stored: columns.Stored
    names: tuple[tuple[str, str], ...] = ()
    user_id: str = ""

    @property
    def email(self) -> str:
        return self.person.email or ""

    def marks(self) -> list[str]:
        """What nobody else may have."""
        ids = [f"id {self.person.id}"] if self.person.id else []
        keys = (f"passkey {each.credential_id}" for each in self.person.passkeys)
        links = (f"account {each.provider_id} {each.account_id}" for each in self.person.links)
        names = (f"field {name} {text}" for name, text in self.names)
        return [f"email {self.email}", *ids, *links, *keys, *names]


class _Batch(Struct):
    newcomers: list[_Newcomer] = field(default_factory=list)
    refusals: list[tuple[int, str | None, Unfit]] = field(default_factory=list)
    existing: int = 0

    def refuse(self, newcomer: _Newcomer, why: Unfit) -> None:
        self.refusals.append((newcomer.place, newcomer.email, why))


class Import:
    """One file into one database. To run it again goes on where it broke off: who is there already is left alone."""

    def __init__(
        self,
        db: Database,
        here: Here,
        source: Source,
        form: Format,
        beside: Beside,
        wishes: Wishes,
        report: Report,
    ) -> None:
        self._db, self._source, self._format, self._beside = db, source, form, beside
        self._here, self._unique = here, [each.name for each in here.columns if each.unique]
        self._wishes, self._report, self.counts = wishes, report, Counts()
        self._seen: set[bytes] = set()

    async def run(self, told: Callable[[int], None]) -> None:
        """Raises Unreadable after what was whole is in; `told` is how many bytes have been read."""
        rows, broken = self._source.rows(self._format.people), None
        batch = _Batch()
        try:
            while row := self._next(rows):
                if isinstance(row, Unreadable):
                    broken = row
                    break
                self._take(row, batch)
                if len(batch.newcomers) >= BATCH or len(batch.refusals) >= BATCH:
                    full, batch = batch, _Batch()
                    await self._finish(full)
                    told(self._source.position)
            await self._finish(batch)
            told(self._source.size)
        finally:
            self._report.close()
        if broken:
            raise broken

    @staticmethod
    def _next(rows: Iterator[Row]) -> Row | Unreadable | None:
        try:
            return next(rows, None)
        except Unreadable as error:
            return error

    def _take(self, row: Row, batch: _Batch) -> None:
        email = None
        try:
            if isinstance(row.found, Unfit):
                raise row.found
            person = self._format.read(row.found, self._beside)
            if person is None:
                return
            email = person.email
            accepted = self._wishes.accepted
            fitting, stored = keys.fitting(checked(person, accepted), accepted, self._here)
            names = tuple((name, text) for name in self._unique if (text := stored.get(name)))
            batch.newcomers.append(_Newcomer(row.place, fitting, stored, names))
        except Unfit as why:
            batch.refusals.append((row.place, email, why))
        except RecursionError:
            batch.refusals.append((row.place, email, Unfit("json", "it is nested too often")))

    async def _finish(self, batch: _Batch) -> None:
        if batch.newcomers:
            await self._compare(batch)
            newcomers = list(self._alone(batch))
            if self._wishes.dry_run:
                self.counts.imported += len(newcomers)
            elif newcomers:
                await self._store(batch, newcomers)
        self.counts.existing += batch.existing
        for place, email, why in sorted(batch.refusals, key=lambda each: each[0]):
            self.counts.refused += 1
            self.counts.reasons[why.reason] = self.counts.reasons.get(why.reason, 0) + 1
            self._report.write(place, email, why)
        self._report.flush()

    async def _compare(self, batch: _Batch) -> None:
        """Leaves those who are not there yet; an id that the table cannot have gives way to a new one."""
        newcomers = batch.newcomers
        self._keep_ids(newcomers)
        ids = [each.user_id for each in newcomers if each.user_id]
        credentials = [key.credential_id for each in newcomers for key in each.person.passkeys]
        pairs = [(link.provider_id, link.account_id) for each in newcomers for link in each.person.links]
        async with self._db.transaction() as tx:
            taken = await store.find_taken(tx, [each.email for each in newcomers], ids)
            accounts = await store.find_taken_accounts(tx, pairs) if pairs else []
            passkeys = await store.find_taken_passkeys(tx, credentials) if credentials else []
            names = await self._taken_names(tx, newcomers)
        marks = names | {f"{each.kind} {each.value}" for each in taken}
        marks |= {f"account {each.provider_id} {each.account_id}" for each in accounts}
        marks |= {f"passkey {each.credential_id}" for each in passkeys}
        batch.newcomers = [each for each in newcomers if not self._is_there(batch, each, marks)]

    async def _taken_names(self, tx: Transaction, newcomers: list[_Newcomer]) -> set[str]:
        """Of what each has another of, what somebody has."""
        found: set[str] = set()
        for name in self._unique:
            texts = [text for each in newcomers for column, text in each.names if column == name]
            taken = await declared.find_taken(tx, name, texts) if texts else set()
            found |= {f"field {name} {text}" for text in taken}
        return found

    def _keep_ids(self, newcomers: list[_Newcomer]) -> None:
        kind = self._db.shape.ids["user"]
        for each in newcomers:
            kept = kind not in COUNTED and is_id(kind, each.person.id or "")
            each.user_id = (each.person.id or "") if kept else ""

    def _is_there(self, batch: _Batch, newcomer: _Newcomer, taken: set[str]) -> bool:
        """Whether somebody is there already, or has what is theirs; nothing of anybody is changed."""
        mine = newcomer.marks()
        if self._is_second(mine):
            batch.refuse(newcomer, _DUPLICATE)
            return True
        if mine[0] in taken:
            self._remember(mine)
            self._leave(batch, newcomer)
            return True
        found = next((mark for mark in mine if mark in taken), None)
        if found:
            batch.refuse(newcomer, Unfit("taken", f"another user has {_what(found)} already"))
        return found is not None

    def _leave(self, batch: _Batch, newcomer: _Newcomer) -> None:
        if self._wishes.existing_is_refused:
            batch.refuse(newcomer, Unfit("existing", "a user has this e-mail address already"))
        else:
            batch.existing += 1

    def _alone(self, batch: _Batch) -> Iterator[_Newcomer]:
        """Those of whom no row before had anything."""
        for each in batch.newcomers:
            if self._is_second(each.marks()):
                batch.refuse(each, _DUPLICATE)
            else:
                self._remember(each.marks())
                yield each

    def _is_second(self, marks: list[str]) -> bool:
        return any(_digest(mark) in self._seen for mark in marks)

    def _remember(self, marks: list[str]) -> None:
        self._seen.update(_digest(mark) for mark in marks)

    async def _store(self, batch: _Batch, newcomers: list[_Newcomer]) -> None:
        """All in one transaction; where the database refuses one of them, its half without it."""
        try:
            async with self._db.transaction() as tx:
                added = await self._insert(tx, newcomers)
        except (RowRefused, InvalidValue) as error:
            if len(newcomers) == 1:
                batch.refuse(newcomers[0], Unfit("database", f"the database does not take it: {error}"))
                return
            for half in (newcomers[: len(newcomers) // 2], newcomers[len(newcomers) // 2 :]):
                await self._store(batch, half)
            return
        self.counts.imported += len(added)
        left = [each for each in newcomers if each.user_id not in added]
        if left:
            await self._explain(batch, left)

    async def _insert(self, tx: Transaction, newcomers: list[_Newcomer]) -> set[str]:
        nameless = [each for each in newcomers if not each.user_id]
        for each, user_id in zip(nameless, await new_ids(tx, "user", len(nameless)), strict=True):
            each.user_id = user_id
        initial = columns.defaults(tx.columns.user)
        rows = [(_user(each), {**initial, **each.stored}) for each in newcomers]
        added = await declared.insert_users(tx, rows)
        there = [each for each in newcomers if each.user_id in added]
        await self._insert_accounts(tx, there)
        if found := [keys.passkey_row(key, each.user_id) for each in there for key in each.person.passkeys]:
            await store.insert_passkeys(tx, [row | {"id": await new_id(tx, "passkey")} for row in found])
        factors = ((each.person.factor, each.user_id) for each in there)
        if found := [keys.factor_row(one, owner, self._here) for one, owner in factors if one and one.secret]:
            await store.insert_factors(tx, [row | {"id": await new_id(tx, "twoFactor")} for row in found])
        return added

    async def _insert_accounts(self, tx: Transaction, newcomers: list[_Newcomer]) -> None:
        accounts = [row for each in newcomers for row in _accounts(each)]
        if not accounts:
            return
        ids = await new_ids(tx, "account", len(accounts))
        named = [(key, *each) for key, each in zip(ids, accounts, strict=True)]
        await store.insert_accounts(tx, [row | {"id": key} for key, row, _ in named])
        if tokens := [keys.token_row(given, self._here) | {"id": key} for key, _, given in named if given]:
            await store.update_tokens(tx, tokens)

    async def _explain(self, batch: _Batch, left: list[_Newcomer]) -> None:
        """Somebody came in meanwhile, or something keeps rows out without a word."""
        async with self._db.transaction() as tx:
            taken = {each.value for each in await store.find_taken(tx, [each.email for each in left], [])}
        for each in left:
            if each.email in taken:
                self._leave(batch, each)
            elif each.names:
                batch.refuse(each, Unfit("taken", f"another user has this {each.names[0][0]} already"))
            else:
                batch.refuse(each, Unfit("database", "the database did not take it, without saying why"))


_DUPLICATE = Unfit(
    "duplicate", "a row before has the same e-mail address, id, linked account, passkey or name"
)


def _what(mark: str) -> str:
    """What a mark is of, without what it says."""
    kind, _, said = mark.partition(" ")
    name = said.partition(" ")[0]
    known = {"id": "this id", "passkey": "a passkey of theirs", "field": f"this {name}"}
    return known.get(kind, f"the account at {name}")


def _digest(mark: str) -> bytes:
    return hashlib.blake2b(mark.encode(errors="surrogatepass"), digest_size=12).digest()


def _user(newcomer: _Newcomer) -> User:
    person, now = newcomer.person, clock.now()
    created = min(person.created_at or now, now)
    updated = max(min(person.updated_at or created, now), created)
    return User(
        newcomer.user_id, person.name, newcomer.email, person.email_verified, person.image, created, updated
    )


def _accounts(newcomer: _Newcomer) -> list[tuple[dict[str, object], Tokens | None]]:
    """As better-auth has them, and their tokens: of a password the account is named as the user."""
    person, now = newcomer.person, clock.now().isoformat()
    own = [("credential", newcomer.user_id, person.password_hash, None)] if person.password_hash else []
    found = [*own, *((each.provider_id, each.account_id, None, each.tokens) for each in person.links)]
    times: dict[str, object] = {"createdAt": now, "updatedAt": now}
    return [
        (
            {"providerId": provider, "accountId": account, "userId": newcomer.user_id, "password": password}
            | times,
            tokens,
        )
        for provider, account, password, tokens in found
    ]


def gathered(form: Format, source: Source) -> dict[str, list[object]]:
    """What rows of a file say of people in other rows."""
    found: dict[str, list[object]] = {}
    if form.gather:
        for row in source.rows((*form.people, *form.others)):
            one = None if isinstance(row.found, Unfit) else form.gather(row.found)
            if one:
                found.setdefault(one[0], []).append(one[1])
    return found
