"""What the tools tell a person: short progress, and one line when something has to be done."""

import sys


class Stop(Exception):
    """Ends the command with one line that says what to do."""


def step(text: str) -> None:
    """Says what takes its time now."""
    print(f"… {text}", file=sys.stderr, flush=True)
