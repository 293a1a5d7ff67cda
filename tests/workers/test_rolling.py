"""A rolling restart loses no request, on connections that are kept neither."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.workers import busy
from tests.workers.served import Served


@pytest.fixture
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, Served(Path(folder), RATE_LIMIT_ENABLED="no") as found:
        yield found


def test_no_request_is_lost(served: Served) -> None:
    found = busy.what_people_find(served, urlsplit(served.address).port or 0)
    assert set(found) == busy.ALL_WELL, found
