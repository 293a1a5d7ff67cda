"""What may happen to two servers behind nginx, in short; `make scale` takes longer and keeps to bars of time, too."""

from urllib.parse import urlsplit

import pytest

from drill.ledger import Ledger
from drill.outcome import Outcome
from drill.people import sign_up
from drill.report import lines
from drill.wire import Line
from scale.cases import database, limits, replica, servers, sessions
from scale.cases.database import AWAY
from scale.cases.servers import AFTER_POST
from scale.town import Town
from tests.avatar.test_avatar import picture


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


@pytest.mark.feature("avatar")
def test_a_picture_is_the_same_at_both(plain: Town) -> None:
    ledger, served = Ledger(), []
    with Line(plain.servers[0].port) as line:
        person = sign_up(ledger, line)
        assert person
        image = line.ask("//api/avatar", cookie=person.cookie, raw=picture(), kind="image/png").json["image"]
    assert image.startswith(f"{plain.front.origin}/avatars/")
    for server in plain.servers:
        with Line(server.port) as line:
            served.append(line.ask(f"/{urlsplit(image).path}").body)
    with plain.front.door() as door:
        served.append(door.ask(f"/{urlsplit(image).path}").body)
    assert served[0].startswith(b"RIFF")
    assert len(set(served)) == 1


def test_both_count_a_client_once(counted: Town) -> None:  # S12 S13
    found = limits.exact(counted)
    held(found, "401", "429")
    assert not found.broken


def test_without_redis_each_counts_by_itself(counted: Town) -> None:  # S12
    found = limits.without_redis(counted)
    held(found, "401", "429")
    assert found.recovery is not None


def test_a_replica_that_lags_is_not_noticed(followed: Town) -> None:
    held(replica.lagging(followed, 0.5))


def test_a_replica_that_is_gone_is_not_noticed(followed: Town) -> None:
    held(replica.gone(followed, 0.5))


def test_a_standby_takes_over(followed: Town) -> None:  # S38
    found = database.failed_over(followed, 0.3)
    held(found, *AWAY)
    assert found.recovery is not None
