"""Caddy, where this machine has one; else these tests are left out, which is said (in CI it is an error)."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))

from programs import CADDY

PATH = CADDY.find()

if PATH is None and not os.environ.get("CI"):
    print(CADDY.missing, file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]
