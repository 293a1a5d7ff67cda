"""Chromium on the app: found, or said to be missing in one line, which is a failure where everything must run."""

import os
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import CHROMIUM

PATH = CHROMIUM.find()

if PATH is None and not os.environ.get("CI"):
    print(CHROMIUM.missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium to drive."""
    if PATH is None:
        pytest.fail(f"no Chromium for the browser tests: {CHROMIUM.advice}", pytrace=False)
    return PATH
