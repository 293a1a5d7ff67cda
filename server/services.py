"""Everything that runs, without HTTP: the same for handlers, sockets and commands."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar, cast

from msgspec import Struct, field

from server.authentication import restrictions
from server.authentication.account_changes import AccountChanges
from server.authentication.credentials import Apps, Beside, Credential, Gate
from server.authentication.email_links import EmailLinks
from server.authentication.profiles import Profiles, Reviser
from server.authentication.sign_in import SignedInObserver, SignIn, Stage
from server.authentication.sweeping import Sweeping
from server.authentication.verifications import Sweeper
from server.config.settings import Settings
from server.crypto.pseudonyms import Pseudonyms
from server.database import Database, DatabaseError, DatabaseUnavailable, Reads, Replicas
from server.errors import StartError
from server.limits import AccountLimits, Limit, RedisStore, RequestLimits, open_store
from server.limits.shared import NUMBERS
from server.mail import Email, Mailer
from server.model import Columns, Json, User
from server.oauth.arrival import Landing
from server.oauth.desk import OAuth
from server.oauth.registry import Source
from server.oauth.settings import OAuthSettings
from server.outgoing import Outgoing
from server.overload.board import Board
from server.passwords.passwords import Passwords
from server.schema import migrate
from server.sessions.cache import SessionCache
from server.sessions.change_feed import Changes
from server.sessions.cookies import Cookies
from server.sessions.lifecycle import Sessions
from server.store import columns
from server.telemetry.audit import Audit
from server.telemetry.metrics import Metrics

T = TypeVar("T")
LOOK_SECONDS = 0.3
log = logging.getLogger(__name__)


class Parts(Struct, frozen=True):
    """What features add, and their folders' names; see `feature.plug`."""

    names: tuple[str, ...] = ()
    settings: tuple[object, ...] = ()
    make: tuple[Callable[[Services], object], ...] = ()
    stages: tuple[Callable[[Services], Stage], ...] = ()
    observers: tuple[Callable[[Services], SignedInObserver], ...] = ()
    columns: Columns = field(default_factory=Columns)
    revisers: tuple[Callable[[Services], Reviser], ...] = ()
    providers: tuple[Callable[[Services], Source], ...] = ()
    landings: tuple[Callable[[Services], Landing], ...] = ()
    credentials: tuple[Callable[[Services], Credential], ...] = ()
    besides: tuple[Callable[[Services], Beside], ...] = ()
    gates: tuple[Callable[[Services], Gate | None], ...] = ()
    apps: tuple[Callable[[Services], Apps], ...] = ()
    sources: tuple[Callable[[Services], Mapping[str, str]], ...] = ()
    limits: tuple[Limit, ...] = ()
    emails: tuple[Email, ...] = ()
    boot: tuple[Callable[[Services], Json], ...] = ()
    ways: tuple[tuple[str, Callable[[Services], bool]], ...] = ()
    forget: tuple[Callable[[Services, User], AbstractAsyncContextManager[None]], ...] = ()
    run: tuple[Callable[[Services], AbstractAsyncContextManager[None]], ...] = ()


