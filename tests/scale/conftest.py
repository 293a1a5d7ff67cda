"""Two servers behind nginx with all that they stand on; left out where nginx or Redis is missing, which is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scale.town import COUNTED, Town, town
from tests.nginx.conftest import PATH as NGINX
from tests.relay.conftest import PATH as REDIS
from tests.relay.conftest import collect_without

collect_ignore_glob = collect_without(NGINX and REDIS, ["test_*.py"])


@pytest.fixture(scope="module")
def plain() -> Iterator[Town]:
    """Without limits: a few people ask for much."""
    with town() as found:
        yield found


@pytest.fixture(scope="module")
def counted() -> Iterator[Town]:
    """With limits, counted in Redis."""
    with town(**COUNTED) as found:
        yield found


@pytest.fixture(scope="module")
def followed() -> Iterator[Town]:
    """With a standby, which is read from."""
    with town(1) as found:
        yield found
