"""`ai-editor doctor` on what is whole, and on what is broken in each of the ways that it looks for."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from server.schema import migrate
from tests.audit.chains import OFF, ON, chained
from tests.cli.commands import Commands, Done
from tests.conftest import SECRET, execute
from tests.mail.smtp_server import PASSWORD, PostOffice
from tests.relay.conftest import redis

__all__ = ["redis"]
NewDatabase = Callable[[], str]
PUBLIC = {
    "BETTER_AUTH_URL": "https://app.example.com",
    "TRUSTED_PROXIES": "10.0.0.0/8",
    "BCRYPT_COST": "10",
}


@pytest.fixture
def url(new_whole_database: NewDatabase) -> str:
    return chained(new_whole_database(), 3)


@pytest.fixture
def ai_editor(url: str, tmp_path: Path) -> Commands:
    return Commands(tmp_path, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, **PUBLIC})


def found(done: Done) -> dict[str, dict[str, Any]]:
    """The worst result of each name."""
    order = ("ok", "note", "warning", "failure")
    results: dict[str, dict[str, Any]] = {}
    for each in sorted(done.json["checks"], key=lambda each: order.index(each["level"])):
        results[each["name"]] = each
    return results


def examined(ai_editor: Commands, **settings: str) -> dict[str, dict[str, Any]]:
    done = ai_editor.but(**settings)("doctor", "--json")
    results = found(done)
    bad = any(each["level"] in ("warning", "failure") for each in results.values())
    assert (done.code, done.json["healthy"]) == ((1, False) if bad else (0, True))
    assert all(each["advice"] for each in results.values() if each["level"] != "ok")
    return results


def level(ai_editor: Commands, name: str, **settings: str) -> tuple[str, str]:
    each = examined(ai_editor, **settings)[name]
    return each["level"], each["words"]


@contextmanager
def talking(say: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on a port, which says that to whoever comes."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

        def serve() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                stack.enter_context(peer)
                threading.Thread(target=say, args=(peer,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_what_is_whole(ai_editor: Commands) -> None:
    results = examined(ai_editor, SMTP_URL="", APP_ENV="development")
    assert {name for name, each in results.items() if each["level"] != "ok"} == {"mail"}
    assert {"settings", "secret", "address", "proxies", "disk", "redis", "database", "clock"} < results.keys()
    assert {"schema", "connections", "indexes", "rows", "audit log"} < results.keys()
    assert "the chain of 3 events is whole" in results["audit log"]["words"]


def test_it_is_told_in_eighty_columns_and_colours_are_for_terminals(ai_editor: Commands) -> None:
    piped = ai_editor("doctor")
    assert piped.code == 1  # nobody gets a mail
    assert "\x1b" not in piped.out
    assert max(len(line) for line in piped.out.splitlines()) <= 80
    assert piped.out.endswith("1 thing to do.\n")
    assert "\x1b[33m" in ai_editor.on_terminal("doctor", columns=80).end().out
    assert ai_editor("doctor", "--what").code == 2


def test_before_there_is_a_database_none_is_made(tmp_path: Path) -> None:
    bare = Commands(tmp_path)
    assert level(bare, "database") == ("note", "there is none yet")
    assert list(tmp_path.iterdir()) == []


def test_all_settings_that_are_wrong_are_said_and_the_rest_is_looked_at(ai_editor: Commands) -> None:
    done = ai_editor.but(WORKERS="many", DB_POOL_SIZE="0", METRICS_TOKEN="x\x01", SMTP_URL="smtp://a")(
        "doctor", "--json"
    )
    wrong = [each["words"] for each in done.json["checks"] if each["name"] == "settings"]
    for name in ("WORKERS", "DB_POOL_SIZE", "METRICS_TOKEN", "MAIL_FROM"):
        assert sum(name in line for line in wrong) == 1
    assert found(done)["schema"]["level"] == "ok"


def test_a_database_address_that_cannot_be_read(ai_editor: Commands) -> None:
    assert level(ai_editor, "database", DATABASE_URL="mysql://x")[0] == "failure"
    assert not (ai_editor.folder / "data").exists()


def test_a_dotenv_that_cannot_be_read(ai_editor: Commands) -> None:
    (ai_editor.folder / ".env").write_bytes(b"PORT=\xff\xfe\n")
    assert level(ai_editor, "settings")[0] == "failure"


def test_an_unknown_feature(ai_editor: Commands) -> None:
    assert level(ai_editor, "settings", FEATURES_OFF="nonsense")[0] == "failure"


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        ("short", "warning"),
        ("a" * 40, "warning"),
        ("abc" * 20, "warning"),
        ("change-me-now-1234" * 2, "warning"),
        (SECRET, "ok"),
    ],
)
def test_secrets_are_weighed_and_never_shown(tmp_path: Path, secret: str, what: str) -> None:  # S33
    done = Commands(tmp_path, {"BETTER_AUTH_SECRET": secret})("doctor", "--json")
    assert found(done)["secret"]["level"] == what
    assert secret not in done.out or secret == "short"


def test_in_production_a_weak_secret_is_a_wrong_setting(ai_editor: Commands) -> None:
    for secret in ("", "short", "better-auth-secret-12345678901234567890"):
        what, words = level(ai_editor, "settings", BETTER_AUTH_SECRET=secret)
        assert (what, words.split()[0]) == ("failure", "BETTER_AUTH_SECRET")


def test_addresses_cookies_and_proxies(ai_editor: Commands) -> None:
    assert level(ai_editor, "address", BETTER_AUTH_URL="http://app.example.com")[0] == "warning"
    assert level(ai_editor, "address", BETTER_AUTH_URL="http://localhost:8080")[0] == "warning"
    assert level(ai_editor, "address", BETTER_AUTH_TRUSTED_ORIGINS="http://a.example")[0] == "warning"
    assert level(ai_editor, "proxies", TRUSTED_PROXIES="")[0] == "warning"
    what, words = level(ai_editor, "settings", TRUSTED_PROXIES="0.0.0.0/0")  # as the start says it
    assert (what, words.startswith("TRUSTED_PROXIES is everybody")) == ("warning", True)


def test_a_database_that_is_away(ai_editor: Commands) -> None:
    gone = "postgresql://u:seldom-seen@127.0.0.1:1/x"
    done = ai_editor.but(DATABASE_URL=gone)("doctor", "--json")
    results = found(done)
    assert results["database"]["level"] == "failure"
    assert "schema" not in results
    assert results["disk"]["level"] == "ok"
    assert "seldom-seen" not in done.out + done.err


def test_a_database_that_says_nothing_is_not_waited_for(ai_editor: Commands) -> None:
    with talking(lambda peer: None) as port:
        what, words = level(ai_editor, "database", DATABASE_URL=f"postgresql://u:p@127.0.0.1:{port}/x")
    assert what == "failure"
    assert "time" in words or "not found out" in words


def test_schemas(ai_editor: Commands, url: str, new_database: NewDatabase) -> None:
    empty, foreign = new_database(), new_database()
    execute(foreign, "CREATE TABLE orders (id int)")
    assert level(ai_editor, "schema", DATABASE_URL=empty)[0] == "warning"
    assert level(ai_editor, "schema", DATABASE_URL=foreign)[0] == "failure"
    execute(url, """INSERT INTO "ai_editor_migration" ("name") VALUES ('9999_later')""")
    what, words = level(ai_editor, "schema")
    assert (what, "9999_later" in words) == ("failure", True)
    assert execute(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_a_database_that_takes_no_changes(ai_editor: Commands, url: str) -> None:
    name = execute(url, "SELECT current_database()")[0][0]
    execute(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    assert level(ai_editor, "database")[0] == "failure"


INDEXES = [
    ("session", "session_userId_idx"),
    ("account", "account_providerId_accountId_uidx"),
    ("ai_editor_mail", "ai_editor_mail_dueAt_idx"),
    ("ai_editor_audit", "ai_editor_audit_unsealed_idx"),
]


@pytest.mark.parametrize(("table", "name"), INDEXES)
def test_an_index_that_was_dropped(ai_editor: Commands, url: str, table: str, name: str) -> None:
    [(made,)] = execute(url, "SELECT indexdef FROM pg_indexes WHERE indexname = %s", (name,))
    execute(url, f'DROP INDEX "{name}"')
    each = examined(ai_editor)["indexes"]
    assert each["level"] == "warning"
    assert name in each["words"]
    assert each["advice"].startswith("Run CREATE ")
    execute(url, each["advice"].removeprefix("Run ").rstrip("."))
    assert level(ai_editor, "indexes")[0] == "ok"
    execute(url, f'DROP INDEX "{name}"')
    execute(url, made.replace(f'"{name}"', '"under_another_name"'))
    assert level(ai_editor, "indexes")[0] == "ok"


def test_an_index_that_is_invalid(ai_editor: Commands, url: str) -> None:
    superuser = url.replace("//ai_editor@", "//postgres@")
    execute(
        superuser,
        """UPDATE pg_index SET indisvalid = false WHERE indexrelid = '"session_userId_idx"'::regclass""",
    )
    each = examined(ai_editor)["indexes"]
    assert (each["level"], "invalid" in each["words"]) == ("warning", True)
    execute(url, each["advice"].removeprefix("Run ").rstrip("."))
    assert level(ai_editor, "indexes")[0] == "ok"


def test_rows_that_nobody_sweeps(ai_editor: Commands, url: str) -> None:
    execute(
        url,
        """
        INSERT INTO "verification" ("id", "identifier", "value", "expiresAt")
        SELECT n::text, n::text, '', now() - interval '3 days' FROM generate_series(1, 1001) n
        """,
    )
    assert level(ai_editor, "rows")[0] == "warning"


def test_more_connections_than_the_database_has(ai_editor: Commands) -> None:
    assert level(ai_editor, "connections", DB_POOL_SIZE="900")[0] == "warning"


@pytest.mark.feature("audit")
def test_a_chain_that_is_broken(ai_editor: Commands, url: str) -> None:  # S37
    execute(url, OFF)
    execute(url, """UPDATE "ai_editor_audit" SET "event" = 'another' WHERE "position" = 2""")
    execute(url, ON)
    what, words = level(ai_editor, "audit log")
    assert (what, "position 2" in words) == ("failure", True)


def test_a_mail_server_that_is_away_refuses_or_says_nothing(ai_editor: Commands) -> None:
    mail = {"MAIL_FROM": "no-reply@example.com"}
    assert level(ai_editor, "mail", SMTP_URL="smtp://127.0.0.1:1", **mail)[0] == "failure"
    with talking(lambda peer: peer.sendall(b"554 go away\r\n")) as port:
        what, words = level(ai_editor, "mail", SMTP_URL=f"smtp://127.0.0.1:{port}", **mail)
        assert (what, "go away" in words) == ("failure", True)
    with talking(lambda peer: None) as port:
        assert level(ai_editor, "mail", SMTP_URL=f"smtp://127.0.0.1:{port}", **mail)[0] == "failure"


@pytest.mark.gen_test
async def test_a_mail_server_is_greeted_and_sent_nothing(ai_editor: Commands) -> None:
    office = await PostOffice(auth=True).open()
    for password, what in ((PASSWORD, "ok"), ("wrong", "failure")):
        name = f"smtp://post%40example.com:{password.replace('@', '%40').replace('/', '%2F').replace(':', '%3A')}"
        settings = {"SMTP_URL": f"{name}@127.0.0.1:{office.port}", "MAIL_FROM": "no-reply@example.com"}
        assert (await asyncio.to_thread(level, ai_editor, "mail", **settings))[0] == what
    assert office.arrived == []
    await office.close()


def test_redis(ai_editor: Commands, redis: Any) -> None:
    assert level(ai_editor, "redis", REDIS_URL="redis://127.0.0.1:1")[0] == "failure"
    assert level(ai_editor, "redis", REDIS_URL=redis.url)[0] == "ok"


def _resp(offset: int, policy: str) -> Callable[[socket.socket], None]:
    """A Redis whose clock is off, or that forgets when it is full."""
    import time

    def bulk(text: str) -> bytes:
        return f"${len(text)}\r\n{text}\r\n".encode()

    def answer(word: str) -> bytes:
        if word == "PING":
            return b"+PONG\r\n"
        if word == "TIME":
            return b"*2\r\n" + bulk(str(int(time.time()) + offset)) + bulk("0")
        if word == "INFO":
            return bulk(f"# Memory\r\nmaxmemory_policy:{policy}\r\n")
        return b"-ERR unknown command\r\n" if word == "HELLO" else b"+OK\r\n"

    def say(peer: socket.socket) -> None:
        with peer.makefile("rb") as read:
            while head := read.readline():
                words = []
                for _ in range(int(head[1:])):
                    read.readline()
                    words.append(read.readline().strip().decode())
                peer.sendall(answer(words[0].upper()))

    return say


@pytest.mark.parametrize(
    ("offset", "policy", "words"), [(600, "noeviction", "clock"), (0, "allkeys-lru", "allkeys-lru")]
)
def test_a_redis_whose_clock_is_off_or_that_forgets(
    ai_editor: Commands, offset: int, policy: str, words: str
) -> None:
    with talking(_resp(offset, policy)) as port:
        what, said = level(ai_editor, "redis", REDIS_URL=f"redis://127.0.0.1:{port}?protocol=2")
    assert (what, words in said) == ("warning", True)


def test_a_disk_that_is_full(ai_editor: Commands, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        folder = Path("/proc")  # nobody can write there
        assert level(ai_editor, "disk", DATA_DIR=str(folder))[0] == "failure"
        return
    import subprocess

    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], capture_output=True, check=False
    ).returncode:
        assert level(ai_editor, "disk", DATA_DIR="/proc")[0] == "failure"
        return
    try:
        (small / "filler").write_bytes(b"x" * (1 << 20))
        what, words = level(ai_editor, "disk", DATA_DIR=str(small))
        assert (what, "0 MB" in words) == ("failure", True)
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_database_whose_clock_is_off(ai_editor: Commands, url: str) -> None:
    """What the session finds first on its path stands in for PostgreSQL's clock."""
    execute(url, "CREATE SCHEMA bent")
    execute(
        url,
        """
        CREATE FUNCTION bent.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS $$ SELECT pg_catalog.now() - interval '10 minutes' $$
        """,
    )
    mark = "&" if "?" in url else "?"
    bent = f"{url}{mark}search_path=public,bent,pg_catalog"
    what, words = level(ai_editor, "clock", DATABASE_URL=bent)
    assert (what, "behind" in words) == ("warning", True)


# One over few rows, and one that takes an extension.
WHERE_THEY_CAN_BE = {"ai_editor_user_email_capitals_idx", "ai_editor_document_title_idx"}


def test_the_indexes_that_are_expected_are_those_of_the_migrations(url: str) -> None:
    from handlers.doctor.database import expected

    names = {name for name, *_ in expected(list(migrate.files()))}
    made = {name for (name,) in execute(url, "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")}
    ours = {name for name in made if name.endswith(("_idx", "_uidx"))} - WHERE_THEY_CAN_BE
    assert names == ours