class Services:
    """Made inside a running event loop, closed with `close()`; `running()` is what goes on beside the requests.

    `shared` is the descriptor of what the workers of a host have in common, for one of them.
    """

    def __init__(self, settings: Settings, parts: Parts, shared: int | None = None) -> None:
        self.config, self.parts = settings, parts
        self.db = Database(settings.database_url or "", settings.db_pool_size, parts.columns)
        self.replicas = Replicas(self.db, settings.read_database_urls, settings.db_pool_size)
        self.reads = Reads(self.db, self.replicas)
        self.metrics = Metrics((shared, NUMBERS) if shared is not None else None)
        self.audit = Audit(self.metrics)
        self.mailer = Mailer(settings, self.db, self.metrics, parts.emails)
        expires_in, secrets = settings.sessions.expires_in, settings.signing_secrets
        self.cookies = Cookies(secrets[0], settings.secure_cookies, expires_in, settings.cookies, secrets[1:])
        self.sessions = Sessions(settings, self.db, self.cookies, self.reads)
        self.passwords = Passwords(settings.passwords, settings.branding.name)
        board = None if shared is None else Board(shared)
        if board:
            self.passwords.hashing.share(board)
        workers = (shared, board.place, settings.workers) if shared is not None and board else None
        self.counts = counts = open_store(settings.limits, self.db, workers, settings.redis_url)
        self.limits = RequestLimits(counts, parts.limits)
        self.account_limits = AccountLimits(counts, settings.secret)
        self.changes = self._open_changes(settings)
        self.pseudonyms = Pseudonyms(settings.secret)
        self.outgoing = Outgoing(settings.outgoing)
        self.sweeper, self.sweeping = Sweeper(), Sweeping(self.db)
        self.links = EmailLinks(self.mailer, settings.secret, settings.api_url)
        self.accounts = AccountChanges(
            self.db, self.sessions, self.mailer, self.account_limits, self.forgetting
        )
        self.sign_in = SignIn(self.db, self.sessions, self.audit)
        self.profiles = Profiles()
        self.before_the_end: list[Callable[[float], None]] = [self.passwords.hashing.stop]
        self._plug(parts)
        self._watch()

    def _open_changes(self, settings: Settings) -> Changes:
        """Memory hears of sessions from where they are kept; of users always from the database."""
        sessions = self.sessions
        cache = sessions.memory if settings.sessions.cache else SessionCache(0, sessions.watches)
        url, heard = settings.redis_url, self.account_limits.heard
        if settings.sessions.store != "redis":
            return Changes(self.db, cache, heard, url)
        from server.redis.tracking import Tracking
        from server.sessions.users_elsewhere import UsersElsewhere

        users = UsersElsewhere(cache, functools.partial(sessions.store.user_changed, self.db))
        return Changes(self.db, users, heard, url, Tracking(url or "", cache))

    def _plug(self, parts: Parts) -> None:
        self._own: dict[type[Any], object] = {type(each): each for each in parts.settings}
        self.oauth = self._open_oauth(parts)
        for make in parts.make:
            made = make(self)
            self._own[type(made)] = made
        stages, observers = ([make(self) for make in parts.stages], [make(self) for make in parts.observers])
        self.sign_in.connect(stages, observers)
        self.profiles.connect([make(self) for make in parts.revisers])
        self.landings = tuple(make(self) for make in parts.landings)
        self.credentials = tuple(make(self) for make in parts.credentials)
        self.besides = tuple(make(self) for make in parts.besides)
        self.apps = tuple(make(self) for make in parts.apps)
        self.gates = tuple(gate for make in parts.gates if (gate := make(self)))

    def _open_oauth(self, parts: Parts) -> OAuth:
        settings = cast(OAuthSettings, self._own.get(OAuthSettings) or OAuthSettings())
        sources = [make(self) for make in parts.providers]
        self._own |= {type(each): each for each in sources}
        keyring = self.config.keyring
        return OAuth(settings, sources, self.db, self.sessions, self.links, self.outgoing, keyring)

    def of(self, kind: type[T]) -> T:
        """A feature's own settings or service, by its type; raises KeyError where the feature is off."""
        return cast(T, self._own[kind])

    @functools.cached_property
    def boot(self) -> str:
        """What the features tell the pages, and which of them are on, by their folders' names: as JSON."""
        told = {name: value for each in self.parts.boot for name, value in each(self).items()}
        ways = [name for name, is_on in self.parts.ways if is_on(self)]
        return json.dumps(told | {"features": self.parts.names, "ways": ways})

    @functools.cached_property
    def sources(self) -> dict[str, str]:
        """Whom pages may load from besides their own origin, by the directives of their policy."""
        found: dict[str, str] = {}
        for name, places in (pair for each in self.parts.sources for pair in each(self).items()):
            found[name] = f"{found.get(name, '')} {places}".strip()
        return found

    @asynccontextmanager
    async def forgetting(self, user: User) -> AsyncIterator[None]:
        """Around the deletion of a user: has the features let go of what they have of theirs outside the database."""
        async with AsyncExitStack() as stack:
            for each in self.parts.forget:
                await stack.enter_async_context(each(self, user))
            yield

    def _watch(self) -> None:
        """What the services know of themselves, for /metrics."""
        metrics, memory, db = self.metrics, self.sessions.memory, self.db
        metrics.watch("database_connections_in_use", "Connections in use.", lambda: db.in_use)
        metrics.watch("database_connections_max", "DB_POOL_SIZE.", lambda: self.config.db_pool_size)
        metrics.watch("database_waiting", "Who waits for a connection.", lambda: db.waiting)
        waits = metrics.pool_waits
        db.watch_waits(lambda seconds, served: waits.observe(seconds, "connection" if served else "none"))
        hashes = self.passwords.hashing.line
        metrics.watch("password_hashes_pending", "Hashes under way or waiting.", lambda: hashes.pending)
        words = "How long the next hash will wait."
        metrics.watch("password_wait_seconds", words, lambda: hashes.wait, "most")
        metrics.watch("sessions_in_memory", "Sessions that are answered from memory.", lambda: len(memory))
        metrics.watch("session_memory_bytes", "About what they take.", lambda: memory.weight)
        words = "1 while sessions may be kept in memory."
        metrics.watch("changes_heard", words, lambda: int(memory.trusted), "least")
        memory.looked_up = lambda found: metrics.cache.inc("hit" if found else "miss")
        self._watch_replicas()
        created = metrics.counter("sessions_created", "Sessions created.")
        created.find(())
        self.sessions.made = created.inc
        counts, words = (
            self.counts,
            "Processes whose limits are counted without Redis, as it does not answer.",
        )
        away = counts if isinstance(counts, RedisStore) else None
        metrics.watch("limits_without_redis", words, lambda: int(away is not None and away.away))

    def _watch_replicas(self) -> None:
        each, metrics = self.replicas.each, self.metrics
        words = "Replicas of READ_DATABASE_URL that are read from."
        metrics.watch("database_replicas_usable", words, lambda: sum(one.usable for one in each), "least")
        reads = metrics.counter("database_reads", "Reads that a replica may do, by who did them.", "by")
        for who in ("primary", "replica"):
            reads.find((who,))
        self.reads.went = lambda to_replica: reads.inc("replica" if to_replica else "primary")

    async def _look(self) -> None:
        await migrate.learn(self.db)
        await self._check_columns()

    async def _look_in(self, seconds: float | None) -> bool:
        """Whether there was time for it; without a bound whatever keeps it from that is raised."""
        try:
            async with asyncio.timeout(seconds):
                await self._look()
        except (DatabaseUnavailable, TimeoutError):
            if seconds is None:
                raise
            return False
        return True

    async def _look_later(self) -> None:
        """Once the database is there; until then nothing is asked that depends on how the tables are."""
        while True:
            try:
                await self._look()
                break
            except (DatabaseError, StartError) as error:
                log.info("the tables cannot be looked at: %s", error)
                await asyncio.sleep(LOOK_SECONDS)
        await self._tell()

    async def _tell(self) -> None:
        """Reads rows, for which somebody's lock may have to be waited for: nothing else waits with it."""
        while True:
            try:
                return await restrictions.tell(self.db)
            except DatabaseUnavailable:
                await asyncio.sleep(LOOK_SECONDS)
            except DatabaseError as error:
                return log.info("who cannot come in as they used to is not known: %s", error)

    async def _check_columns(self) -> None:
        missing = await columns.list_missing(self.db)
        if missing:
            raise StartError(
                f"the database lacks the column {missing[0]}: run `ai-editor db migrate`, which adds it"
            )

    @asynccontextmanager
    async def running(self, check: bool = True, seconds: float | None = None) -> AsyncIterator[None]:
        """Hears of changes, sends mails, and does what the features do beside the requests.

        Raises StartError for a Redis that cannot keep sessions, and for a declared column that is missing, unless there is no database to `check`, or none that
        answers in so many `seconds`.
        """
        await self.sessions.store.check()
        looked = check and await self._look_in(seconds)
        if not looked:
            self.db.shape = None
        beside = asyncio.create_task(self._tell() if looked else self._look_later())
        in_redis = self.config.sessions.store == "redis"
        if self.config.sessions.cache or self.config.limits.counts_alone or in_redis:
            await self.changes.start(wait=looked)
        self.mailer.start()
        self.sweeping.start()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.metrics.telling())
            await stack.enter_async_context(self.replicas.running())
            if isinstance(self.counts, RedisStore):
                await stack.enter_async_context(self.counts.running())
            for run in self.parts.run:
                await stack.enter_async_context(run(self))
            stack.callback(beside.cancel)
            yield

    def stop(self, seconds: float) -> None:
        """The server ends in so many seconds: who waits for what would not be done by then is told so now."""
        for told in self.before_the_end:
            told(seconds)

    async def close(self) -> None:
        """Lets go of mails, the database and the hashing threads."""
        await self.sweeping.stop()
        await self.changes.stop()
        await self.mailer.stop()
        await self.outgoing.close()
        self.passwords.close()
        if isinstance(self.counts, RedisStore):
            await self.counts.close()
        await self.sessions.store.close()
        await self.replicas.close()
        await self.db.close()
