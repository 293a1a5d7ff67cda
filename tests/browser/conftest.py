"""Chromium on the app: found, or said to be missing in one line, which is a failure where everything must run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import CHROMIUM

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
COMMAND = (sys.executable, "-m", "playwright", "launch-server")

PATH = CHROMIUM.find()

if PATH is None and not os.environ.get("CI"):
    print(CHROMIUM.missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Chromium that runs for all tests; each has windows of its own in it, which know of no others."""
    if PATH is None:
        pytest.fail(f"no Chromium for the browser tests: {CHROMIUM.advice}", pytrace=False)
    options = tmp_path_factory.mktemp("browser") / "options.json"
    options.write_text(json.dumps({"executablePath": PATH, "args": FLAGS}))
    command = [*COMMAND, "--browser", "chromium", "--config", str(options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().strip()
        process.terminate()
