"""The composition root: brings the features and the command line together."""

from __future__ import annotations

import gc

gc.disable()  # what is imported stays, and to look for garbage in it takes a seventh of the start

from handlers import FEATURES  # noqa: E402
from server.cli import build, output  # noqa: E402

gc.freeze()
gc.enable()


def main() -> None:
    """Runs `ai-editor`, or `python -m server`."""
    output.never_fail()
    build(FEATURES)(prog_name="ai-editor")


if __name__ == "__main__":
    main()
