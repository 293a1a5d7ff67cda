"""better-auth and our server, started once for all comparisons; and both on one database, for the swaps."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.catalogue import SERVED, option_sets
from tests.compat.databases import Databases
from tests.compat.pair import Pair, pair
from tests.compat.shared import Shared, shared


@pytest.fixture(scope="session")
def compat_databases(database_server: str) -> Iterator[Databases]:
    """The PostgreSQL of the tests, asked for databases of the comparison's own."""
    databases = Databases(database_server)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def servers(compat_databases: Databases) -> Iterator[Pair]:
    """Both servers under every option set that the comparison needs."""
    with pair(compat_databases, option_sets(SERVED)) as both:
        yield both


@pytest.fixture(scope="session")
def one_database(compat_databases: Databases) -> Iterator[Shared]:
    """Both servers on one database, which ours has made."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        yield stack.enter_context(shared(compat_databases, folder))
