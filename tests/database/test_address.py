"""DATABASE_URL with what other programs write into it."""

import asyncio
from pathlib import Path

import psycopg2
import psycopg2.extensions
import pytest

from server.config import settings
from server.database import CHANNEL, Database, address
from server.errors import SettingsError
from server.schema import migrate
from tests.conftest import execute
from tests.workers.served import Served

SAME = [
    "postgres://u:p%40ss@h:5433/d",
    "postgresql://u@/d?host=/run/postgresql",
    "postgresql://u@%2Frun%2Fpostgresql/d",
    "postgresql://u@h1:1,h2:2/d?target_session_attrs=read-write",
    "postgresql://u@[::1]:5433/d?connect_timeout=3&application_name=x",
    "postgresql://",
]
TRANSLATED = [
    ("?schema=auth", {"options": '-c search_path="auth"'}),
    ("?schema=My%20S", {"options": '-c search_path="My\\ S"'}),
    ("?currentSchema=a,b", {"options": "-c search_path=a,b"}),
    ("?schema=a&options=-c%20work_mem%3D8MB", {"options": '-c work_mem=8MB -c search_path="a"'}),
    ("?lock_timeout=3s", {"options": "-c lock_timeout=3s"}),
    ("?sslmode=no-verify", {"sslmode": "require"}),
    ("?ssl=true", {"sslmode": "require"}),
    ("?ssl=verify-full", {"sslmode": "verify-full"}),
    ("?ssl=0", {"sslmode": "disable"}),
    ("?sslmode=require&sslaccept=strict", {"sslmode": "verify-full", "sslrootcert": "system"}),
    ("?sslmode=require&sslaccept=accept_invalid_certs", {"sslmode": "require"}),
    ("?targetServerType=primary", {"target_session_attrs": "primary"}),
    ("?ApplicationName=x&loginTimeout=4", {"application_name": "x", "connect_timeout": "4"}),
    ("?user=a&password=b%26c", {"user": "a", "password": "b&c"}),
]
# Of several servers one takes changes, unless the person knows better.
SEVERAL = [
    ("postgres://u@h1:1,h2/d", "read-write"),
    ("postgres://u@/d?host=h1,h2&port=1,2", "read-write"),
    ("postgres://u@h1,h2/d?sslmode=require", "read-write"),
    ("postgres://u@h1,h2/d?target_session_attrs=any", "any"),
    ("jdbc:postgresql://h1,h2/d?targetServerType=primary", "primary"),
    ("postgres://u@h1/d", None),
]
LEFT_OUT = [
    ("?pgbouncer=true&connection_limit=1&pool_timeout=0", ("pgbouncer", "connection_limit", "pool_timeout")),
    ("?schema=public&pgbouncer=true", ("pgbouncer",)),
    ("?statement_cache_size=0&uselibpqcompat=true", ("statement_cache_size", "uselibpqcompat")),
    ("?prepareThreshold=0", ("prepareThreshold",)),
]
REFUSED = [
    ("postgres://h/d?no_such=1", "no_such"),
    ("postgres://h/d?sslmode=maybe", "sslmode"),
    ("postgres://u:hunter%2@h/d", "percent-encoded"),
    ("mysql://h/d", "postgres://"),
    ("prisma+postgres://accelerate.example/?api_key=x", "postgres://"),
]


def parsed(url: str) -> dict[str, object]:
    """As libpq reads it."""
    return dict(psycopg2.extensions.parse_dsn(url))


@pytest.mark.parametrize("url", SAME)
def test_what_libpq_takes_stays(url: str) -> None:
    assert parsed(address.read(url).url) == parsed(url)


@pytest.mark.parametrize(("query", "wanted"), TRANSLATED)
def test_what_has_a_meaning_gets_it(query: str, wanted: dict[str, str]) -> None:
    found = address.read("postgres://h/d" + query)
    assert (parsed(found.url), found.left_out) == ({"host": "h", "dbname": "d", **wanted}, ())


@pytest.mark.parametrize(("url", "wanted"), SEVERAL)
def test_of_several_hosts_the_one_that_takes_changes_is_meant(url: str, wanted: str | None) -> None:
    assert parsed(address.read(url).url).get("target_session_attrs") == wanted


@pytest.mark.parametrize(("query", "names"), LEFT_OUT)
def test_what_others_pool_by_is_left_out(query: str, names: tuple[str, ...]) -> None:
    found = address.read("postgres://h/d" + query)
    assert (parsed(found.url), found.left_out) == ({"host": "h", "dbname": "d"}, names)


@pytest.mark.parametrize(
    "scheme", ["postgresql+psycopg2", "postgresql+asyncpg", "postgres+x", "jdbc:postgresql"]
)
def test_the_driver_in_the_scheme_is_ours(scheme: str) -> None:
    assert parsed(address.read(f"{scheme}://u:a?b@h/d").url) == {
        "user": "u",
        "password": "a?b",
        "host": "h",
        "dbname": "d",
    }


@pytest.mark.parametrize(("url", "named"), REFUSED)
def test_what_nobody_knows_is_named_in_one_line(url: str, named: str, tmp_path: Path) -> None:  # S35
    with pytest.raises(SettingsError) as refusal:
        settings.load({"DATABASE_URL": url}, tmp_path)
    line = str(refusal.value)
    assert "DATABASE_URL" in line
    assert named in line
    assert "hunter" not in line
    assert "\n" not in line


def with_query(url: str, query: str) -> str:
    return url + ("&" if "?" in url else "?") + query


@pytest.mark.gen_test
async def test_a_schema_is_where_all_of_it_is(database_server: str) -> None:
    """Migrations, statements, transactions, and the connection that listens."""
    execute(database_server, 'CREATE SCHEMA "Au th"')
    db = Database(address.read(with_query(database_server, "schema=Au%20th")).url, 2)
    try:
        assert await migrate.migrate(db) == list(migrate.files())
        async with db.transaction() as tx:
            assert await tx.value("SELECT current_schema()") == "Au th"
        async with db.listen(CHANNEL) as listener:
            execute(
                database_server,
                """INSERT INTO "Au th"."user" ("id", "name", "email", "emailVerified") VALUES ('i', 'n', 'e@x.y', true);
                   UPDATE "Au th"."user" SET "name" = 'm'""",
            )
            assert await asyncio.wait_for(listener.get(), 30) == "ui"
    finally:
        await db.close()
        execute(database_server, 'DROP SCHEMA "Au th" CASCADE')


@pytest.mark.gen_test
async def test_a_schema_that_is_not_there(database_server: str) -> None:
    db = Database(address.read(with_query(database_server, "schema=nowhere")).url, 1)
    with pytest.raises(migrate.MigrationError, match="CREATE SCHEMA"):
        await migrate.migrate(db)
    await db.close()


def test_serves_from_an_address_that_prisma_wrote(database_server: str, tmp_path: Path) -> None:
    execute(database_server, "CREATE SCHEMA prisma")
    url = with_query(database_server, "schema=prisma&pgbouncer=true&connection_limit=1")
    try:
        with Served(tmp_path, DATABASE_URL=url, WORKERS="2") as served:
            assert served.said.count("pgbouncer, connection_limit") == 1
            assert served.call("/health/ready")[0] == 200
            body = {"email": "a@example.com", "password": "a password of hers", "name": "A"}
            assert served.call("/api/auth/sign-up/email", body)[0] == 200
        assert execute(database_server, 'SELECT "email" FROM prisma."user"') == [("a@example.com",)]
    finally:
        execute(database_server, "DROP SCHEMA prisma CASCADE")
