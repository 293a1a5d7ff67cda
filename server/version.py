"""Which version this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed

try:
    VERSION = installed("ai-editor")
except PackageNotFoundError:  # run from a checkout that is not installed
    VERSION = "0"
