"""The same requests to better-auth and to us: no difference but those made on purpose."""

from __future__ import annotations

import pytest

from tests.compat.catalogue import SERVED
from tests.compat.pair import Pair
from tests.compat.report import differences

LINES = 150


@pytest.mark.parametrize("group", SERVED)
def test_the_same_answers(servers: Pair, group: str) -> None:
    verdicts = servers.judge_all(SERVED[group])
    if any(verdict.differences for verdict in verdicts):
        lines = differences(verdicts).splitlines()
        more = f"\n… {len(lines) - LINES} more lines" if len(lines) > LINES else ""
        pytest.fail("\n".join(lines[:LINES]) + more, pytrace=False)


def test_every_case_has_a_name_of_its_own() -> None:
    titles = [case.title for group in SERVED.values() for case in group]
    assert sorted(titles) == sorted(set(titles))
