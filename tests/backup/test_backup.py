"""`ai-editor db backup` and `db restore`, as processes on real databases."""

import resource
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from server.backup.load import feeding
from server.postgres.binaries import CLIENTS, find_clients
from tests.audit.chains import chained
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute

NewDatabase = Callable[[], str]
USERS = 'SELECT "email" FROM "user" ORDER BY "email"'
PICTURE = "avatars/0123456789abcdef0123456789abcdef.webp"
SCRATCH = "SELECT datname FROM pg_database WHERE datname LIKE 'ai\\_editor\\_check\\_%%'"


def commands(folder: Path, url: str, **settings: str) -> Commands:
    folder.mkdir(exist_ok=True)
    return Commands(folder, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, **settings})


def add_user(url: str, number: int) -> None:
    execute(
        url,
        """INSERT INTO "user" ("id", "name", "email", "emailVerified") VALUES (%s, 'Ada', %s, true)""",
        (str(number), f"u{number}@example.com"),
    )


@pytest.fixture
def url(new_whole_database: NewDatabase) -> str:
    """A database with an audit log and a user."""
    found = chained(new_whole_database(), 3)
    add_user(found, 1)
    return found


@pytest.fixture
def ai_editor(url: str, tmp_path: Path) -> Commands:
    """Commands on it, with a picture beside it."""
    found = commands(tmp_path / "one", url)
    picture = found.folder / "data" / "shared" / PICTURE
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    return found


@pytest.fixture(scope="module")
def made() -> list[bytes]:
    """A backup, once one was made: all that begin alike have the same."""
    return []


@pytest.fixture
def file(ai_editor: Commands, tmp_path: Path, made: list[bytes]) -> Path:
    """A backup."""
    path = tmp_path / "kept.zip"
    if not made:
        done = ai_editor("db", "backup", str(path))
        assert (done.code, done.err) == (0, "")
        made.append(path.read_bytes())
    path.write_bytes(made[0])
    return path


def test_a_backup_is_tried_and_comes_back_whole(
    ai_editor: Commands, url: str, new_database: NewDatabase, tmp_path: Path
) -> None:  # S24 S37
    execute(url, """CREATE TABLE "of_a_plugin" ("id" serial PRIMARY KEY, "what" text)""")
    execute(url, """INSERT INTO "of_a_plugin" ("what") VALUES ('kept, too')""")
    path = tmp_path / "kept.zip"
    done = ai_editor("db", "backup", str(path))
    assert done.code == 0
    assert "came back as they are" in done.out
    assert "the chain of 3 events is whole" in done.out
    assert path.stat().st_mode & 0o777 == 0o600
    assert execute(url, SCRATCH) == []
    assert {each.name for each in tmp_path.iterdir()} == {"kept.zip", "one"}
    empty = new_database()
    other = commands(tmp_path / "two", empty)
    assert other("db", "restore", str(path)).code == 0
    assert execute(empty, USERS) == execute(url, USERS) == [("u1@example.com",)]
    assert execute(empty, """INSERT INTO "of_a_plugin" ("what") VALUES ('more') RETURNING "id" """) == [(2,)]
    assert (other.folder / "data" / "shared" / PICTURE).read_bytes() == b"a picture"
    assert other("db", "status").code == 0
    assert other("audit", "verify").code == 0
    with pytest.raises(psycopg2.Error):
        execute(empty, """DELETE FROM "ai_editor_audit" """)


def test_what_is_there_is_replaced_by_a_word_alone(ai_editor: Commands, url: str, file: Path) -> None:  # S24
    add_user(url, 2)
    execute(url, """CREATE TABLE "later" ("userId" text REFERENCES "user" ("id"))""")
    later = ai_editor.folder / "data" / "shared" / "avatars" / f"{'f' * 32}.webp"
    later.write_bytes(b"of a user who comes after the backup")
    assert "not empty" in ai_editor("db", "restore", str(file)).refusal
    assert "--yes" in ai_editor("db", "restore", "--replace", str(file)).refusal
    assert len(execute(url, USERS)) == 2
    assert ai_editor("db", "restore", "--replace", "--yes", str(file)).code == 0
    assert execute(url, USERS) == [("u1@example.com",)]
    assert execute(url, "SELECT to_regclass('later')::text") == [(None,)]
    assert not later.exists()
    terminal = ai_editor.on_terminal("db", "restore", "--replace", str(file))
    terminal.answer("[y/N]", "n")
    assert terminal.end().code == 1


def test_a_file_that_is_there_stays_without_force(ai_editor: Commands, file: Path) -> None:
    before = file.read_bytes()
    assert "--force" in ai_editor("db", "backup", str(file)).refusal
    assert file.read_bytes() == before
    assert ai_editor("db", "backup", "--force", str(file)).code == 0
    assert "cannot be written" in ai_editor("db", "backup", "/proc/kept.zip").refusal


