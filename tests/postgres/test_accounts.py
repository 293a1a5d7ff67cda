"""Who may run it: besides root and a person, root in a container without namespaces, and a nameless user."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.postgres.conftest import ACCOUNTS, RARE_ACCOUNTS, ROOT, Place, query

every_account = pytest.mark.parametrize("place", ACCOUNTS + RARE_ACCOUNTS, indirect=True)


@every_account
def test_first_start_is_not_roots_and_changes_no_folder_above(place: Place) -> None:
    if place.uid is None and not place.environment.get("PATH"):
        place.folder.chmod(0o700)
    before = place.folder.stat().st_mode
    owner = place.begin()
    owner.address()
    status = Path(f"/proc/{place.postmaster()}/status").read_text()
    assert [line.split()[1] for line in status.splitlines() if line.startswith("CapEff")] == ["0" * 16]
    owner.end()
    assert place.folder.stat().st_mode == before
    files = [place.home, *place.home.rglob("*")]
    assert {file.stat().st_uid for file in files} == {place.home.stat().st_uid}


@every_account
def test_rows_outlive_owner_and_server(place: Place) -> None:
    owner = place.begin()
    query(owner.address(), "CREATE TABLE kept AS SELECT 1 AS n")
    owner.kill()
    heir = place.begin()
    assert query(heir.address(), "SELECT n FROM kept") == [(1,)]
    heir.end()
    again = place.begin()
    assert query(again.address(), "SELECT n FROM kept") == [(1,)]
    again.end()


@pytest.mark.parametrize("place", ACCOUNTS[-1:], indirect=True)
def test_a_persons_cluster_serves_root_and_stays_the_persons(cluster: Place) -> None:
    """Root is the only other who may; a person's own second start says the same of what must not change."""
    cluster.account = ACCOUNTS[0]
    owner = cluster.begin()
    assert query(owner.address(), "SELECT 1") == [(1,)]
    owner.end()
    cluster.account = ACCOUNTS[-1]
    again = cluster.begin()
    assert query(again.address(), "SELECT 1") == [(1,)]
    again.end()


@pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)
def test_root_may_start_it_in_a_closed_folder_of_a_person(place: Place) -> None:
    """As after `sudo make serve` in a home that only its owner may enter: it then runs as that owner."""
    place.folder.chmod(0o700)
    if ROOT:
        os.chown(place.folder, 65534, 65534)
    place.account = ACCOUNTS[0]
    owner = place.begin()
    assert query(owner.address(), "SELECT 1") == [(1,)]
    owner.end()
    uids = subprocess.run(["stat", "-c", "%u", place.home], capture_output=True, text=True, check=True).stdout
    assert int(uids) == place.folder.stat().st_uid
