"""Which version of what this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

DISTRIBUTION = "ai-editor-app"
"""What pip calls it, as setup.cfg and pyproject.toml do."""

try:
    VERSION = installed(DISTRIBUTION)
except PackageNotFoundError:  # run from a checkout that is not installed
    VERSION = "0"
