"""better-auth and our server, started once for all comparisons; and both on one database, for the swaps."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from server.postgres.server import SETTINGS
from tests.compat.catalogue import LACKING, SERVED, option_sets
from tests.compat.databases import MANY, Databases
from tests.compat.pair import Pair, pair
from tests.compat.shared import Shared, shared, with_factors
from tests.conftest import database_cluster


@pytest.fixture(scope="package")
def compat_databases() -> Iterator[Databases]:
    """A PostgreSQL beside the other tests': better-auth holds most of its connections to the end."""
    with patch.dict(SETTINGS, MANY), database_cluster() as url:
        databases = Databases(url)
        yield databases
        databases.close()


@pytest.fixture(scope="package")
def servers(compat_databases: Databases) -> Iterator[Pair]:
    """Both servers under every option set that the comparison needs."""
    with pair(compat_databases, option_sets(SERVED | LACKING)) as both:
        yield both


@pytest.fixture(scope="package")
def one_database(compat_databases: Databases) -> Iterator[Shared]:
    """Both servers on one database, which ours has made."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        yield stack.enter_context(shared(compat_databases, folder))


@pytest.fixture(scope="package")
def one_with_factors(compat_databases: Databases) -> Iterator[Shared]:
    """The same with a second factor at both."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        yield stack.enter_context(with_factors(compat_databases, folder))
