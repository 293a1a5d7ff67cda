"""The commands as a person meets them: questions, hidden passwords, tables that fit, Ctrl-C."""

import shlex
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from server.passwords.passwords import matches, normalize
from tests.cli.commands import COMMAND, Commands, Done
from tests.cli.conftest import PASSWORD, Execute


def test_create_asks_for_everything_and_hides_the_password(ai_editor: Commands, execute: Execute) -> None:
    terminal = ai_editor.on_terminal("user", "create")
    terminal.answer("E-mail address: ", "ada@example.com")
    terminal.answer("Name: ", "Ada Lovelace")
    terminal.answer("Password: ", PASSWORD)
    terminal.answer("Password again: ", PASSWORD)
    done = terminal.end()
    assert done.code == 0
    assert "event=user-created by=command" in done.out.splitlines()[-2]
    assert done.out.splitlines()[-1].startswith("Created ada@example.com")
    assert PASSWORD not in done.out
    [(stored,)] = execute('SELECT "password" FROM "account"')
    assert matches(str(stored), normalize(PASSWORD))


def test_two_different_passwords_are_asked_for_again(ai_editor: Commands) -> None:
    terminal = ai_editor.on_terminal("user", "create", "ada@example.com", "--name", "Ada")
    terminal.answer("Password: ", PASSWORD)
    terminal.answer("Password again: ", "a slip of the finger")
    terminal.answer("Password: ", PASSWORD)
    terminal.answer("Password again: ", PASSWORD)
    assert terminal.end().code == 0


def test_an_unknown_user_is_refused_before_a_password_is_typed(ai_editor: Commands) -> None:
    done = ai_editor.on_terminal("user", "set-password", "nobody@example.com").end()
    assert done.code == 1
    assert "Password" not in done.out


def test_a_password_is_not_read_from_a_terminal_where_it_would_be_seen(ai_editor: Commands) -> None:
    arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    done = ai_editor.on_terminal(*arguments).end()
    assert done.code == 2
    assert "pipe" in done.out


@pytest.mark.parametrize(("word", "code", "left"), [("y", 0, 0), ("n", 1, 1), ("", 1, 1)])
def test_delete_asks_first(
    ai_editor: Commands, create: Callable[..., Done], execute: Execute, word: str, code: int, left: int
) -> None:
    create()
    terminal = ai_editor.on_terminal("user", "delete", "ada@example.com")
    terminal.answer("Delete ada@example.com (Ada) with all accounts and sessions? [y/N]: ", word)
    assert terminal.end().code == code
    assert execute('SELECT count(*) FROM "user"') == [(left,)]


def test_ctrl_c_at_a_question_ends_quietly(ai_editor: Commands, execute: Execute) -> None:
    terminal = ai_editor.on_terminal("user", "create", "ada@example.com", "--name", "Ada")
    terminal.press("Password: ", "\x03")
    assert terminal.end().code in (1, 130)
    assert execute('SELECT count(*) FROM "user"') == [(0,)]


def test_a_table_fits_the_terminal(
    ai_editor: Commands, create: Callable[..., Done], add_session: Callable[..., str]
) -> None:
    create("a.long.name.for.an.address@subdomain.example.com", "--name", "工藤" * 20)
    session_id = "s" * 32
    add_session("a.long.name.for.an.address@subdomain.example.com", session_id, agent="Mozilla/5.0 " * 20)
    people = ai_editor.on_terminal("user", "list", columns=80).end().out.splitlines()
    assert all(len(line) <= 80 for line in people)
    assert "…" in people[1]
    assert people[1].endswith("just now")
    sessions = ai_editor.on_terminal("session", "list", columns=80).end().out.splitlines()
    assert all(len(line) <= 80 for line in sessions)
    assert sessions[1].startswith(session_id)
    assert "工藤" * 20 in ai_editor("user", "list").out


def test_a_reader_who_leaves_early_is_no_accident(ai_editor: Commands, create: Callable[..., Done]) -> None:
    create()
    process = subprocess.Popen(
        [*COMMAND, "user", "list", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ai_editor.folder, env=ai_editor.environment,
    )  # fmt: skip
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    process.wait()


def run_with(ai_editor: Commands, redirected: str, *arguments: str) -> Done:
    """As a shell does, with what it redirects."""
    command = f"exec {shlex.join([*COMMAND, *arguments])} {redirected}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, capture_output=True, text=True, cwd=ai_editor.folder,
        env=ai_editor.environment,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("arguments", [("user", "list"), ("user", "list", "--json"), ("--help",)])
def test_a_disk_that_takes_no_more_is_one_line(
    ai_editor: Commands, create: Callable[..., Done], arguments: tuple[str, ...]
) -> None:
    create()
    done = run_with(ai_editor, "> /dev/full", *arguments)
    assert done.code == 1
    assert done.refusal == "the output cannot be written: No space left on device"


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", [("user", "list"), ("db", "status")])
def test_what_is_closed_is_not_written_to(
    ai_editor: Commands, create: Callable[..., Done], closed: str, arguments: tuple[str, ...]
) -> None:
    create()
    done = run_with(ai_editor, closed, *arguments)
    assert (done.code, done.err) == (0, "")


def hear_ctrl_c() -> None:
    """Also where a shell that runs the tests in the background has it ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_a_start_quietly(ai_editor: Commands) -> None:
    """While it still imports: with -v it says what, and waits for whoever reads that."""
    process = subprocess.Popen(
        [sys.executable, "-v", "-m", "server", "--help"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace", cwd=ai_editor.folder,
        env=ai_editor.environment, preexec_fn=hear_ctrl_c,  # noqa: PLW1509
    )  # fmt: skip
    assert process.stderr
    with process.stderr as said:
        assert any("import 'handlers'" in line or "import 'server.feature'" in line for line in said)
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in said.read()
    assert process.wait() == -signal.SIGINT