def damaged(file: Path, how: str) -> bytes:
    whole = file.read_bytes()
    broken = {
        "truncated": whole[: len(whole) // 2],
        "a byte less": whole[:-1],
        "flipped": whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:],
        "text": b"-- a dump\nDROP TABLE x;\n",
        "empty": b"",
    }
    return broken[how]


@pytest.mark.parametrize("how", ["truncated", "a byte less", "flipped", "text", "empty"])
def test_a_broken_file_changes_nothing(ai_editor: Commands, url: str, file: Path, how: str) -> None:
    add_user(url, 2)
    file.write_bytes(damaged(file, how))
    said = ai_editor("db", "restore", "--replace", "--yes", str(file)).refusal
    assert "is damaged" in said or "no backup of AI-Editor's" in said
    assert len(execute(url, USERS)) == 2


def rewritten(file: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """The file with one of its parts changed, and with a checksum that is right."""
    with zipfile.ZipFile(file) as found:
        parts = {each: found.read(each) for each in found.namelist()}
    with zipfile.ZipFile(file, "w") as made:
        for each, content in parts.items():
            made.writestr(each, change(content) if each == name else content)


def test_a_dump_that_breaks_off_is_undone(ai_editor: Commands, url: str, file: Path) -> None:
    add_user(url, 2)
    rewritten(file, "database.dump", lambda dump: dump[: len(dump) - 2000])
    said = ai_editor("db", "restore", "--replace", "--yes", str(file)).refusal
    assert "nothing was changed" in said
    assert len(execute(url, USERS)) == 2


def test_a_backup_of_a_newer_version_is_refused(ai_editor: Commands, file: Path) -> None:
    rewritten(file, "manifest.json", lambda text: text.replace(b"0001_oauth", b"9999_oauth"))
    assert "newer version" in ai_editor("db", "restore", "--replace", "--yes", str(file)).refusal


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    ai_editor: Commands, url: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    execute(url, 'DROP TABLE "ai_editor_audit"')
    execute(url, "DROP FUNCTION ai_editor_audit_kept CASCADE")
    execute(url, """DELETE FROM "ai_editor_migration" WHERE "name" = '0007_audit'""")
    path = tmp_path / "older.zip"
    assert ai_editor("db", "backup", str(path)).code == 0
    other = commands(tmp_path / "two", new_database())
    assert "ran  0007_audit" in other("db", "restore", str(path)).out
    assert other("db", "status").code == 0


def test_a_name_that_leads_out_of_the_folder_is_refused(
    new_database: NewDatabase, file: Path, tmp_path: Path
) -> None:  # S40
    with zipfile.ZipFile(file, "a") as found:
        found.writestr("shared/avatars/../../../stolen", b"x")
    assert "belongs nowhere" in commands(tmp_path / "two", new_database())("db", "restore", str(file)).refusal
    assert not list(tmp_path.rglob("stolen"))


def test_tables_of_others_are_never_replaced(new_database: NewDatabase, file: Path, tmp_path: Path) -> None:
    foreign = new_database()
    execute(foreign, "CREATE TABLE orders (id int)")
    said = commands(tmp_path / "two", foreign)("db", "restore", "--replace", "--yes", str(file)).refusal
    assert "neither AI-Editor's nor better-auth's" in said


def test_nothing_is_restored_below_a_server(ai_editor: Commands, url: str, file: Path) -> None:
    connection = psycopg2.connect(url)
    try:
        assert "1 other connection" in ai_editor("db", "restore", "--replace", "--yes", str(file)).refusal
    finally:
        connection.close()


def test_a_role_without_the_right_is_told_what_to_do(url: str, tmp_path: Path) -> None:  # S33
    name = "backup_role"
    url = url.replace("//ai_editor@", "//postgres@")  # who may make roles
    execute(url, f"CREATE ROLE {name} LOGIN PASSWORD 'seldom seen'")
    try:
        execute(url, f"GRANT pg_read_all_data TO {name}")
        weak = commands(tmp_path / "weak", url.replace("//postgres@", f"//{name}:seldom%20seen@"))
        path = tmp_path / "kept.zip"
        said = weak("db", "backup", str(path)).refusal
        assert "may not create databases" in said
        assert "--check-apart" in said
        assert not path.exists()
        assert "not tried" in weak("db", "backup", "--no-check", str(path)).out
        assert "came back" in weak("db", "backup", "--force", "--check-apart", str(path)).out
    finally:
        execute(url, f"DROP OWNED BY {name}")
        execute(url, f"DROP ROLE {name}")


def test_what_a_killed_backup_left_is_removed(ai_editor: Commands, url: str, tmp_path: Path) -> None:
    path = tmp_path / "kept.zip"
    # The extra rows make the way back take a while.
    execute(url, 'CREATE TABLE "much" AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 60000) n')
    running = ai_editor.start("db", "backup", str(path))
    until(lambda: bool(execute(url, SCRATCH)))
    running.kill()
    running.communicate()
    assert execute(url, SCRATCH) != []
    assert not path.exists()
    execute(url, 'DROP TABLE "much"')
    assert ai_editor("db", "backup", str(path)).code == 0
    assert execute(url, SCRATCH) == []
    assert {each.name for each in tmp_path.iterdir()} == {"kept.zip", "one"}


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_backup_goes_through_a_pipe(ai_editor: Commands, new_database: NewDatabase, tmp_path: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "server", "db", "backup", "-"],
        cwd=ai_editor.folder, env=ai_editor.environment, capture_output=True, check=True,
    )  # fmt: skip
    assert commands(tmp_path / "two", new_database())("db", "restore", "-", stdin=made.stdout).code == 0


