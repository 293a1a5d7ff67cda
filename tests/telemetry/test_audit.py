"""What is written down of proofs besides signing in: each that was right, and each that was not. S36."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.client import PASSWORD, Client
from tests.telemetry.conftest import Log

NEW = "another correct horse"
Event = dict[str, Any]


def events(text: str) -> list[Event]:
    return [json.loads(line) for line in text.splitlines() if '"event"' in line]


TRIES: dict[str, tuple[Callable[[Client], Awaitable[object]], list[str]]] = {
    "a reset's token": (
        lambda client: client.api("/reset-password", {"token": "guess", "newPassword": NEW}),
        ["token-refused"],
    ),
    "a reset's link": (lambda client: client.api("/reset-password/guess?callbackURL=/x"), ["token-refused"]),
    "a verification": (lambda client: client.api("/verify-email?token=guess"), ["token-refused"]),
    "a verification that leads on": (
        lambda client: client.api("/verify-email?token=guess&callbackURL=/x"),
        ["token-refused"],
    ),
    "a deletion": (lambda client: client.api("/delete-user/callback?token=guess"), ["token-refused"]),
    "a deletion by the app": (lambda client: client.api("/delete-user", {"token": "guess"}), ["token-refused"]),
    "the password of a change": (
        lambda client: client.api("/change-password", {"currentPassword": "wrong one", "newPassword": NEW}),
        ["password-check-failed"],
    ),
    "the password of a deletion": (
        lambda client: client.api("/delete-user", {"password": "wrong one"}),
        ["password-check-failed"],
    ),
    "a password": (lambda client: client.api("/verify-password", {"password": "wrong one"}), ["password-check-failed"]),
    "the right password": (lambda client: client.api("/verify-password", {"password": PASSWORD}), ["password-checked"]),
    "a change": (
        lambda client: client.api("/change-password", {"currentPassword": PASSWORD, "newPassword": NEW}),
        ["password-changed"],
    ),
    "a mail to verify": (
        lambda client: client.api("/send-verification-email", {"email": "ada@example.com"}),
        ["verification-requested"],
    ),
    "a deleted account": (lambda client: client.api("/delete-user", {"password": PASSWORD}), ["user-deleted"]),
}  # fmt: skip


@pytest.mark.parametrize("what", TRIES)
@pytest.mark.gen_test
async def test_each_proof_is_written_down(client: Client, log: Log, what: str) -> None:
    await client.sign_up()
    written = log("info", "json")
    ask, names = TRIES[what]
    await ask(client)
    text = written()
    found = events(text)
    assert [event["event"] for event in found] == names
    assert all(event["request_id"] and event["ip_address"] == "127.0.0.1" for event in found)
    assert all("user_id" in event or event["code"] == "INVALID_TOKEN" for event in found)
    assert "guess" not in text  # S35


@pytest.mark.environ(DELETE_USER_VERIFICATION="yes")
@pytest.mark.gen_test
async def test_a_deletion_that_is_asked_for(client: Client, log: Log) -> None:
    await client.sign_up()
    written = log("info", "json")
    await client.api("/delete-user", {"password": PASSWORD})
    assert [event["event"] for event in events(written())] == ["deletion-requested"]


@pytest.mark.gen_test
async def test_the_answer_to_a_stranger_costs_the_same_line(client: Client, log: Log) -> None:  # S10
    await client.sign_up()
    written = log("info", "json")
    lines = []
    stranger = Client(client.base_url)
    for address in ("ada@example.com", "nobody@example.com"):
        await stranger.api("/send-verification-email", {"email": address})
        lines += events(written())
    assert [line["event"] for line in lines] == ["verification-requested"] * 2
    assert set(lines[0]) == set(lines[1])
