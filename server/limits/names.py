"""What is known of those who come again, by whatever names them."""

from __future__ import annotations

from typing import TypeVar

Known = TypeVar("Known")
# A client chooses what it sends: so many names of so many characters take a few megabytes.
MOST, LONGEST = 16_384, 100


def know(names: dict[str, Known], name: str, known: Known) -> None:
    """Knows it from now on, unless the name is too long to keep. Once there are too many, all begin anew.

    A plain dictionary, as it is looked into for every request: what keeps an order of them costs more than that saves.
    """
    if len(name) > LONGEST:
        return
    if len(names) >= MOST and name not in names:
        names.clear()
    names[name] = known
