"""An ordinary life: start, stop, start again."""

import os
import signal
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.postgres.conftest import Place, query


def test_first_start_makes_the_database_and_its_role(place: Place) -> None:
    owner = place.begin()
    address = owner.address()
    assert query(address, "SELECT current_user, current_database(), lower('ÄÖ')") == [
        ("ai_editor", "ai_editor", "äö")
    ]
    assert query(address, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
    owner.end()
    assert not place.running()
    assert sorted(file.name for file in place.home.iterdir()) == [
        "data",
        "owner.lock",
        "postgres.log",
        "users.lock",
    ]


def test_restart_keeps_rows(cluster: Place) -> None:
    owner = cluster.begin()
    query(owner.address(), "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
    owner.end()
    again = cluster.begin()
    assert query(again.address(), "SELECT count(*) FROM kept") == [(1000,)]
    again.end()


def test_nobody_else_reaches_it(cluster: Place) -> None:
    owner = cluster.begin()
    address = owner.address()
    folder = Path(parse_qs(urlsplit(address).query)["host"][0])
    assert folder.stat().st_mode & 0o077 == 0
    assert query(address, "SHOW listen_addresses") == [("",)]
    assert query(address, "SHOW fsync") == [("on",)]
    owner.end()


def test_interrupt_is_the_owners_matter(cluster: Place) -> None:
    owner = cluster.begin()
    owner.address()
    assert os.getsid(cluster.postmaster()) != os.getsid(owner.pid)
    os.killpg(owner.pid, signal.SIGINT)
    owner.popen.communicate(timeout=150)
    assert not cluster.running()
