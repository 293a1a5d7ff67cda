"""`ai-editor user` from scripts: standard input, JSON, exit codes."""

import hashlib
import json
from collections.abc import Callable

import pytest

from server.passwords.passwords import matches, normalize
from tests.cli.commands import Commands, Done, columns_of
from tests.cli.conftest import PASSWORD, Execute

Create = Callable[..., Done]


def hash_of(execute: Execute, email: str = "ada@example.com") -> str:
    statement = """
        SELECT a."password" FROM "account" a JOIN "user" u ON u."id" = a."userId"
        WHERE u."email" = %s AND a."providerId" = 'credential'
        """
    [(stored,)] = execute(statement, email)
    return str(stored)


def test_create_stores_a_user_who_can_sign_in(create: Create, execute: Execute) -> None:
    done = create("Ada@Example.com", "--json")
    user = done.json["user"]
    assert done.code == 0
    assert done.err.rstrip().endswith(f"event=user-created by=command user_id={user['id']}")
    assert (user["email"], user["name"], user["emailVerified"]) == ("ada@example.com", "Ada", False)
    assert matches(hash_of(execute), normalize(PASSWORD))
    assert PASSWORD not in done.out
    assert hash_of(execute) not in done.out


def test_create_says_in_words_what_it_did(create: Create) -> None:
    done = create()
    assert done.code == 0
    assert done.out.startswith("Created ada@example.com with the id ")


def test_an_address_that_is_taken_is_refused(create: Create) -> None:
    create()
    done = create("ADA@example.com")
    assert done.code == 1
    assert "another user has the e-mail address ada@example.com" in done.refusal


@pytest.mark.parametrize("password", ["seven 7", "x" * 129])
def test_a_password_that_sign_up_would_refuse_is_refused(create: Create, password: str) -> None:
    done = create(password=password)
    assert done.code == 1
    assert "8 to 128 characters" in done.refusal
    assert password not in done.refusal


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u2060", "\u3164"])
def test_a_name_that_shows_as_nothing_is_refused(create: Create, name: str) -> None:
    done = create("a@example.com", "--name", name)
    assert done.code == 2
    assert "the name shows as nothing" in done.refusal


def test_the_limits_are_those_of_the_settings(ai_editor: Commands) -> None:
    strict = ai_editor.but(PASSWORD_MIN_LENGTH="15")
    done = strict(
        "user", "create", "a@example.com", "--name", "A", "--password-stdin", stdin="fourteen chars\n"
    )
    assert done.code == 1
    assert "15 to 128" in done.refusal


def test_a_password_over_72_bytes_is_not_cut_off(create: Create, execute: Execute) -> None:
    password = "é" * 50 + "!"
    assert create(password=password).code == 0
    stored = hash_of(execute)
    assert matches(stored, normalize(password))
    assert not matches(stored, normalize("é" * 50 + "?"))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (b"  spaces stay  \n", "  spaces stay  "),
        (b"from windows\r\n", "from windows"),
        (b"no line break", "no line break"),
    ],
)
def test_standard_input_is_taken_as_it_is_but_for_its_line_break(
    ai_editor: Commands, execute: Execute, typed: bytes, kept: str
) -> None:
    arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    assert ai_editor(*arguments, stdin=typed).code == 0
    assert matches(hash_of(execute), normalize(kept))


@pytest.mark.parametrize(
    "typed", [b"", b"\n", b"one line\nand another\n", b"\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\n"]
)
def test_standard_input_that_is_no_password_is_refused(ai_editor: Commands, typed: bytes) -> None:
    done = ai_editor("user", "create", "a@example.com", "--name", "A", "--password-stdin", stdin=typed)
    assert done.code == 1
    assert "standard input" in done.refusal


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("user", "create"), "EMAIL"),
        (("user", "create", "ada@example.com"), "--name"),
        (("user", "create", "ada@example.com", "--name", "Ada"), "--password-stdin"),
        (("user", "create", "not an address", "--name", "Ada"), "is not an e-mail address"),
        (("session", "revoke", "--all"), "--yes"),
    ],
)
def test_what_cannot_be_asked_must_be_given(
    ai_editor: Commands, arguments: tuple[str, ...], expected: str
) -> None:
    done = ai_editor(*arguments)
    assert done.code == 2
    assert expected in done.refusal


