"""The composition root: brings the features and the command line together."""

from __future__ import annotations

from handlers import FEATURES
from server.cli import build, output


def main() -> None:
    """Runs `ai-editor`, or `python -m server`."""
    output.never_fail()
    build(FEATURES)(prog_name="ai-editor")


if __name__ == "__main__":
    main()
