"""What `make scale` calculates and writes. No time is asserted."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.figures import Section
from scale.arithmetic import NEEDED, POPULATIONS, Assumed, Load, known, rows, written
from scale.front import Passed
from scale.questions.carries import IN, MISS, PROLONGED, UP
from scale.spread import Spread
from scale.words import SCALING

EACH = (UP, IN, MISS, PROLONGED)
MEASURED = {
    **{f"cpu {name}": 1000.0 for name in EACH},
    **{f"wal {name}": 2000.0 for name in EACH},
    "user": 700.0,
    "session": 300.0,
    "event": 400.0,
    "hashes": 4.0,
    "cached": 1000.0,
    "answer": 100.0,
    "front": 50.0,
}


def sections() -> list[Section]:
    empty = Section("", "title", "text", ["a"], [["b"]])
    found = [replace(empty, key=key) for key in sorted(NEEDED)]
    return [replace(found[0], measured=MEASURED), *found[1:]]


def test_users_become_work() -> None:
    assumed = Assumed(active=0.5, signing_in=0.1, signing_up=0.01, sessions=2, asking=10, peak=2, servers=3)
    load = Load(8_640_000, assumed)
    assert load.rates == pytest.approx({UP: 2, IN: 20, MISS: 300, PROLONGED: 100})
    assert load.asked == pytest.approx(1000)
    assert load.sessions == 17_280_000


def test_work_becomes_machines() -> None:
    found = {row[0]: row[1:] for row in rows(known(sections()), Assumed())}
    assert all(len(row) == len(POPULATIONS) for row in found.values())
    # Per million users: 700 bytes each, 1.5 sessions of 300.
    assert found["users and sessions on the disk, GB"] == ["1.15", "11.5", "115"]
    # 51 000 events of 400 bytes on each of 365 days.
    assert found["events of a year on the disk, GB"] == ["7.45", "74.5", "745"]
    # 50 000 on a day, at three times the mean, four for each core a second.
    assert found["cores that hash passwords"] == ["0.43", "4.34", "43.4"]
    assert found["sessions of a day in the memory of our servers, GB"] == ["0.20", "2.00", "20.0"]


def test_what_was_not_measured_is_not_calculated_with() -> None:
    assert written(sections()).startswith("## For so many users")
    assert written(sections()[1:]) == ""


def test_the_page_says_it_all(tmp_path: Path) -> None:
    page = replace(SCALING, folder=tmp_path)
    page.remember(sections(), {"processor": "this"}, {"rounds": 5, "seconds": 3, "warmup": 3})
    text = page.path.read_text()
    for part in (
        "## How it is put together",
        "5 of 3 s after 3 s",
        "## For so many users",
        "None of it was tried",
    ):
        assert part in text
    page.path.unlink()
    page.rewrite()
    assert page.path.read_text() == text


def test_the_log_of_nginx_tells_who_was_sent_what(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    start = "127.0.0.1 [2026-01-02T03:04:05+00:00]"
    log.write_text(
        f"{start} GET /a HTTP/1.1 200 2 0.001 by 127.0.0.1:1 200 312\n"
        f"{start} GET /a HTTP/1.1 200 2 0.001 by 127.0.0.1:1, 127.0.0.1:2 502, 200 312, 312\n"
        f"{start} POST /a HTTP/1.1 200 2 0.001 by 127.0.0.1:1, 127.0.0.1:2 502, 200 0, 312\n"
        f"{start} POST /a HTTP/1.1 503 2 0.001 by 127.0.0.1:1 502 312\n"
        f"{start} GET /metrics HTTP/1.1 404 2 0.000 by - - -\n"
    )
    found = Passed.read(log)
    assert found.answered == {"127.0.0.1:1": 2, "127.0.0.1:2": 2, "-": 1}
    assert found.again == {"GET": 1, "POST": 1}
    assert found.repeated == {"GET": 1, "POST": 0}
    assert found.since(Passed.read(log)).again == {}


def test_times_have_a_middle_and_an_end() -> None:
    spread = Spread([each / 1000 for each in range(1, 101)])
    assert (spread.p50, spread.p99, spread.most) == (0.051, 0.1, 0.1)
    assert str(Spread([0.005])) == "p50 5.0 ms, p99 5.0 ms, at most 5.0 ms"
