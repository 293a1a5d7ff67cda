"""Behind nginx, which keeps its connections to us: a rolling restart loses no request and is no 502."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.nginx.conftest import nginx
from tests.workers import busy
from tests.workers.served import Served


@pytest.mark.parametrize("kept", ["keepalive 16;", ""], ids=["kept", "each-its-own"])
def test_no_request_is_lost(tmp_path: Path, port: int, kept: str) -> None:
    settings = {
        "BETTER_AUTH_TRUSTED_ORIGINS": f"http://127.0.0.1:{port}",
        "TRUSTED_PROXIES": "127.0.0.1",
        "RATE_LIMIT_ENABLED": "no",
    }
    with Served(tmp_path, **settings) as served:
        behind = urlsplit(served.address).port or 0
        with nginx(port, behind, kept) as complaints:
            found = busy.what_people_find(served, port, rounds=1)
            complained = complaints.read_text()
    assert not complained
    assert set(found) == busy.ALL_WELL, found
