"""The tools are no package: they run before anything is installed, and are imported here as they import each other."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))
