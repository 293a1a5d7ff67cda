"""How the tests are dealt out to processes that run at the same time, and where they keep their files."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

# What takes longest, by itself: it comes before the others, so that no process is left with it at the end.
BY_ITSELF = (
    *(
        "tests/workers/test_waiting.py",
        "tests/redis/test_with_better_auth.py",
        "tests/backup/",
        "tests/doctor/",
        "tests/upgrade/",
    ),
    *(
        "tests/schema/test_others.py",
        "tests/schema/test_advice.py",
        "tests/http/test_socket.py",
        "tests/relay/",
    ),
    *("tests/nginx/test_nginx.py", "tests/forged/", "tests/open_api/test_answers.py"),
    *("tests/scale/test_scale.py", "tests/patroni/", "tests/replication/test_failover.py", "tests/replicas/"),
)
# What one line names, folders or files, shares servers, a browser or a database that take long to start, so one process
# has it all, and from the start.
LONG = (
    (
        *(
            "tests/compat/test_same_answers.py",
            "tests/compat/test_client.py",
            "tests/compat/test_client_keys.py",
            "tests/compat/test_expo.py",
        ),
        "tests/compat/test_lacking.py",
    ),
    ("tests/browser/",),
    ("tests/postgres/",),
    (
        *("tests/compat/test_swap.py", "tests/compat/test_swap_flows.py", "tests/compat/test_schema.py"),
        *(
            "tests/compat/test_cookie_cache.py",
            "tests/compat/test_swap_factors.py",
            "tests/compat/test_swap_passkeys.py",
            "tests/compat/test_swap_providers.py",
        ),
    ),
    *((path,) for path in BY_ITSELF),
)
# What the files of some processes take at most: a database is 50 MB, and there are a few dozen.
ROOM = 6 * 1024**3
_PLACES = {path: (number, group[0]) for number, group in enumerate(LONG) for path in group}
_ELSEWHERE = len(LONG), ""


def rank(nodeid: str) -> int:
    """When a test's turn comes: those of LONG in that order, then all the others."""
    return _place(nodeid)[0]


def choose_temporary_folder() -> None:
    """In memory where it has room: making a database takes a quarter of the time there."""
    memory = Path("/dev/shm")
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK | os.X_OK):
        return
    may_run_programs = not os.statvfs(memory).f_flag & os.ST_NOEXEC
    if may_run_programs and shutil.disk_usage(memory).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(memory)


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file goes to one process as a whole, and what shares servers to one process too."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return _place(nodeid)[1] or _path(nodeid)


def _place(nodeid: str) -> tuple[int, str]:
    path = _path(nodeid)
    return _PLACES.get(path) or _PLACES.get(path.rpartition("/")[0] + "/", _ELSEWHERE)


def _path(nodeid: str) -> str:
    return nodeid.partition("::")[0]
