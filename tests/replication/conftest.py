"""A primary and its standby, for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.standbys import Node, streaming


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Node, ...]]:
    """The primary first."""
    with streaming() as nodes:
        yield nodes


def both(*nodes: Node) -> str:
    """The address of whichever takes changes."""
    return f"postgresql://ai_editor@{','.join(each.host for each in nodes)}/ai_editor"
