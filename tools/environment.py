"""Prepares .venv: made, or mended, only when what it should hold is not what it was last filled with."""

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from say import Stop, step

# Of the interpreter, not of a virtual environment it may be running in: that may be .venv itself, to be remade.
PYTHON: str = getattr(sys, "_base_executable", sys.executable)
UNREACHABLE = (
    "NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "Connection refused", "ProxyError",
    "Network is unreachable", "Temporary failure in name resolution",
)  # fmt: skip


class Venv:
    """The project's own environment, in .venv at its root."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.bin = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")

    def prepare(self, extra: str = "") -> None:
        """Installs the project, editable, with the extra named; does nothing when that has been done."""
        stamp = self.folder / f".ready{'-' + extra if extra else ''}"
        wanted = self._wanted()
        if self._holds(stamp, wanted):
            return
        if not extra and self._holds(self.folder / ".ready-test", wanted):
            return
        self._make()
        step(f"Python packages{' for the tests' if extra else ''} (once)")
        # Python compiles what is used when it is first used: most of it never is.
        self.pip(
            "--no-compile", "--config-settings=bundle=later", "--editable", f".[{extra}]" if extra else "."
        )
        stamp.write_text(wanted)

    def pip(self, *arguments: str) -> None:
        """Runs `pip install` in .venv; its own words are kept in a log, and shown when nobody knows better."""
        log = self.folder / "pip.log"
        command = [*self._pip(), "install", "--quiet", "--disable-pip-version-check", *arguments]
        environment = {"PIP_RETRIES": "2", **os.environ, "PIP_USER": "0"}
        with log.open("w") as file:
            done = subprocess.run(
                command, cwd=self.root, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file, check=False
            )  # fmt: skip
        if done.returncode:
            raise Stop(_reason(log))

    def _wanted(self) -> str:
        """What decides over its content: this Python, this folder, and what the package says of itself."""
        cfg = configparser.RawConfigParser()
        cfg.read(self.root / "setup.cfg")
        package = [
            (name, dict(cfg[name])) for name in cfg.sections() if name.startswith(("metadata", "options"))
        ]
        build = (self.root / "pyproject.toml").read_text()
        return hashlib.sha256(f"{sys.version}{self.folder}{package}{build}".encode()).hexdigest()

    def _holds(self, stamp: Path, wanted: str) -> bool:
        return stamp.is_file() and stamp.read_text() == wanted and self.python.exists()

    def _make(self) -> None:
        """A fresh .venv, unless the one that is there runs, is of this Python, and is of this folder."""
        if self._runs():
            return
        step(f"a Python environment in .venv (Python {sys.version.split()[0]})")
        shutil.rmtree(self.folder, ignore_errors=True)
        options = [] if _imports(PYTHON, "ensurepip") else ["--without-pip"]
        made = subprocess.run(
            [PYTHON, "-m", "venv", *options, self.folder], capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise Stop(
                f"cannot make {self.folder}: {_last(made.stdout + made.stderr)}; remove it and run this again"
            )

    def _runs(self) -> bool:
        code = "import sys; print(sys.prefix, sys.version)"
        try:
            answer = subprocess.run([self.python, "-c", code], capture_output=True, text=True, check=False)
        except OSError:
            return False
        same = answer.stdout.strip() == f"{self.folder} {sys.version}"
        return same and bool(self._find_pip())

    def _pip(self) -> list[str]:
        found = self._find_pip()
        if not found:
            raise Stop(
                "this Python has neither ensurepip nor pip: install them (Debian: apt install python3-venv), "
                "then run this again"
            )
        return found

    def _find_pip(self) -> list[str]:
        """pip of .venv; where Debian left ensurepip out, the system's pip works on .venv as well."""
        if _imports(self.python, "pip"):
            return [str(self.python), "-m", "pip"]
        if _imports(PYTHON, "pip"):
            return [PYTHON, "-m", "pip", f"--python={self.python}"]
        return []


def _imports(python: str | Path, module: str) -> bool:
    return not subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode


def _last(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "no reason was given")


def _reason(log: Path) -> str:
    text = log.read_text(errors="replace")
    if "No space left on device" in text:
        return "the disk is full: make room, then run this again"
    if any(word in text for word in UNREACHABLE):
        return f"pip cannot reach its package index: connect, then run this again (pip's own words: {log})"
    errors = [line.strip() for line in text.splitlines() if line.strip().lower().startswith("error")]
    return f"pip could not install the packages: {errors[-1] if errors else _last(text)} (see {log})"
