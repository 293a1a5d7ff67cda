"""Installs the Python server that ours is measured beside, into an environment of its own."""

import shutil
import subprocess
from pathlib import Path

from say import Stop, step


def install(python: Path, folder: Path) -> None:
    """Makes folder/.venv hold what folder/requirements.txt pins, unless it does."""
    venv, wanted = folder / ".venv", (folder / "requirements.txt").read_text()
    stamp = venv / ".ready"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    step("better-auth-server from PyPI, to measure beside (once)")
    shutil.rmtree(venv, ignore_errors=True)
    _run(python, "-m", "venv", "--without-pip", venv)
    target = f"--python={venv / 'bin' / 'python'}"
    quiet = ("--quiet", "--disable-pip-version-check")
    _run(python, "-m", "pip", target, "install", *quiet, "--requirement", folder / "requirements.txt")
    stamp.write_text(wanted)


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        raise Stop(f"{(done.stdout + done.stderr).strip()}\nthe peer could not be installed: see above")
