"""Which version of what this is."""

import os
import sys
from contextlib import suppress

DISTRIBUTION = "ai-editor-app"
"""What pip calls it, as setup.cfg and pyproject.toml do."""
_BEGIN, _END = DISTRIBUTION.replace("-", "_") + "-", ".dist-info"


def _installed() -> str:
    """As the folder says that pip has made: to have it read by importlib.metadata takes a part of every start."""
    for place in filter(None, sys.path):
        with suppress(OSError), os.scandir(place) as found:
            for each in found:
                if each.name.startswith(_BEGIN) and each.name.endswith(_END):
                    return each.name[len(_BEGIN) : -len(_END)]
    return "0"  # run from a checkout that is not installed


VERSION = _installed()
