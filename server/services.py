"""Everything that runs, without HTTP: the same for handlers, sockets and commands."""

from __future__ import annotations

from server.authentication.email_links import EmailLinks
from server.authentication.passwords import Passwords
from server.authentication.verifications import Sweeper
from server.avatars import Avatars
from server.config.settings import Settings
from server.database import Database
from server.devices import Devices
from server.limits import AccountLimits, RequestLimits, open_store
from server.mail import Mailer
from server.sessions.change_feed import Changes
from server.sessions.cookies import Cookies
from server.sessions.lifecycle import Sessions
from server.telemetry.audit import Audit
from server.telemetry.metrics import Metrics


class Services:
    """Made inside a running event loop, closed with `close()`; `start` begins what goes on beside the requests."""

    def __init__(self, settings: Settings) -> None:
        self.config = settings
        self.db = Database(settings.database_url or "", settings.db_pool_size)
        self.metrics = Metrics()
        self.audit = Audit(self.metrics)
        self.mailer = Mailer(settings, self.db, self.metrics)
        self.cookies = Cookies(settings.secret, settings.secure_cookies, settings.session_expires_in)
        self.sessions = Sessions(settings, self.db, self.cookies)
        self.changes = Changes(self.db, self.sessions.memory, settings.redis_url)
        self.passwords = Passwords(
            settings.password_hash,
            settings.bcrypt_cost,
            settings.password_min_length,
            settings.password_max_length,
            settings.password_check,
        )
        counts = open_store(settings.rate_limit_enabled, settings.rate_limit_storage, self.db)
        self.limits = RequestLimits(counts)
        self.account_limits = AccountLimits(counts, settings.secret)
        self.sweeper = Sweeper()
        self.devices = Devices(self.mailer, settings.secret)
        self.avatars = Avatars(settings.shared_dir / "avatars", settings.base_url)
        self.links = EmailLinks(self.mailer, settings.secret, settings.api_url)
        self._watch()

    def _watch(self) -> None:
        """What the services know of themselves, for /metrics."""
        metrics, memory = self.metrics, self.sessions.memory
        metrics.watch("database_connections_in_use", "Connections in use.", lambda: self.db.in_use)
        metrics.watch(
            "password_hashes_pending", "Hashes under way or waiting.", lambda: self.passwords.pending
        )
        metrics.watch("sessions_in_memory", "Sessions that are answered from memory.", lambda: len(memory))
        metrics.watch("changes_heard", "1 while sessions may be kept in memory.", lambda: int(memory.trusted))
        metrics.watch_total("sessions_created", "Sessions created.", lambda: self.sessions.created)

    async def start(self) -> None:
        """Begins to hear of changes and to send mails."""
        if self.config.session_cache:
            await self.changes.start()
        self.mailer.start()

    async def close(self) -> None:
        """Lets go of mails, the database and the hashing threads."""
        await self.changes.stop()
        await self.mailer.stop()
        self.passwords.close()
        await self.db.close()