@pytest.mark.parametrize("verb", [("show",), ("delete", "--yes"), ("set-password", "--password-stdin")])
@pytest.mark.parametrize("who", ["nobody@example.com", "no-such-id", "\x1b[31m\udcff"])
def test_an_unknown_user_is_refused(ai_editor: Commands, verb: tuple[str, ...], who: str) -> None:
    done = ai_editor("user", *verb, who, stdin=PASSWORD)
    assert done.code == 1
    assert "\x1b" not in done.refusal


@pytest.mark.parametrize(
    "arguments", [("user",), ("user", "frobnicate"), ("user", "list", "--limit", "0"), ("user", "show")]
)
def test_wrong_usage_is_exit_code_2(ai_editor: Commands, arguments: tuple[str, ...]) -> None:
    assert ai_editor(*arguments).code == 2


def test_list_as_table_and_as_json(
    create: Create, ai_editor: Commands, add_session: Callable[..., str]
) -> None:
    create()
    create("grace@example.com", "--name", "Grace Hopper")
    add_session("grace@example.com", "s1")
    add_session("grace@example.com", "s2", ends="-1 minute")
    header, newest, oldest = ai_editor("user", "list").out.splitlines()
    assert columns_of(header) == ["E-MAIL", "NAME", "VERIFIED", "SESSIONS", "CREATED"]
    assert columns_of(newest) == ["grace@example.com", "Grace Hopper", "no", "1", "just now"]
    assert columns_of(oldest)[0] == "ada@example.com"
    found = ai_editor("user", "list", "--json").json
    assert found["total"] == 2
    assert set(found["users"][0]) == {"id", "name", "email", "emailVerified", "createdAt", "sessions"}
    assert found["users"][0]["sessions"] == 1


def test_list_can_be_searched_and_says_what_it_left_out(create: Create, ai_editor: Commands) -> None:
    create()
    create("grace@example.com", "--name", "Grace Hopper")
    found = ai_editor("user", "list", "--search", "hopper", "--json").json
    assert [user["email"] for user in found["users"]] == ["grace@example.com"]
    cut = ai_editor("user", "list", "--limit", "1")
    assert len(cut.out.splitlines()) == 2
    assert cut.err == "1 of 2 users; --limit shows more\n"
    nothing = ai_editor("user", "list", "--search", "nobody")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "no users\n")


def test_show_by_address_and_by_id(
    create: Create, ai_editor: Commands, add_session: Callable[..., str]
) -> None:
    user_id = create("ada@example.com", "--json").json["user"]["id"]
    token = add_session("ada@example.com", "s1")
    found = ai_editor("user", "show", user_id, "--json")
    assert found.json["user"]["email"] == "ada@example.com"
    assert [account["providerId"] for account in found.json["accounts"]] == ["credential"]
    assert [session["id"] for session in found.json["sessions"]] == ["s1"]
    words = ai_editor("user", "show", "ADA@example.com")
    assert user_id in words.out
    assert "password" in words.out
    assert token not in found.out + words.out


def test_a_new_password_replaces_the_old_one_and_ends_the_sessions(
    create: Create, ai_editor: Commands, execute: Execute, add_session: Callable[..., str]
) -> None:
    create()
    add_session("ada@example.com", "s1")
    new = "another horse altogether"
    done = ai_editor("user", "set-password", "ada@example.com", "--password-stdin", "--json", stdin=new)
    assert done.json["sessionsEnded"] == 1
    assert f"event=password-set by=command user_id={done.json['user']['id']}" in done.err  # S36
    assert matches(hash_of(execute), normalize(new))
    assert execute('SELECT count(*) FROM "session"') == [(0,)]


def test_the_owner_is_told_of_a_new_password(create: Create, ai_editor: Commands, execute: Execute) -> None:
    """S15."""
    create()
    execute('DELETE FROM "ai_editor_mail"')
    assert ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin="weak").code == 1
    assert ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin=PASSWORD).code == 0
    promised = execute('SELECT "template", "recipient" FROM "ai_editor_mail"')
    assert promised == [("password-changed", "ada@example.com")]