def test_a_schema_of_its_own(new_database: NewDatabase, url: str, tmp_path: Path) -> None:
    mark = "&" if "?" in url else "?"
    execute(url, "CREATE SCHEMA auth")
    there = commands(tmp_path / "three", f"{url}{mark}search_path=auth")
    assert there("db", "migrate").code == 0
    path = tmp_path / "auth.zip"
    assert there("db", "backup", str(path)).code == 0
    target = new_database()
    assert "search_path" in commands(tmp_path / "two", target)("db", "restore", str(path)).refusal
    assert commands(tmp_path / "two", f"{target}{mark}search_path=auth")("db", "restore", str(path)).code == 0
    assert execute(target, 'SELECT count(*) FROM auth."user"') == [(0,)]


def test_of_several_hosts_the_one_that_answers(url: str, tmp_path: Path) -> None:
    parts = parse_dsn(url)
    name, folder, port = parts["dbname"], parts["host"], parts.get("port", "5432")
    hosts = f"postgresql:///{name}?user={parts['user']}&host=/nowhere,{folder}&port=1,{port}"
    done = commands(tmp_path / "three", hosts)("db", "backup", str(tmp_path / "kept.zip"))
    assert (done.code, done.err) == (0, "")


def test_programs_that_are_too_old_are_named(ai_editor: Commands, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("pg_dump", "pg_restore", "psql", "createdb", "dropdb"):
        (programs / name).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
        (programs / name).chmod(0o755)
    said = ai_editor.but(PG_BIN=str(programs))("db", "backup", str(tmp_path / "kept.zip")).refusal
    assert "PG_BIN" in said
    assert "postgresql-client-" in said


def test_what_is_broken_off_leaves_nothing(ai_editor: Commands, url: str, tmp_path: Path) -> None:
    execute(url, 'CREATE TABLE "much" AS SELECT n, repeat(md5(n::text), 20) FROM generate_series(1, 60000) n')
    running = ai_editor.start("db", "backup", str(tmp_path / "kept.zip"))
    until(lambda: bool(execute(url, SCRATCH)))
    running.send_signal(signal.SIGINT)
    _, said = running.communicate()
    assert running.poll() != 0
    assert "Traceback" not in said
    assert execute(url, SCRATCH) == []
    assert {each.name for each in tmp_path.iterdir()} == {"one"}


def test_passwords_are_no_arguments(
    ai_editor: Commands, url: str, new_database: NewDatabase, tmp_path: Path
) -> None:  # S33
    log, programs = tmp_path / "log", tmp_path / "bin"
    programs.mkdir()
    [major] = execute(url, "SELECT current_setting('server_version_num')::int / 10000")
    real = find_clients(int(major[0]))
    for name in CLIENTS:
        (programs / name).write_text(f'#!/bin/sh\necho "$0 $*" >> {log}\nexec {real}/{name} "$@"\n')
        (programs / name).chmod(0o755)
    mark = "&" if "?" in url else "?"
    secret = f"{mark}password=seldom-seen&sslmode=prefer&connect_timeout=7"
    path = tmp_path / "kept.zip"
    more = {"PG_BIN": str(programs)}
    done = ai_editor.but(DATABASE_URL=url + secret, **more)("db", "backup", str(path))
    assert done.code == 0
    back = commands(tmp_path / "two", new_database() + secret, **more)("db", "restore", str(path))
    assert back.code == 0
    used = log.read_text()
    assert {name for name in CLIENTS if f"/{name} " in used} == set(CLIENTS)
    assert "connect_timeout=7" in used
    assert "seldom-seen" not in used + done.out + done.err + back.out + back.err


def test_a_disk_that_fills_up(ai_editor: Commands, tmp_path: Path) -> None:  # S38
    done = subprocess.run(
        [sys.executable, "-m", "server", "db", "backup", str(tmp_path / "kept.zip")],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)),
        cwd=ai_editor.folder, capture_output=True, text=True, check=False,
        env=ai_editor.environment | {"PYTHONDONTWRITEBYTECODE": "1"},  # Python leaves half a file where it fills up
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "kept.zip cannot be written" in done.stderr
    assert {each.name for each in tmp_path.iterdir()} == {"one"}


def test_nobody_reads_on_in_a_backup_that_is_closed() -> None:
    member = Path("/dev/zero").open("rb")  # noqa: SIM115
    program = subprocess.Popen(["sleep", "60"], stdin=subprocess.PIPE)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt), feeding(member, program):
        raise KeyboardInterrupt
    assert threading.active_count() == before
    assert program.returncode
    member.close()
