"""The composition root: brings the features and the command line together."""

from __future__ import annotations

import gc
import signal


def main() -> None:
    """Runs `ai-editor`, or `python -m server`."""
    heard = signal.getsignal(signal.SIGINT)
    # Ctrl-C ends imports without a trace of where they were; where it is ignored it stays so.
    if heard is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.disable()  # what is imported stays: to look for garbage in it only takes time
    from handlers import FEATURES
    from server.cli import build, output

    gc.freeze()
    gc.enable()
    signal.signal(signal.SIGINT, heard)
    output.never_fail()
    with output.written():
        build(FEATURES)(prog_name="ai-editor")


if __name__ == "__main__":
    main()
