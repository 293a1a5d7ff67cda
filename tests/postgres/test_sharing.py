"""One owner at a time; commands come and go beside it, and the last to leave stops the server."""

import time

import pytest

from tests.postgres.conftest import ACCOUNTS, Place, query

pytestmark = pytest.mark.parametrize("place", ACCOUNTS[:1], indirect=True)


def test_second_owner_is_refused_by_name(cluster: Place) -> None:
    owner = cluster.begin()
    address = owner.address()
    refused = cluster.begin().refusal()
    assert f"process {owner.pid}" in refused
    assert str(cluster.home) in refused
    assert f"is in use: waits 5 s for process {owner.pid}\n" in refused
    assert query(address, "SELECT 1") == [(1,)]
    owner.end()


def test_owner_waits_for_a_short_command(cluster: Place) -> None:
    command = cluster.begin("attached")
    command.address()
    owner = cluster.begin()
    time.sleep(0.5)
    assert owner.popen.poll() is None
    command.end()
    assert query(owner.address(), "SELECT 1") == [(1,)]
    owner.end()


def test_command_alone_runs_the_server_for_its_duration(cluster: Place) -> None:
    command = cluster.begin("attached")
    assert query(command.address(), "SELECT 1") == [(1,)]
    command.end()
    assert not cluster.running()


def test_command_beside_the_owner_leaves_the_server_alone(cluster: Place) -> None:
    owner = cluster.begin()
    address = owner.address()
    command = cluster.begin("attached")
    assert command.address() == address
    command.end()
    assert query(address, "SELECT 1") == [(1,)]
    owner.end()


def test_last_of_two_commands_stops_the_server(cluster: Place) -> None:
    first = cluster.begin("attached")
    address = first.address()
    second = cluster.begin("attached")
    assert second.address() == address
    first.end()
    assert query(address, "SELECT 1") == [(1,)]
    second.end()
    assert not cluster.running()


def test_owner_takes_over_what_a_command_left_to_another(cluster: Place) -> None:
    first = cluster.begin("attached")
    first.address()
    second = cluster.begin("attached")
    second.address()
    first.end()
    owner = cluster.begin()
    address = owner.address()
    second.end()
    assert query(address, "SELECT 1") == [(1,)]
    owner.end()
    assert not cluster.running()


def test_command_stops_the_server_of_an_owner_that_was_killed(cluster: Place) -> None:
    owner = cluster.begin()
    owner.address()
    command = cluster.begin("attached")
    address = command.address()
    owner.kill()
    assert query(address, "SELECT 1") == [(1,)]
    command.end()
    assert not cluster.running()


def test_killed_command_leaves_nothing_in_the_way(cluster: Place) -> None:
    command = cluster.begin("attached")
    command.address()
    command.kill()
    owner = cluster.begin()
    assert query(owner.address(), "SELECT 1") == [(1,)]
    owner.end()


def test_many_commands_at_once(cluster: Place) -> None:
    commands = [cluster.begin("attached") for _ in range(6)]
    for command in commands:
        assert query(command.address(), "SELECT 1") == [(1,)]
        command.end()
    assert not cluster.running()


def test_owner_stops_though_a_command_is_there(cluster: Place) -> None:
    owner = cluster.begin()
    owner.address()
    command = cluster.begin("attached")
    command.address()
    owner.end()
    assert not cluster.running()
    command.end()
