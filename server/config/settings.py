"""Settings: read once from the environment and `.env`; a wrong value stops the start with one line."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from server.config import mail, reader
from server.config.mail import Sender, SmtpServer
from server.crypto.keyring import Keyring

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SettingsError = reader.SettingsError
API = "/api/auth"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set from outside; durations in seconds. The names are the variables' in lower case."""

    app_env: Literal["development", "production"]
    database_url: str | None
    db_pool_size: int
    redis_url: str | None
    data_dir: Path
    shared_dir: Path
    secret: str
    secret_versions: tuple[tuple[int, str], ...]
    unversioned_secret: str
    base_url: str
    base_url_given: bool
    trusted_origins: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    host: str
    port: int
    workers: int
    session_expires_in: int
    session_update_age: int
    session_fresh_age: int
    session_max_lifetime: int | None
    session_cache: bool
    session_cookie_cache: Literal["off", "compact", "jwt", "jwe"]
    session_cookie_cache_max_age: int
    session_defer_refresh: bool
    auto_sign_in: bool
    disable_sign_up: bool
    require_email_verification: bool
    send_verification_on_sign_up: bool
    auto_sign_in_after_verification: bool
    revoke_sessions_on_password_reset: bool
    delete_user_verification: bool
    password_hash: Literal["bcrypt", "scrypt"]
    bcrypt_cost: int
    password_min_length: int
    password_max_length: int
    password_check: Literal["off", "common"]
    smtp_url: SmtpServer | None
    mail_from: Sender | None
    resend_api_key: str | None
    sendgrid_api_key: str | None
    metrics_token: str | None
    rate_limit_enabled: bool
    rate_limit_storage: Literal["memory", "database"]
    log_level: str
    log_format: Literal["text", "json"]

    @property
    def production(self) -> bool:
        """Whether this runs for real: rate limits on, a secret of one's own required."""
        return self.app_env == "production"

    @property
    def keyring(self) -> Keyring:
        """What encrypts; `secret` alone signs."""
        return Keyring(self.unversioned_secret if self.secret_versions else self.secret, self.secret_versions)

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


def load(environ: Mapping[str, str], folder: Path) -> Settings:
    """Settings from `environ`, else from `folder/.env`; raises SettingsError naming the variable."""
    read = reader.Reader({**_dotenv(folder), **environ})
    database_url = _database_url(read)
    port = read.integer("PORT", 8080, 0, 65535)
    workers = read.integer("WORKERS", 1, 0, 256) or os.cpu_count() or 1
    base_url = read.url("BETTER_AUTH_URL")
    production = database_url is not None or (base_url or "").startswith("https://")
    app_env = read.choice(
        "APP_ENV", ("development", "production"), "production" if production else "development"
    )
    data_dir = read.path("DATA_DIR", folder / "data")
    settings = Settings(
        app_env=app_env,  # type: ignore[arg-type]
        database_url=database_url,
        db_pool_size=read.integer("DB_POOL_SIZE", 10, 1, 1000),
        redis_url=_redis_url(read),
        data_dir=data_dir,
        shared_dir=read.path("SHARED_DIR", data_dir / "shared"),
        **_secrets(read),
        base_url=base_url or f"http://localhost:{port}",
        base_url_given=base_url is not None,
        trusted_origins=read.list("BETTER_AUTH_TRUSTED_ORIGINS"),
        trusted_proxies=read.networks("TRUSTED_PROXIES"),
        host=read.text("HOST") or "127.0.0.1",
        port=port,
        workers=workers,
        **_sessions(read),
        **_accounts(read),
        smtp_url=mail.read_smtp(read),
        mail_from=mail.read_sender(read),
        resend_api_key=read.text("RESEND_API_KEY"),
        sendgrid_api_key=read.text("SENDGRID_API_KEY"),
        **_operation(read, app_env == "production", workers),
    )
    mail.check_ways(read)
    _check_production(settings)
    return settings


def _secrets(read: reader.Reader) -> dict[str, Any]:
    versions, unversioned = read.versions("BETTER_AUTH_SECRETS"), read.text("BETTER_AUTH_SECRET") or ""
    return {
        "secret": versions[0][1] if versions else unversioned,
        "secret_versions": versions,
        "unversioned_secret": unversioned,
    }


def _sessions(read: reader.Reader) -> dict[str, Any]:
    return {
        "session_expires_in": read.integer("SESSION_EXPIRES_IN", 604800, 1, 34560000),
        "session_update_age": read.integer("SESSION_UPDATE_AGE", 86400, 0, 34560000),
        "session_fresh_age": read.integer("SESSION_FRESH_AGE", 86400, 0, 34560000),
        "session_max_lifetime": read.integer("SESSION_MAX_LIFETIME", 0, 0, 3456000000) or None,
        "session_cache": read.flag("SESSION_CACHE", True),
        "session_cookie_cache": read.choice("SESSION_COOKIE_CACHE", ("off", "compact", "jwt", "jwe"), "off"),
        "session_cookie_cache_max_age": read.integer("SESSION_COOKIE_CACHE_MAX_AGE", 300, 1, 34560000),
        "session_defer_refresh": read.flag("SESSION_DEFER_REFRESH", False),
    }


