"""What may happen to two servers behind nginx, in short; `make scale` takes longer and keeps to bars of time, too."""

from drill.outcome import Outcome
from drill.report import lines
from scale.cases import limits, servers, sessions
from scale.cases.servers import AFTER_POST
from scale.town import Town


def held(found: Outcome, *may_be: str) -> None:
    """No bar of time, which a busy machine may break."""
    print("\n".join(lines(found)))
    assert found.requests > 0
    assert (found.lost, found.false_sign_outs) == (0, 0)
    assert set(found.failures) <= set(may_be), found.failures


def test_servers_are_replaced_one_after_the_other(plain: Town) -> None:
    held(servers.rolling(plain))


def test_a_killed_server_costs_what_it_was_changing(plain: Town) -> None:  # S38
    found = servers.killed(plain, seconds=0.3)
    held(found, AFTER_POST)
    assert not plain.front.passed_on().repeated["POST"]
    assert found.failures.get(AFTER_POST, 0) <= 6


def test_a_session_that_one_ended_is_refused_by_the_other(plain: Town) -> None:
    held(sessions.revoked(plain))


def test_both_count_a_client_once(counted: Town) -> None:  # S12 S13
    found = limits.exact(counted)
    held(found, "401", "429")
    assert not found.broken


def test_without_redis_each_counts_by_itself(counted: Town) -> None:  # S12
    found = limits.without_redis(counted)
    held(found, "401", "429")
    assert found.recovery is not None
