"""The commands beside a running server, and with none: on the embedded database of DATA_DIR."""

import json
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from server.config import network
from server.version import VERSION
from tests.cli.commands import Commands
from tests.cli.conftest import PASSWORD
from tests.nursery import Hatched
from tests.workers.served import until


@pytest.fixture(scope="module")
def ai_editor(folder: Path) -> Commands:
    return Commands(folder, {"PORT": "0", "LOG_LEVEL": "warning", "PLUGINS": ""})


@pytest.fixture
def address(ai_editor: Commands) -> Iterator[str]:
    """A server, and its embedded database, for the duration of a test."""
    with serving(ai_editor) as found:
        yield found


@contextmanager
def serving(ai_editor: Commands) -> Iterator[str]:
    """The address of a server in the folder of the commands."""
    process = ai_editor.start("serve")
    assert process.stderr
    try:
        yield _address(process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)


def _address(process: Hatched) -> str:
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        found = re.search(r"http://\S+", line)
        if found:
            return found[0]
    raise AssertionError(said)


def sign_in(address: str, password: str = PASSWORD) -> str | None:
    """The cookie of a new session, or None where the server refuses."""
    body = json.dumps({"email": "ada@example.com", "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": address}
    request = urllib.request.Request(f"{address}/api/auth/sign-in/email", body, headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return str(answer.headers["Set-Cookie"]).partition(";")[0]
    except urllib.error.HTTPError as error:
        error.close()
        return None


def is_signed_in(address: str, cookie: str | None) -> bool:
    request = urllib.request.Request(f"{address}/api/auth/get-session", headers={"Cookie": cookie or ""})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer) is not None


def until_out(address: str, cookie: str | None) -> None:
    """The server hears of it a moment after the command has ended."""
    until(lambda: not is_signed_in(address, cookie))


def test_without_a_server_each_command_brings_the_database_up_for_itself(tmp_path: Path) -> None:
    alone = Commands(tmp_path)
    assert alone("db", "status").code == 1
    assert alone("db", "init").code == 0
    arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    assert alone(*arguments, stdin=PASSWORD).code == 0
    assert alone("user", "list", "--json").json["total"] == 1
    assert not (tmp_path / "data" / "postgres" / "data" / "postmaster.pid").exists()


def test_what_is_done_here_holds_at_once_in_a_running_server(address: str, ai_editor: Commands) -> None:
    arguments = ("user", "create", "ada@example.com", "--name", "Ada", "--password-stdin")
    assert ai_editor(*arguments, stdin=PASSWORD).code == 0
    first, second = sign_in(address), sign_in(address)
    assert is_signed_in(address, first)
    listed = ai_editor("session", "list", "ada@example.com", "--json").json["sessions"]
    assert len(listed) == 2
    assert listed[0]["ipAddress"] == "127.0.0.1"

    assert ai_editor("session", "revoke", listed[1]["id"]).code == 0
    until_out(address, first)
    assert is_signed_in(address, second)

    new = "another horse altogether"
    changed = ai_editor("user", "set-password", "ada@example.com", "--password-stdin", stdin=new)
    assert "1 session ended" in changed.out
    until_out(address, second)
    assert sign_in(address) is None

    third = sign_in(address, new)
    assert is_signed_in(address, third)
    assert ai_editor("user", "delete", "ada@example.com", "--yes").code == 0
    until_out(address, third)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("two-factor/enable", 401),
        ("passkey/generate-register-options", 401),
        ("sign-in/magic-link", 404),
        ("nothing", 404),
    ],
)
def test_what_is_there_when_no_plugins_are_named(address: str, path: str, status: int) -> None:
    headers = {"Content-Type": "application/json", "Origin": address}
    body = None if path.startswith("passkey") else b'{"password": "x", "email": "ada@example.com"}'
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(urllib.request.Request(f"{address}/api/auth/{path}", body, headers))
    assert refusal.value.code == status
    refusal.value.close()


def test_a_port_that_is_taken_and_a_wrong_setting_are_one_line(address: str, ai_editor: Commands) -> None:
    port = address.rpartition(":")[2]
    taken = ai_editor.but(PORT=port)("serve")
    assert taken.code == 1
    assert port in taken.refusal
    wrong = ai_editor.but(PORT="eighty")("user", "list")
    assert wrong.code == 1
    assert "PORT is 'eighty'" in wrong.refusal


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "fe80::1"])
def test_a_host_that_is_not_this_machine_is_one_line(ai_editor: Commands, host: str) -> None:
    done = ai_editor.but(HOST=host)("serve")
    assert done.code == 1
    assert f"HOST is '{host}'" in done.refusal


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize(
    ("host", "families"),
    [
        ("::", {4, 6}),
        ("localhost", {4, 6}),
        ("127.0.0.1, [::1]", {4, 6}),
        ("0.0.0.0", {4}),
        ("::1", {6}),
        ("0::0", {4, 6}),
        ("::, 127.0.0.1, ::1", {4, 6}),
        ("::ffff:127.0.0.1", {4}),
    ],
)
def test_each_address_of_host_is_served(
    ai_editor: Commands, host: str, families: set[int], workers: str
) -> None:
    if not socket.has_ipv6:
        families = families - {6}
    with serving(ai_editor.but(HOST=host, WORKERS=workers)) as address:
        port = address.rpartition(":")[2]
        assert {
            family for family, name in ((4, "127.0.0.1"), (6, "[::1]")) if answers(f"http://{name}:{port}")
        } == families


def answers(address: str) -> bool:
    """Whether somebody serves there."""
    try:
        with urllib.request.urlopen(f"{address}/health") as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


@pytest.mark.parametrize("host", [",", "127.0.0.1,192.0.2.1"])
def test_a_host_that_is_none_of_this_machine_s_is_one_line(ai_editor: Commands, host: str) -> None:
    done = ai_editor.but(HOST=host)("serve")
    assert done.code == 1
    assert f"HOST is '{host}'" in done.refusal


def test_production_needs_a_secret_of_its_own(ai_editor: Commands) -> None:
    done = ai_editor.but(APP_ENV="production")("serve")
    assert done.code == 1
    assert "ai-editor secret generate" in done.refusal


def test_with_json_every_line_is_json(ai_editor: Commands) -> None:
    process = ai_editor.but(LOG_FORMAT="json", LOG_LEVEL="error").start("serve")
    assert process.stderr
    first = json.loads(process.stderr.readline())
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=120)
    assert first["message"] == f"AI-Editor {VERSION} serves {first['address']} in development"
    assert (first["level"], first["workers"]) == ("info", 1)
    assert all(json.loads(line) for line in rest.splitlines())


def test_a_phone_on_the_network_is_told_the_way_and_let_in(folder: Path) -> None:
    """By the address that the start prints; another is refused."""
    started = Commands(folder, {"PORT": "0", "LOG_LEVEL": "warning", "HOST": "0.0.0.0"}).start("serve")
    assert started.stderr
    said = ""
    try:
        while "stop " not in said:
            said += started.stderr.readline()
        there = re.findall(r"network   (http://\S+)", said)
        assert there == list(network.origins("0.0.0.0", int(there[0].rpartition(":")[2]))) if there else True
        for address in there:
            assert [_sign_out(address, origin) for origin in (address, "http://192.0.2.77:1")] == [200, 403]
    finally:
        started.send_signal(signal.SIGINT)
        started.communicate(timeout=120)


def _sign_out(address: str, origin: str) -> int:
    headers = {"Content-Type": "application/json", "Origin": origin, "Cookie": "a=b"}
    request = urllib.request.Request(f"{address}/api/auth/sign-out", b"{}", headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