def _accounts(read: reader.Reader) -> dict[str, Any]:
    verified = read.flag("REQUIRE_EMAIL_VERIFICATION", False)
    shortest = read.integer("PASSWORD_MIN_LENGTH", 8, 1, 128)
    longest = read.integer("PASSWORD_MAX_LENGTH", 128, 8, 4096)
    if shortest > longest:
        raise SettingsError(
            f"PASSWORD_MIN_LENGTH is {shortest}, more than PASSWORD_MAX_LENGTH, which is {longest}"
        )
    return {
        "auto_sign_in": read.flag("AUTO_SIGN_IN", True),
        "disable_sign_up": read.flag("DISABLE_SIGN_UP", False),
        "require_email_verification": verified,
        "send_verification_on_sign_up": read.flag("SEND_VERIFICATION_ON_SIGN_UP", verified),
        "auto_sign_in_after_verification": read.flag("AUTO_SIGN_IN_AFTER_VERIFICATION", True),
        "revoke_sessions_on_password_reset": read.flag("REVOKE_SESSIONS_ON_PASSWORD_RESET", True),
        "delete_user_verification": read.flag("DELETE_USER_VERIFICATION", False),
        "password_hash": read.choice("PASSWORD_HASH", ("bcrypt", "scrypt"), "bcrypt"),
        "bcrypt_cost": read.integer("BCRYPT_COST", 12, 4, 31),
        "password_min_length": shortest,
        "password_max_length": longest,
        "password_check": read.choice("PASSWORD_CHECK", ("off", "common"), "off"),
    }


def _operation(read: reader.Reader, production: bool, workers: int) -> dict[str, Any]:
    return {
        "metrics_token": _metrics_token(read),
        "rate_limit_enabled": read.flag("RATE_LIMIT_ENABLED", production),
        "rate_limit_storage": _rate_limit_storage(read, workers),
        "log_level": read.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info"),
        "log_format": read.choice("LOG_FORMAT", ("text", "json"), "json" if production else "text"),
    }


def from_environment() -> Settings:
    """Settings of this process: `os.environ` and the `.env` of the working folder."""
    return load(os.environ, Path.cwd())


def for_worker(config: Settings) -> dict[str, str]:
    """The environment of a worker process: this one's, and what has been decided since."""
    decided = {
        "DATABASE_URL": config.database_url or "",
        "APP_ENV": config.app_env,
        "PORT": str(config.port),
        "WORKERS": "1",
        "RATE_LIMIT_STORAGE": config.rate_limit_storage,
    }
    return {**os.environ, **decided}


def names() -> tuple[str, ...]:
    """The fields of Settings, for tests."""
    return tuple(field.name for field in fields(Settings))


def _dotenv(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    wrong = next((each.original.line for each in lines if each.error), None)
    if wrong is not None:
        raise SettingsError(f"{path}, line {wrong}, cannot be read: it takes NAME=value")
    return {each.key: each.value for each in lines if each.key is not None and each.value is not None}


def _rate_limit_storage(read: reader.Reader, workers: int) -> Literal["memory", "database"]:
    """Several processes count together, which memory cannot do."""
    if (read.text("RATE_LIMIT_STORAGE") or "").lower() == "redis":
        raise SettingsError(
            "RATE_LIMIT_STORAGE is 'redis'; this version does not have that: it takes memory or database"
        )
    storage = read.choice(
        "RATE_LIMIT_STORAGE", ("memory", "database"), "memory" if workers == 1 else "database"
    )
    if storage == "memory" and workers > 1:
        raise SettingsError(
            f"RATE_LIMIT_STORAGE is 'memory', which {workers} WORKERS cannot share: it takes database"
        )
    return "database" if storage == "database" else "memory"


def _metrics_token(read: reader.Reader) -> str | None:
    token = read.text("METRICS_TOKEN")
    if token is not None and not re.fullmatch(r"[!-~]{16,}", token):
        raise SettingsError("METRICS_TOKEN takes at least 16 characters, ASCII without spaces")
    return token


def _redis_url(read: reader.Reader) -> str | None:
    url = read.text("REDIS_URL")
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise SettingsError("REDIS_URL takes the address of a Redis, such as redis://:password@host:6379/0")
    return url


def _database_url(read: reader.Reader) -> str | None:
    if read.text("READ_DATABASE_URL"):
        raise SettingsError(
            "READ_DATABASE_URL is set; this version reads from DATABASE_URL alone: leave it out"
        )
    url = read.text("DATABASE_URL")
    if url is not None and not url.startswith(("postgres://", "postgresql://")):
        raise SettingsError(
            "DATABASE_URL takes the address of a PostgreSQL, such as postgres://user:password@host/name"
        )
    return url


def _check_production(settings: Settings) -> None:
    name = "the first of BETTER_AUTH_SECRETS" if settings.secret_versions else "BETTER_AUTH_SECRET"
    if settings.secret and len(settings.secret.encode()) < 32 and settings.production:
        raise SettingsError(f"{name} is shorter than 32 bytes; `ai-editor secret generate` prints a good one")
    if settings.production and not settings.secret:
        raise SettingsError(
            f"{name} is missing and required in production; `ai-editor secret generate` prints one"
        )
