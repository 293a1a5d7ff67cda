"""A PostgreSQL for those tests that take it away."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.postgres.cluster import Cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that a test may stop or kill."""
    with tempfile.TemporaryDirectory() as folder:
        found = Cluster(Path(folder) / "postgres")
        yield found
        found.stop()
