"""What a person sees of `make`."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import make
import node
import programs
import pytest
from say import Stop

from tests.tools.conftest import ROOT


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def fake_python(folder: Path, version: str) -> Path:
    """An interpreter that is too old: it says its version, and no to anything else."""
    program = folder / "python3"
    program.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo "Python {version}" && exit 0\nexit 1\n')
    program.chmod(0o755)
    return program


def test_make_alone_lists_the_commands() -> None:
    answer = run("make", MAKEFLAGS="")
    for command in ("serve", "setup", "test", "lint", "format", "web"):
        assert f"  make {command} " in answer.stdout


def test_every_target_has_its_command() -> None:
    recipes = {line.split()[-1] for line in (ROOT / "Makefile").read_text().splitlines() if "$(RUN) " in line}
    assert recipes == set(make.COMMANDS)


def test_old_python_is_one_line(tmp_path: Path) -> None:
    fake_python(tmp_path, "3.9.2")
    answer = run("/bin/sh", "tools/python", "tools/make.py", "setup", PATH=str(tmp_path), PYTHON="")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr.count("\n") == 1
    assert "3.11 or newer is needed (found: Python 3.9.2)" in answer.stderr


def test_no_python_is_one_line(tmp_path: Path) -> None:
    answer = run("/bin/sh", "tools/python", "-V", PATH=str(tmp_path), PYTHON="")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1


def test_named_python_is_the_one(tmp_path: Path) -> None:
    folder = tmp_path / "with space"
    folder.mkdir()
    (folder / "python").symlink_to(sys.executable)
    answer = run(
        "/bin/sh", "tools/python", "-c", "import sys; print(sys.executable)", PYTHON=f"{folder}/python"
    )
    assert answer.stdout.strip() == f"{folder}/python"
    refused = run("/bin/sh", "tools/python", "-V", PYTHON=str(fake_python(tmp_path, "3.10.1")))
    assert "found: Python 3.10.1" in refused.stderr


def test_folder_without_write_permission_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make, "ROOT", Path("/proc/1"))
    monkeypatch.setattr(sys, "argv", ["make.py", "setup"])
    assert make.main() == 1
    assert capsys.readouterr().err.startswith("cannot write in /proc/1 (")


@pytest.mark.parametrize("program", programs.ALL, ids=lambda each: each.package)
def test_a_missing_program_fails_where_all_must_run(
    monkeypatch: pytest.MonkeyPatch, program: programs.Program
) -> None:
    monkeypatch.setenv(program.variable, "/nonexistent/program")
    assert program.find_or_install() is None
    monkeypatch.delenv("CI", raising=False)
    assert make.without(program) == [f"--ignore=tests/{program.tests}"]
    monkeypatch.setenv("CI", "true")
    with pytest.raises(Stop, match=program.variable):
        make.without(program)


def test_a_server_is_found_though_path_lacks_the_folders_of_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    program = programs.Program(("ldconfig",), "LDCONFIG_PROGRAM", ("libc-bin",), "nginx")
    assert program.find() in ("/usr/sbin/ldconfig", "/sbin/ldconfig")


@pytest.mark.parametrize(
    ("known", "asked"), [(("a-shell", "a"), ["a-shell"]), (("a",), ["a-shell", "a"]), ((), ["a-shell", "a"])]
)
def test_the_best_package_that_the_system_knows_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, known: tuple[str, ...], asked: list[str]
) -> None:
    """Without root's rights or Debian: apt is one that makes a program of each package it knows."""
    apt = tmp_path / "apt-get"
    apt.write_text(
        f"#!/bin/sh\nfor last; do :; done\n[ $2 = install ] || exit 0\necho $last >> {tmp_path}/asked\n"
        f'case " {" ".join(known)} " in *" $last "*) cp {apt} {tmp_path}/$last;; *) exit 100;; esac\n'
    )
    apt.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("os.geteuid", lambda: 0)
    program = programs.Program(("a-shell", "a"), "A_PROGRAM", ("a-shell", "a"), "browser")
    assert program.find_or_install() == (f"{tmp_path}/{known[0]}" if known else None)
    assert (tmp_path / "asked").read_text().split() == asked


def test_first_failure_is_the_exit_code_and_all_run(tmp_path: Path) -> None:
    commands = [
        (["/bin/sh", "-c", f"echo {code} >> ran; exit {code}"], tmp_path, os.environ) for code in (0, 3, 4)
    ]
    with pytest.raises(SystemExit) as ended:
        make.run_all(*commands)
    assert ended.value.code == 3
    assert (tmp_path / "ran").read_text().split() == ["0", "3", "4"]


def test_together_they_run_at_the_same_time_and_speak_in_turn(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The first one ends only when the second has begun, and the second goes on until the first has ended."""
    first = "until [ -e second ]; do sleep 0.01; done; echo first; touch first"
    second = "echo second; touch second; until [ -e first ]; do sleep 0.01; done; exit 5"
    with pytest.raises(SystemExit) as ended:
        make.run_together(
            *([(["/bin/sh", "-c", command], tmp_path, os.environ)] for command in (first, second))
        )
    assert ended.value.code == 5
    assert capfd.readouterr().out == "first\nsecond\n"


def test_what_npm_does_goes_on_beside_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Either waits for the other's first word."""
    pip, npm = Event(), Event()

    def install(_extra: str) -> None:
        pip.set()
        assert npm.wait(60)

    def build() -> None:
        npm.set()
        assert pip.wait(60)

    monkeypatch.setattr(make.VENV, "prepare", install)
    monkeypatch.setattr(node, "on_path", lambda: True)
    make.prepare_all("test", build)


def test_npm_waits_for_a_node_that_pip_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    said = list[str]()
    monkeypatch.setattr(make.VENV, "prepare", said.append)
    monkeypatch.setattr(node, "on_path", lambda: False)
    make.prepare_all("pip", lambda: said.append("npm"))
    assert said == ["pip", "npm"]