def test_sessions_can_be_kept(create: Create, ai_editor: Commands, add_session: Callable[..., str]) -> None:
    create()
    add_session("ada@example.com", "s1")
    arguments = ("user", "set-password", "ada@example.com", "--password-stdin", "--keep-sessions")
    assert "0 sessions ended" in ai_editor(*arguments, stdin=PASSWORD).out
    assert ai_editor("session", "list", "--json").json["total"] == 1


def test_a_weak_new_password_changes_nothing(
    create: Create, ai_editor: Commands, execute: Execute, add_session: Callable[..., str]
) -> None:
    create()
    add_session("ada@example.com", "s1")
    assert ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin="short").code == 1
    assert matches(hash_of(execute), normalize(PASSWORD))
    assert ai_editor("session", "list", "--json").json["total"] == 1


def test_a_user_without_a_password_gets_one(create: Create, ai_editor: Commands, execute: Execute) -> None:
    create()
    execute('DELETE FROM "account"')
    assert "nothing" in ai_editor("user", "show", "ada@example.com").out
    done = ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin=PASSWORD)
    assert done.code == 0
    assert matches(hash_of(execute), normalize(PASSWORD))


def test_delete_takes_everything_along(
    create: Create, ai_editor: Commands, execute: Execute, add_session: Callable[..., str]
) -> None:
    create()
    add_session("ada@example.com", "s1")
    assert "--yes" in ai_editor("user", "delete", "ada@example.com").refusal
    done = ai_editor("user", "delete", "ada@example.com", "--yes", "--json")
    assert done.json["user"]["email"] == "ada@example.com"
    assert f"event=user-deleted by=command user_id={done.json['user']['id']}" in done.err  # S36
    for table in ("user", "account", "session"):
        assert execute(f'SELECT count(*) FROM "{table}"') == [(0,)]


def test_delete_takes_the_picture_along(create: Create, ai_editor: Commands, execute: Execute) -> None:
    user_id = create("ada@example.com", "--json").json["user"]["id"]
    names = [
        hashlib.sha256(owner.encode()).hexdigest()[:16] + "a" * 16 + ".webp" for owner in (user_id, "another")
    ]
    pictures = [ai_editor.folder / "data" / "shared" / "avatars" / name for name in names]
    pictures[0].parent.mkdir(parents=True)
    for picture in pictures:
        picture.write_bytes(b"")
    execute('UPDATE "user" SET "image" = %s', f"http://localhost:8080/avatars/{names[0]}")
    assert ai_editor("user", "delete", "ada@example.com", "--yes").code == 0
    assert [picture.exists() for picture in pictures] == [False, True]


def test_a_name_cannot_steer_the_terminal(create: Create, ai_editor: Commands) -> None:
    create("ada@example.com", "--name", "Ada\x1b[2J\u202e\x9b31m\nnext line")
    for arguments in (("user", "list"), ("user", "show", "ada@example.com")):
        out = ai_editor(*arguments).out
        assert not {"\x1b", "\u202e", "\x9b"} & set(out)
        assert not any(line.startswith("next line") for line in out.splitlines())
    assert (
        ai_editor("user", "list", "--json").json["users"][0]["name"] == "Ada\x1b[2J\u202e\x9b31m\nnext line"
    )


def test_a_name_keeps_the_joiners_that_its_letters_need(create: Create, ai_editor: Commands) -> None:
    name = "\N{ARABIC LETTER AIN}\u200c\N{ARABIC LETTER REH}"
    create("ada@example.com", "--name", name)
    for arguments in (("user", "list"), ("user", "show", "ada@example.com")):
        assert name in ai_editor(*arguments).out


@pytest.mark.parametrize(
    ("encoding", "shown"), [("latin-1", "Zoë ?"), ("iso8859-7", "Zo? ?"), ("utf-8", "Zoë 🌮")]
)
def test_what_the_terminal_cannot_show_has_a_sign(
    ai_editor: Commands, create: Create, running: str, encoding: str, shown: str
) -> None:
    assert create("zoe@example.com", "--name", "Zoë 🌮").code == 0
    there = ai_editor.but(PYTHONIOENCODING=encoding, DATABASE_URL=running, APP_ENV="development")

    def said(*arguments: str) -> str:
        done = there(*arguments)
        return done.out + done.err

    assert shown in said("user", "list")
    assert shown in said("user", "show", "zoe@example.com")
    assert shown in said("user", "show", "Zoë 🌮")
    assert json.loads(said("user", "list", "--json"))
