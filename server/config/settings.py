"""Settings: read once from the environment and `.env`; a wrong value stops the start with one line."""

from __future__ import annotations

import codecs
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from server.config import (
    cookies,
    limits,
    mail,
    outgoing,
    passwords,
    reader,
    sessions,
    tracing,
    verification,
)
from server.config.cookies import CookieSettings
from server.config.hosts import is_host, is_postgres
from server.config.limits import LimitSettings
from server.config.mail import MailSettings
from server.config.passwords import PasswordSettings
from server.config.reader import Reader
from server.config.sessions import SessionSettings
from server.config.tracing import TracingSettings
from server.config.verification import VerificationSettings
from server.crypto.keyring import Keyring
from server.crypto.random import random_id
from server.database import address
from server.database.address import Address
from server.database.hosts import one_by_one
from server.errors import SettingsError
from server.outgoing import OutgoingSettings

API = "/api/auth"
LEAST_BYTES = 32  # of a secret
# Good in length, and known to everybody: better-auth's own, and what .env.example shows.
KNOWN_SECRETS = (
    "better-auth-secret-12345678901234567890",
    "the-new-secret-of-at-least-32-bytes",
    "the-old-secret-of-at-least-32-bytes",
)
_NAME = re.compile(r"\b(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|PORT|HOST|WORKERS)\b")
# Commas stand in an address too, between its hosts.
_COPIES = re.compile(r"[,\s]+(?=[a-z][a-z0-9+:]*://)|,\s*$", re.IGNORECASE)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set from outside, but for what features read themselves, with `reader`."""

    reader: Reader = field(repr=False, compare=False)
    app_env: Literal["development", "production"]
    features_off: tuple[str, ...]
    plugins: tuple[str, ...]
    database_url: str | None
    database_left_out: tuple[str, ...]
    read_database_urls: tuple[str, ...]
    db_pool_size: int
    redis_url: str | None
    data_dir: Path
    shared_dir: Path
    keyring: Keyring
    base_url: str
    base_url_given: bool
    trusted_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    host: str
    port: int
    workers: int
    shutdown_grace: int
    migrates: bool
    log_level: str
    log_format: Literal["text", "json"]
    cookies: CookieSettings
    sessions: SessionSettings
    passwords: PasswordSettings
    verification: VerificationSettings
    mail: MailSettings
    outgoing: OutgoingSettings
    limits: LimitSettings
    tracing: TracingSettings

    @property
    def production(self) -> bool:
        """Whether this runs for real: rate limits on, a secret of one's own required."""
        return self.app_env == "production"

    @property
    def secret(self) -> str:
        """What signs, and encrypts what is new; empty where none was set."""
        return self.keyring.current

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """Whose signatures count: `secret`, which signs, and of the others those that nobody can guess. S45."""
        others = self.keyring.every()[1:]
        return (self.secret, *(secret for secret in others if not is_weak(secret)))

    @property
    def origin(self) -> str:
        """Scheme, host and port of the public address."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def api_url(self) -> str:
        """The API's public address; mail links begin with it, whatever the Host header says. S42."""
        return self.base_url + API

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are `Secure` and begin with `__Secure-`: the public address is https. S28."""
        return self.base_url.startswith("https://")


def is_weak(secret: str) -> bool:
    """Whether others can find it out: too short, or known to everybody."""
    return len(secret.encode()) < LEAST_BYTES or secret in KNOWN_SECRETS


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Settings from `environ`, else from `folder/.env`; raises SettingsError naming the variable."""
    return _usable(_read(reader.Reader({**reader.read_dotenv(folder), **environ}), folder))


