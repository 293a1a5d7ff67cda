"""How the tests are dealt out to processes that run at the same time."""

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes longest. Files in one line share servers that take long to start, so one process has them all.
LONG = (
    ("tests/compat/test_same_answers.py", "tests/compat/test_client.py"),
    ("tests/compat/test_swap.py", "tests/compat/test_swap_flows.py", "tests/compat/test_schema.py"),
)
_PLACES = {path: (number, group[0]) for number, group in enumerate(LONG) for path in group}


def rank(nodeid: str) -> int:
    """When a test's turn comes: those of LONG in that order, then all the others."""
    return _PLACES.get(_path(nodeid), (len(LONG), ""))[0]


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file goes to one process as a whole, and what shares servers to one process too."""

    def __init__(self, config: pytest.Config) -> None:
        super().__init__(config)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        path = _path(nodeid)
        return _PLACES[path][1] if path in _PLACES else path


def _path(nodeid: str) -> str:
    return nodeid.partition("::")[0]
