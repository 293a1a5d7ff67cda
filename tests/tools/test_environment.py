"""`.venv` is made once, again when it must hold something else, and mended when it is half made."""

from pathlib import Path

import environment
import pytest
from say import Stop

CFG = "[metadata]\nname = x\n[options]\ninstall_requires = {}\n[mypy]\nstrict = {}\n"


class Recorded(environment.Venv):
    """Counts what would be installed, and may fail at it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls: list[str] = []
        self.fails = False

    def pip(self, *arguments: str) -> None:
        self.calls.append(arguments[-1])
        if self.fails:
            raise Stop("no network")


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """One for a project of its own; making it takes no pip."""
    (tmp_path / "setup.cfg").write_text(CFG.format("a", "yes"))
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(environment.Venv, "_find_pip", lambda self: ["pip"])
    monkeypatch.setattr(environment, "_imports", lambda python, module: False)
    return Recorded(tmp_path)


def test_second_time_does_nothing(venv: Recorded) -> None:
    venv.prepare()
    venv.prepare()
    assert venv.calls == ["."]
    assert venv.python.exists()


def test_test_extra_covers_the_app(venv: Recorded) -> None:
    venv.prepare("test")
    venv.prepare()
    venv.prepare("test")
    assert venv.calls == [".[test]"]


def test_failed_install_is_tried_again(venv: Recorded) -> None:
    venv.fails = True
    with pytest.raises(Stop):
        venv.prepare()
    venv.fails = False
    venv.prepare()
    assert venv.calls == [".", "."]


def test_only_what_the_package_says_of_itself_counts(venv: Recorded) -> None:
    venv.prepare()
    (venv.root / "setup.cfg").write_text(CFG.format("a", "no"))
    venv.prepare()
    assert venv.calls == ["."]
    (venv.root / "setup.cfg").write_text(CFG.format("b", "no"))
    venv.prepare()
    assert venv.calls == [".", "."]


def test_broken_interpreter_is_replaced(venv: Recorded) -> None:
    venv.prepare()
    venv.python.unlink()
    venv.python.symlink_to("/nonexistent/python3")
    venv.prepare()
    assert venv.calls == [".", "."]
    assert venv.python.exists()


def test_half_made_folder_is_replaced(venv: Recorded) -> None:
    venv.bin.mkdir(parents=True)
    venv.python.touch()
    venv.prepare()
    assert venv.python.stat().st_size > 0


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (
            "WARNING: Retrying … NewConnectionError(…)\nERROR: No matching distribution found for x",
            "cannot reach",
        ),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        (
            "error: something\nERROR: No matching distribution found for y",
            "No matching distribution found for y",
        ),
        ("", "no reason was given"),
    ],
)
def test_pips_failures_are_one_line(words: str, line: str, tmp_path: Path) -> None:
    log = tmp_path / "pip.log"
    log.write_text(words)
    reason = environment._reason(log)
    assert line in reason
    assert "\n" not in reason
