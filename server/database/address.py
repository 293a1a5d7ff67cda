"""DATABASE_URL as libpq takes it: what other drivers write into it is translated, left out, or named."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, unquote

import psycopg2
from msgspec import Struct
from psycopg2.extensions import parse_dsn

from server.errors import SettingsError

_SCHEME = re.compile(r"(?:jdbc:)?(?:postgres|postgresql|postgis)(?:\+[a-z0-9_]+)?://", re.IGNORECASE)


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What tells another program's pool or cache how to work, and says nothing about the database.
_LEFT_OUT = _names(
    # Prisma, Vercel, Supabase
    "pgbouncer connection_limit pool_timeout socket_timeout statement_cache_size single_use_connections"
    " max_connection_lifetime max_idle_connection_lifetime supa workaround pool_mode"
    # node-postgres, postgres.js
    " uselibpqcompat max min idletimeoutmillis connectiontimeoutmillis query_timeout keepalive binary maxuses"
    " allowexitonidle idle_timeout max_lifetime prepare fetch_types max_pipeline backoff debug"
    # asyncpg, SQLAlchemy, Django
    " prepared_statement_cache_size max_cached_statement_lifetime max_cacheable_statement_size command_timeout"
    " prepared_statement_name_func async_fallback pool_size max_overflow pool_recycle pool_pre_ping conn_max_age"
    " conn_health_checks"
    # pgx, lib/pq, sqlx
    " pool_max_conns pool_min_conns pool_min_idle_conns pool_max_conn_lifetime pool_max_conn_lifetime_jitter"
    " pool_max_conn_idle_time pool_health_check_period default_query_exec_mode statement_cache_capacity"
    " description_cache_capacity statement_cache_mode binary_parameters statement-cache-capacity"
    # JDBC
    " preparethreshold preparedstatementcachequeries preparedstatementcachesizemib defaultrowfetchsize"
    " rewritebatchedinserts tcpkeepalive sockettimeout prefer_query_mode preferquerymode stringtype"
    # Rails
    " pool reaping_frequency checkout_timeout prepared_statements advisory_locks statement_limit"
    # what every connection of ours sets for itself
    " timezone statement_timeout client_encoding encoding charset"
)
# Settings of the server that some drivers take as parameters of their own; libpq hands them on in `options`.
_SERVER = _names(
    "lock_timeout idle_in_transaction_session_timeout idle_session_timeout default_transaction_isolation"
    " default_transaction_read_only client_min_messages work_mem role"
)
_RENAMED = {
    "applicationname": "application_name",
    "connecttimeout": "connect_timeout",
    "logintimeout": "connect_timeout",
    "timeout": "connect_timeout",
    "database": "dbname",
    "username": "user",
    "ssl-mode": "sslmode",
    "ssl-ca": "sslrootcert",
    "ssl-root-cert": "sslrootcert",
    "ssl-cert": "sslcert",
    "ssl-key": "sslkey",
}
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_ON, _OFF = ("true", "1", "on", "yes", ""), ("false", "0", "off", "no")
_TARGETS = {
    "master": "primary",
    "slave": "standby",
    "secondary": "standby",
    "preferslave": "prefer-standby",
    "prefersecondary": "prefer-standby",
}


class Address(Struct, frozen=True):
    """What libpq gets, and the names of the parameters that say nothing here."""

    url: str
    left_out: tuple[str, ...]


def read(text: str, setting: str = "DATABASE_URL") -> Address:
    """The address in a setting; raises SettingsError, whose line names it and never shows a password."""
    scheme = _SCHEME.match(text)
    if not scheme:
        raise SettingsError(
            f"{setting} takes the address of a PostgreSQL, such as postgres://user:password@host/name"
        )
    place, query = _split(text[scheme.end() :])
    parameters = _Parameters(setting)
    for pair in filter(None, query.split("&")):
        parameters.add(pair)
    plain = "postgres://" if text.startswith("postgres://") else "postgresql://"
    query = parameters.text()
    url = f"{plain}{place}{query}"
    try:
        parts = parse_dsn(url)
    except (psycopg2.Error, ValueError) as error:
        what = str(error).removeprefix("invalid dsn: ").partition(":")[0].partition('"')[0].strip()
        raise SettingsError(
            f"{setting} cannot be read ({what}): a % or other special character in it is written as %25 and so on"
        ) from None
    if count_hosts(parts) > 1 and "target_session_attrs" not in parts:
        # Of several one takes changes, and the others are of no use to a server that writes.
        url += ("&" if query else "?") + "target_session_attrs=read-write"
    return Address(url, tuple(parameters.left_out))


def count_hosts(parts: dict[str, str]) -> int:
    """How many an address has that libpq has read."""
    return max(len(parts.get(name, "").split(",")) for name in ("host", "hostaddr"))


def _split(rest: str) -> tuple[str, str]:
    """Before and after the question mark; a password, which ends at the @, may hold one."""
    user = re.match(r"[^@/]*@", rest)
    begins = rest.find("?", user.end() if user else 0)
    return (rest, "") if begins < 0 else (rest[:begins], rest[begins + 1 :])


class _Parameters:
    """Those of one address, translated one by one."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self.left_out: list[str] = []
        self._kept: list[str] = []
        self._options: list[str] = []
        self._path = ""
        self._pooled = self._strict = False

    def add(self, pair: str) -> None:
        """Reads `name=value`; raises SettingsError for a name that nobody knows."""
        raw, _, value = pair.partition("=")
        name, value = unquote(raw), unquote(value)
        known = _RENAMED.get(name.lower(), name.lower())
        translate = _TRANSLATED.get(known)
        if translate:
            translate(self, value)
        elif known in _LEFT_OUT:
            self._pooled = self._pooled or (known == "pgbouncer" and value.lower() in _ON)
            self.left_out.append(name)
        elif known in _SERVER:
            self.set(known, value)
        elif _is_libpqs(known):
            self.keep(known, value)
        else:
            raise SettingsError(
                f"{self._setting} has the parameter {name[:40]!r}, which is not known here: leave it out"
            )

    def keep(self, name: str, value: str) -> None:
        """One that libpq knows; of several of one name it takes the last."""
        self._kept.append(f"{name}={quote(value, safe='/:,')}")

    def set(self, name: str, value: str) -> None:
        """A setting of the server, for the life of each connection."""
        escaped = re.sub(r"([\\\s])", r"\\\1", f"{name}={value}")
        self._options.append(f"-c {escaped}")

    def options(self, value: str) -> None:
        """Those of the person's own come first."""
        self._options.insert(0, value)

    def schema(self, value: str) -> None:
        """The name of one schema, as Prisma has it."""
        if value:
            self.search_path('"' + value.replace('"', '""') + '"')

    def search_path(self, value: str) -> None:
        """A list of names, quoted where they have to be."""
        self._path = value

    def mode(self, value: str) -> None:
        """sslmode, with node-postgres's word for one that checks no certificate."""
        mode = "require" if value == "no-verify" else value
        if mode not in _MODES:
            raise SettingsError(f"{self._setting} has sslmode={value[:40]!r}; it takes {', '.join(_MODES)}")
        self.keep("sslmode", mode)

    def ssl(self, value: str) -> None:
        """Whether to encrypt, or what sslmode would say."""
        word = value.lower()
        self.mode("require" if word in _ON else "disable" if word in _OFF else word)

    def accept(self, value: str) -> None:
        """sslaccept of Prisma: whether the certificate is checked."""
        if value not in ("strict", "accept_invalid_certs"):
            raise SettingsError(
                f"{self._setting} has an sslaccept that is neither strict nor accept_invalid_certs"
            )
        self._strict = value == "strict"

    def direct_tls(self, value: str) -> None:
        """asyncpg's word for encryption without asking first."""
        if value.lower() in _ON:
            self.keep("sslnegotiation", "direct")

    def target(self, value: str) -> None:
        """targetServerType of JDBC."""
        self.keep("target_session_attrs", _TARGETS.get(value.lower(), value))

    def text(self) -> str:
        """The query, with its question mark."""
        if self._path and not (self._pooled and self._path == '"public"'):  # poolers refuse options
            self.set("search_path", self._path)
        if self._strict:
            self.keep("sslmode", "verify-full")
            if not any(each.startswith("sslrootcert=") for each in self._kept):
                self.keep("sslrootcert", "system")
        if self._options:
            self.keep("options", " ".join(self._options))
        return "?" + "&".join(self._kept) if self._kept else ""


_TRANSLATED: dict[str, Callable[[_Parameters, str], None]] = {
    "options": _Parameters.options,
    "schema": _Parameters.schema,
    "currentschema": _Parameters.search_path,
    "search_path": _Parameters.search_path,
    "schema_search_path": _Parameters.search_path,
    "sslmode": _Parameters.mode,
    "ssl": _Parameters.ssl,
    "sslaccept": _Parameters.accept,
    "direct_tls": _Parameters.direct_tls,
    "targetservertype": _Parameters.target,
}


def _is_libpqs(name: str) -> bool:
    """libpq alone knows what its version takes."""
    if not re.fullmatch(r"[a-z_]+", name):
        return False
    try:
        parse_dsn(f"postgresql://?{name}=")
    except psycopg2.Error:
        return False
    return True