def _read(read: Reader, folder: Path) -> Settings:
    (database, copies), base_url = _databases(read), read.url("BETTER_AUTH_URL")
    production = _is_production(read, live=database is not None or (base_url or "").startswith("https://"))
    port, data_dir = read.integer("PORT", 8080, 0, 65535), read.path("DATA_DIR", folder / "data")
    workers, public = _workers(read), base_url or f"http://localhost:{port}"
    return Settings(
        reader=read,
        app_env="production" if production else "development",
        features_off=read.list("FEATURES_OFF"),
        plugins=read.list("PLUGINS"),
        database_url=database.url if database else None,
        database_left_out=database.left_out if database else (),
        read_database_urls=copies,
        db_pool_size=read.integer("DB_POOL_SIZE", 10, 1, 1000),
        redis_url=_redis_url(read),
        data_dir=data_dir,
        shared_dir=read.path("SHARED_DIR", data_dir / "shared"),
        keyring=Keyring(read.text("BETTER_AUTH_SECRET") or "", read.versions("BETTER_AUTH_SECRETS")),
        base_url=public,
        base_url_given=base_url is not None,
        trusted_origins=read.origins("BETTER_AUTH_TRUSTED_ORIGINS"),
        trusted_proxies=read.networks("TRUSTED_PROXIES"),
        host=read.host("HOST", "127.0.0.1"),
        port=port,
        workers=workers,
        shutdown_grace=read.integer("SHUTDOWN_GRACE", 5, 1, 10),
        migrates=read.flag("MIGRATE_ON_START", True),
        log_level=read.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
        log_format=_log_format(read, production),
        cookies=cookies.read(read, public),
        sessions=sessions.read(read),
        passwords=passwords.read(read),
        verification=verification.read(read),
        mail=mail.read(read),
        outgoing=outgoing.read(read, production),
        limits=limits.read(read, production, workers),
        tracing=tracing.read(read),
    )


def _is_production(read: reader.Reader, live: bool) -> bool:
    """What APP_ENV says, else whether the server is meant for others."""
    default = "production" if live else "development"
    return read.choice("APP_ENV", ("development", "production"), default) == "production"


def from_environment() -> Settings:
    """Settings of this process: `os.environ` and the `.env` of the working folder."""
    return load(os.environ, Path.cwd())


def read_leniently(more: Callable[[Settings], object]) -> tuple[Settings, list[str]]:
    """The settings of this process as far as they can be read, and a line for each that is wrong.

    What is wrong is taken for not set, and a secret for some other; `more` reads those of features. Raises SettingsError
    where that does not help, as with a .env that cannot be read.
    """
    variables, wrong = {**reader.read_dotenv(Path.cwd()), **os.environ}, []
    stood_in: set[str] = set()
    while True:
        try:
            found = load(variables, Path.cwd())
            more(found)
        except SettingsError as error:
            name = _cause(str(error), variables, stood_in)
            if name is None:
                raise
            wrong.append(str(error))
            stood_in.add(name)
            variables[name] = ""
            if name.startswith("BETTER_AUTH_SECRET"):
                variables |= {"BETTER_AUTH_SECRETS": "", "BETTER_AUTH_SECRET": random_id(48)}
        else:
            return found, wrong


def _cause(line: str, variables: Mapping[str, str], stood_in: set[str]) -> str | None:
    """Which variable to do without; where one is missing, the one that needs it."""
    for name in _NAME.findall(line):
        lacking = not variables.get(name, "").strip() and not name.startswith("BETTER_AUTH_SECRET")
        if name not in stood_in and not lacking:
            return str(name)
    return None


def for_worker(config: Settings) -> dict[str, str]:
    """The environment of a worker process: this one's, and what has been decided since."""
    decided = {
        "DATABASE_URL": config.database_url or "",
        "APP_ENV": config.app_env,
        "PORT": str(config.port),
        "WORKERS": "1",
        "RATE_LIMIT_STORAGE": config.limits.storage,
    }
    return {**os.environ, **decided}


def become(variables: Mapping[str, str]) -> None:
    """Puts these into the environment of this process, for a library that reads that."""
    os.environ.update(variables)


