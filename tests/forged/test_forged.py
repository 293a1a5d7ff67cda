"""Two thousand forged requests: cookies, bodies, queries, paths and headers, to everything there is. S38."""

from pathlib import Path

import pytest

from drill.bodies import members
from drill.forger import forge
from drill.forgery import OPTIONS, targets
from handlers import FEATURES
from tests.drilled import serving

INPUTS = 2000 // len(OPTIONS)


def test_every_endpoint_and_page_is_a_target() -> None:
    patterns = {target.pattern for target in targets()}
    assert {f"/api/auth{path}" for feature in FEATURES for path, _ in feature.api} <= patterns
    assert {"/login", "/settings/security", "/api/auth/nowhere"} <= patterns
    assert {"email", "callbackURL", "newPassword"} <= set(members())


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: " ".join(options) or "defaults")
def test_nothing_that_comes_in_makes_it_fail(
    database_url: str, clean: None, tmp_path: Path, options: dict[str, str]
) -> None:
    with serving(tmp_path, DATABASE_URL=database_url, **options) as server:
        found = forge(server.port, database_url, INPUTS, same=True)
        assert server.is_ready()
    assert found.count >= INPUTS
    assert found.kinds["timeout"] == 0
    assert found.failures == {}
    assert found.kinds["2xx"] > INPUTS // 20  # not all of it is refused at the door
