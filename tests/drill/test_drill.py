"""The drills that tell most, in short: nothing acknowledged is lost, nobody is signed out, and it goes on."""

import pytest

from drill import report
from drill.__main__ import DRILLS
from drill.drills import killed, written
from drill.ledger import Account, Ledger
from drill.outcome import Outcome
from drill.people import sign_in
from drill.wire import Answer, Line


def held(found: Outcome) -> None:
    """No bar of time, which a busy machine may break."""
    assert found.requests > 0
    assert (found.lost, found.false_sign_outs) == (0, 0)
    assert found.recovery is not None


def test_a_killed_worker_costs_nothing() -> None:  # S38
    held(killed.worker(seconds=0.5, times=1))


def test_nothing_that_was_said_to_be_saved_is_lost() -> None:
    held(written.documents(times=3))


def test_a_killed_database_costs_nothing() -> None:  # S38
    held(killed.database(seconds=1.0, times=1))


def answer(status: int, body: bytes = b"null", sent: float = 0.0) -> Answer:
    return Answer(status, str(status), body, {}, "", sent, 0.1)


class Says(Line):
    """Always the same."""

    def __init__(self, said: Answer) -> None:
        super().__init__(1)
        self._said = said

    def ask(self, *_: object, **__: object) -> Answer:
        return self._said


@pytest.fixture
def account() -> Account:
    return Account(
        "a@example.com", ["one", "two"], ["A"], acknowledged=True, cookie="c", ended=[("old", 5.0)]
    )


def test_the_ledger_sees_a_lost_password(account: Account) -> None:
    ledger = Ledger()
    sign_in(ledger, Says(answer(401)), account)
    assert len(ledger.lost) == 1
    sign_in(ledger, Says(answer(503)), account)
    assert len(ledger.lost) == 1


def test_the_ledger_sees_a_false_sign_out(account: Account) -> None:
    ledger = Ledger()
    ledger.look(Says(answer(200, b'{"user": {}}')), account)
    assert ledger.false_sign_outs == 0
    ledger.look(Says(answer(200)), account)
    assert ledger.false_sign_outs == 1


def test_the_ledger_sees_a_stale_yes(account: Account) -> None:
    ledger = Ledger()
    ledger.look_for_ended(Says(answer(200)), account)
    assert ledger.stale == []
    ledger.look_for_ended(Says(answer(200, b'{"user": {}}', sent=7.5)), account)
    assert ledger.stale == [2.5]


def test_recovery_is_from_the_blow_to_the_last_failure() -> None:
    ledger = Ledger(failed_at=[1.0, 12.0], good_at=13.0)
    assert ledger.recovered(10.0) == 2.0
    assert ledger.recovered(12.5) == 0.0
    ledger.failed_at.append(14.0)
    assert ledger.recovered(10.0) is None


def test_bars_that_broke_are_told(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "drills.md"  # type: ignore[operator]
    monkeypatch.setattr(report, "PAGE", page)
    found = Outcome("x", "a | blow").take(Ledger(lost=["the name of a"], false_sign_outs=2, stale=[0.7]))
    found.failures = {"200": 5, "500": 1}
    found.allow(("200", "503"))
    found.fresh_within(0.5)
    found.back_within(1, None)
    assert len(found.broken) == 5
    report.write([found, Outcome("y", "z", left_out=True)], {"system": "here"})
    text = page.read_text()
    assert "**broken**" in text
    assert "left out" in text
    assert "failed: 1 × 500" in text


def test_every_drill_has_a_name_of_its_own() -> None:
    assert len(set(DRILLS.values())) == len(DRILLS)