def become_worker(environment: Mapping[str, str]) -> None:
    """Makes what `for_worker` has put together the environment of this process, which was not started with it."""
    os.environ.clear()
    os.environ.update(environment)


def _workers(read: Reader) -> int:
    """0 is one for each processor."""
    return read.integer("WORKERS", 1, 0, 256) or os.cpu_count() or 1


def _log_format(read: Reader, production: bool) -> Literal["text", "json"]:
    chosen = read.choice("LOG_FORMAT", ("text", "json"), "json" if production else "text")
    return "json" if chosen == "json" else "text"


def _redis_url(read: Reader) -> str | None:
    url = read.text("REDIS_URL")
    if url is not None and not _is_redis(url):
        raise SettingsError("REDIS_URL takes the address of a Redis, such as redis://:password@host:6379/0")
    return url


def _hosts_of_sentinels(url: str) -> list[str]:
    """Where it is an address of Sentinels; raises ValueError for one that is not right."""
    from server.redis import sentinels

    watched = sentinels.read(url)
    return [name for name, _ in watched.hosts] if watched else []


def _is_redis(url: str) -> bool:
    """Whether redis-py can make something of it, and of all of it."""
    from redis.asyncio import ConnectionPool  # which takes a tenth of a second
    from redis.exceptions import RedisError

    try:
        if sentinels := _hosts_of_sentinels(url):
            return all(is_host(name) for name in sentinels)
        parts = urlsplit(url)
        pool = ConnectionPool.from_url(url)
        found = pool.connection_kwargs
        pool.connection_class(**found)
        codecs.lookup(found.get("encoding", "utf-8"))
        port = parts.port
    except (ValueError, TypeError, LookupError, RedisError):
        return False
    if parts.fragment or found.get("db", 0) < 0:
        return False
    if parts.scheme == "unix":
        return len(parts.path) > 1
    return port != 0 and is_host(parts.hostname or "") and bool(re.fullmatch(r"/?|/[0-9]{1,4}", parts.path))


def _databases(read: Reader) -> tuple[Address | None, tuple[str, ...]]:
    """The one that is written to, and those that are read from."""
    url, copies = read.text("DATABASE_URL"), read.text("READ_DATABASE_URL")
    if copies and not url:
        raise SettingsError("READ_DATABASE_URL names copies of a database that DATABASE_URL has to name")
    found = tuple(_replica(each) for each in _COPIES.split(copies or "") if each)
    if copies and not found:
        raise SettingsError("READ_DATABASE_URL names no replica")
    if len(found) != len(set(found)):
        raise SettingsError("READ_DATABASE_URL names the same replica twice")
    return _address("DATABASE_URL", url) if url else None, found


def _replica(url: str) -> str:
    found = _address("READ_DATABASE_URL", url).url
    if len(one_by_one(found)) > 1:
        raise SettingsError("READ_DATABASE_URL takes replicas of one host each, with commas between")
    return found


def _address(name: str, url: str) -> Address:
    found = address.read(url, name)
    if not is_postgres(found.url):
        raise SettingsError(
            f"{name} takes the address of a PostgreSQL, such as postgres://user:password@host/name"
        )
    return found


def _usable(settings: Settings) -> Settings:
    """Raises where production lacks what it cannot do without."""
    name = "the first of BETTER_AUTH_SECRETS" if settings.keyring.versions else "BETTER_AUTH_SECRET"
    if settings.secret and len(settings.secret.encode()) < LEAST_BYTES and settings.production:
        raise SettingsError(
            f"{name} is shorter than {LEAST_BYTES} bytes; `ai-editor secret generate` prints a good one"
        )
    if settings.production and settings.secret in KNOWN_SECRETS:
        raise SettingsError(
            f"{name} is one that everybody knows; `ai-editor secret generate` prints one of your own"
        )
    if settings.production and not settings.secret:
        raise SettingsError(
            f"{name} is missing and required in production; `ai-editor secret generate` prints one"
        )
    return settings
