"""Finds the Chromium that the browser tests drive, or installs Debian's where that is allowed."""

import os
import shutil
import subprocess

from say import step

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
ADVICE = "install chromium, or set CHROME_BIN to one"


def find() -> str | None:
    """The path of CHROME_BIN, or of a Chromium on PATH."""
    named = os.environ.get("CHROME_BIN")
    if named:
        return shutil.which(named)
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def find_or_install() -> str | None:
    """The same; root on a Debian that has none gets it from apt."""
    found = find()
    if found or os.environ.get("CHROME_BIN") or not shutil.which("apt-get") or os.geteuid() != 0:
        return found
    step("Chromium from apt, for the browser tests (once)")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "--quiet", *command], env=environment, capture_output=True, check=False)
    return find()
