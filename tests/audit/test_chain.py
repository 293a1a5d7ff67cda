"""The chain: what was changed is found, and the role of the app changes nothing. S37."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.audit.chains import LAST, NewDatabase, chained, tamper
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute

Verify = Callable[..., dict[str, object]]
TABLE = '"ai_editor_audit"'
GONE = "the event is missing"
CHANGED = "the event, or its hash, is not what was written"
ROW = """INSERT INTO "ai_editor_audit" ("id", "createdAt", "event", "result", "details", "position", "hash")
    VALUES ('forged', now(), 'sign-in', 'success', '{}', %d, 'x')"""
FORGED: dict[str, tuple[list[str], int, str]] = {
    "whose it is": ([f"""UPDATE {TABLE} SET "subject" = 'user 9' WHERE "position" = 7"""], 7, CHANGED),
    "when it was": ([f"""UPDATE {TABLE} SET "createdAt" = "createdAt" + interval '1 microsecond' WHERE "position" = 7"""], 7, CHANGED),
    "how it ended": ([f"""UPDATE {TABLE} SET "result" = 'failure' WHERE "position" = 1"""], 1, CHANGED),
    "its details": ([f"""UPDATE {TABLE} SET "details" = '{{}}' WHERE "position" = {LAST}"""], LAST, CHANGED),
    "its id": ([f"""UPDATE {TABLE} SET "id" = 'another' WHERE "position" = 3"""], 3, CHANGED),
    "its hash": ([f"""UPDATE {TABLE} SET "hash" = repeat('0', 64) WHERE "position" = 7"""], 7, CHANGED),
    "no hash": ([f"""UPDATE {TABLE} SET "hash" = NULL WHERE "position" = 7"""], 7, CHANGED),
    "a row less": ([f"""DELETE FROM {TABLE} WHERE "position" = 7"""], 7, GONE),
    "no first row": ([f"""DELETE FROM {TABLE} WHERE "position" = 1"""], 1, GONE),
    "a row that is out again": ([f"""UPDATE {TABLE} SET "position" = NULL WHERE "position" = 7"""], 7, GONE),
    "a row less, and all moved up": (
        [f"""DELETE FROM {TABLE} WHERE "position" = 7""", *(f"""UPDATE {TABLE} SET "position" = {n - 1} WHERE "position" = {n}""" for n in range(8, LAST + 1))],
        7,
        CHANGED,
    ),
    "two that changed places": (
        [f"""UPDATE {TABLE} SET "position" = {to} WHERE "position" = {of}""" for of, to in ((7, 99), (8, 7), (99, 8))],
        7,
        CHANGED,
    ),
    "one before the first": ([ROW % 0], 1, "there is an event before it"),
    "one after the last": ([ROW % (LAST + 1)], LAST + 1, CHANGED),
}  # fmt: skip


@pytest.fixture
def url(new_whole_database: NewDatabase) -> str:
    return chained(new_whole_database())


@pytest.fixture
def ai_editor(url: str, tmp_path: Path) -> Commands:
    return Commands(tmp_path, {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET})


@pytest.fixture
def verify(ai_editor: Commands) -> Verify:
    """verify("--head", …): what it says, once its exit code says the same."""

    def run(*arguments: str) -> dict[str, object]:
        done = ai_editor("audit", "verify", "--json", *arguments)
        assert done.code == (0 if done.json["whole"] else 1)
        found: dict[str, object] = done.json
        return found

    return run


def test_what_nobody_touched_is_whole(verify: Verify, ai_editor: Commands) -> None:
    found = verify()
    assert (found["whole"], found["events"], found["unsealed"], found["broken"]) == (True, LAST, 0, None)
    assert verify("--head", str(found["head"]))["whole"]
    assert (
        ai_editor("audit", "verify").out
        == f"Whole: {LAST} events, 0 not in the chain yet.\nhead  {found['head']}\n"
    )


@pytest.mark.parametrize("what", FORGED)
def test_what_was_forged_is_found(url: str, verify: Verify, what: str) -> None:
    statements, position, reason = FORGED[what]
    tamper(url, *statements)
    assert verify()["broken"] == {"position": position, "reason": reason}


def test_a_person_is_told_where(url: str, ai_editor: Commands) -> None:
    tamper(url, *FORGED["a row less"][0])
    done = ai_editor("audit", "verify")
    assert (done.code, done.out) == (1, "Broken at position 7: the event is missing.\n")


@pytest.mark.parametrize("again", [False, True], ids=["gone", "written-anew"])
def test_a_missing_end_is_found_by_the_head_that_was_noted(url: str, verify: Verify, again: bool) -> None:
    noted = str(verify()["head"])
    tamper(url, f'DELETE FROM {TABLE} WHERE "position" > 9')
    if again:
        chained(url, LAST)
    assert verify()["whole"], "a chain that is whole, though a shorter or another one"
    found = verify("--head", noted)
    reason = (
        "the hash is another one than was noted" if again else "the event is missing: one after it was noted"
    )
    assert found["broken"] == {"position": LAST if again else 10, "reason": reason}


@pytest.mark.parametrize("head", ["12", "12:abc", "twelve:" + "0" * 64, "-1:" + "0" * 64])
def test_what_is_no_head(ai_editor: Commands, head: str) -> None:
    done = ai_editor("audit", "verify", "--head", head)
    assert done.code == 2
    assert done.refusal.startswith("--head takes a position and a hash")


STATEMENTS = (
    f"""UPDATE {TABLE} SET "subject" = 'x' WHERE "position" = 7""",
    f"""UPDATE {TABLE} SET "position" = NULL, "hash" = NULL WHERE "position" = 7""",
    f"""UPDATE {TABLE} SET "position" = 99, "hash" = 'x' WHERE "position" = 7""",
    f"""UPDATE {TABLE} SET "position" = 99, "hash" = 'x', "subject" = 'x' WHERE "position" IS NULL""",
    f"""UPDATE {TABLE} SET "subject" = 'x' WHERE "position" IS NULL""",
    f"""DELETE FROM {TABLE} WHERE "position" = 7""",
    f"""DELETE FROM {TABLE}""",
    f"""TRUNCATE {TABLE}""",
    ROW % 99,
)
WAITS = f"""INSERT INTO {TABLE} ("id", "createdAt", "event", "result", "details")
    VALUES ('waits', now(), 'sign-in', 'success', '{{}}')"""


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_role_of_the_app_cannot(url: str, verify: Verify, statement: str) -> None:
    """Not even as the owner of the table, unless it first takes the triggers away."""
    execute(url, WAITS)
    with pytest.raises(psycopg2.errors.RaiseException, match="the audit log is added to and never changed"):
        execute(url, statement)
    found = verify()
    assert (found["whole"], found["events"], found["unsealed"]) == (True, LAST, 1)


@pytest.fixture
def lesser(url: str) -> Iterator[str]:
    """The address of the database for a role that owns nothing."""
    superuser = url.replace("//ai_editor@", "//postgres@")
    name = "lesser_" + urlsplit(url).path.removeprefix("/test_")
    execute(superuser, f"CREATE ROLE {name} LOGIN")
    execute(url, f'GRANT SELECT, INSERT, UPDATE ("position", "hash") ON {TABLE} TO {name}')
    yield url.replace("//ai_editor@", f"//{name}@")
    # Whoever drops the database may end its own processes alone, and one of this role may still be leaving.
    execute(
        superuser, "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usename = %s", [name]
    )
    execute(superuser, f"DROP OWNED BY {name}")
    execute(superuser, f"DROP ROLE {name}")


@pytest.mark.parametrize(
    "statement", [*STATEMENTS, f"ALTER TABLE {TABLE} DISABLE TRIGGER USER", f"DROP TABLE {TABLE}"]
)
def test_a_role_that_owns_nothing_cannot_either(url: str, lesser: str, statement: str) -> None:
    execute(lesser, WAITS)
    with pytest.raises((psycopg2.errors.InsufficientPrivilege, psycopg2.errors.RaiseException)):
        execute(lesser, statement)


def test_adding_and_sealing_is_all_that_it_needs(url: str, lesser: str, verify: Verify) -> None:
    """The rights that docs/threats.md names are enough."""
    chained(lesser, 2)
    found = verify()
    assert (found["whole"], found["events"], found["unsealed"]) == (True, LAST + 2, 0)


def test_an_export_is_all_that_the_hashes_need(url: str, ai_editor: Commands, verify: Verify) -> None:
    """As docs/decisions say: anybody can check it, without this program."""
    execute(url, WAITS)
    lines = [json.loads(line) for line in ai_editor("audit", "export").out.splitlines()]
    before = "0" * 64
    for number, line in enumerate(lines[:-1], 1):
        assert line["position"] == number
        members = json.dumps(line | {"hash": before}, sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(members.encode()).hexdigest()
        assert line["hash"] == before
    assert verify()["head"] == f"{LAST}:{before}"
    assert (lines[-1]["id"], lines[-1]["position"]) == ("waits", None)


def test_a_later_part_goes_to_a_file(ai_editor: Commands, tmp_path: Path) -> None:
    done = ai_editor("audit", "export", "--after", "10", "--output", "part.jsonl")
    assert (done.code, done.out) == (0, "")
    path = tmp_path / "part.jsonl"
    assert [json.loads(line)["position"] for line in path.read_text().splitlines()] == [11, 12]
    assert path.stat().st_mode & 0o777 == 0o600
    refused = ai_editor("audit", "export", "--output", "nowhere/part.jsonl")
    assert refused.code == 1
    assert refused.refusal == "nowhere/part.jsonl cannot be written: No such file or directory"


def test_a_device_stays_one(ai_editor: Commands, tmp_path: Path) -> None:
    """/dev/full takes nothing, and a part of an export is not left behind."""
    (tmp_path / "full").symlink_to("/dev/full")
    refused = ai_editor("audit", "export", "--output", "full").refusal
    assert refused == "full cannot be written: No space left on device"
    assert (tmp_path / "full").is_symlink()
    assert not list(tmp_path.glob("*.part"))
    assert Path("/dev/full").is_char_device()
