"""Limits per address and path, as a client sees them, with either store."""

import asyncio
import time

import pytest

from tests.client import Answer, Client

ON = {"RATE_LIMIT_ENABLED": "yes", "TRUSTED_PROXIES": "127.0.0.1"}
STORES = [
    pytest.param(storage, marks=pytest.mark.environ(RATE_LIMIT_STORAGE=storage, **ON))
    for storage in ("memory", "database")
]
both = pytest.mark.parametrize("storage", STORES)
on = pytest.mark.environ(**ON)


async def ask(client: Client, path: str, address: str = "192.0.2.7", method: str = "GET") -> Answer:
    headers = {"X-Forwarded-For": address}
    body: object = None if method == "GET" else {}
    return await client.send(method, "/api/auth" + path, body, headers=headers)


async def statuses(client: Client, path: str, times: int, address: str = "192.0.2.7") -> list[int]:
    return [(await ask(client, path, address, "POST")).status for _ in range(times)]


@both
@pytest.mark.gen_test
async def test_the_fourth_sign_in_within_ten_seconds_is_refused(client: Client, storage: str) -> None:
    assert await statuses(client, "/sign-in/email", 2) == [400, 400]
    begun = time.monotonic()
    assert await statuses(client, "/sign-in/email", 1) == [400]
    answer = await ask(client, "/sign-in/email", method="POST")
    assert answer.status == 429
    sentence = "Too many requests. Please try again later."
    assert answer.json == {
        "message": sentence,
        "code": "TOO_MANY_REQUESTS",
        "error": {"code": "TOO_MANY_REQUESTS", "message": sentence},
    }
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Retry-After"] == answer.headers["X-Retry-After"]
    assert 9 - (time.monotonic() - begun) <= int(answer.headers["Retry-After"]) <= 10
    assert answer.headers["Cache-Control"] == "no-store"


@both
@pytest.mark.gen_test
async def test_each_address_and_each_path_has_a_count_of_its_own(client: Client, storage: str) -> None:
    assert await statuses(client, "/sign-in/email", 4) == [400, 400, 400, 429]
    assert await statuses(client, "/sign-in/email", 1, "192.0.2.8") == [400]
    assert await statuses(client, "/sign-up/email", 1) == [400]
    assert await statuses(client, "/sign-in/emails", 1) == [404]
    assert await statuses(client, "/sign-in/email/", 1) == [429], "but a slash makes no other path"


@both
@pytest.mark.gen_test
async def test_a_network_of_ipv6_is_one_address(client: Client, storage: str) -> None:
    assert [(await statuses(client, "/sign-in/email", 1, f"2001:db8::{n}"))[0] for n in range(4)] == [
        400, 400, 400, 429,
    ]  # fmt: skip


@both
@pytest.mark.gen_test
async def test_exactly_a_hundred_of_many_at_once(client: Client, storage: str) -> None:
    answers = await asyncio.gather(*(ask(client, "/ok") for _ in range(150)))
    assert sorted(answer.status for answer in answers) == [200] * 100 + [429] * 50


@on
@pytest.mark.gen_test
async def test_the_limit_comes_before_everything_else(client: Client) -> None:
    """Before the wrong method, the unknown path, the wrong type of body and the wrong origin. S13."""
    await statuses(client, "/sign-in/email", 3)
    assert (await ask(client, "/sign-in/email")).status == 429
    assert await statuses(client, "/sign-in/nowhere", 4) == [404, 404, 404, 429]
    text = {"X-Forwarded-For": "192.0.2.7", "Content-Type": "text/plain"}
    assert (await client.send("POST", "/api/auth/sign-in/email", raw=b"x", headers=text)).status == 429
    evil = {"X-Forwarded-For": "192.0.2.7", "Origin": "https://evil.example", "Cookie": "a=b"}
    assert (await client.api("/sign-in/email", {}, headers=evil)).status == 429


@both
@pytest.mark.gen_test
async def test_paths_that_are_made_up_share_a_count(client: Client, storage: str) -> None:  # S46
    """Those of no route, and what a route takes from its end: a client has as many of them as it likes."""
    made_up = [f"/sign-in/{number}" for number in range(3)]
    assert [(await ask(client, path)).status for path in [*made_up, "/sign-in/other"]] == [404, 404, 404, 429]
    assert (await ask(client, "/sign-in/email", method="POST")).status == 400, "which has one of its own"
    many = await asyncio.gather(*(ask(client, f"/made-up/{number}") for number in range(101)))
    assert sorted(answer.status for answer in many) == [404] * 100 + [429]
    links = await asyncio.gather(
        *(ask(client, f"/reset-password/{number}?callbackURL=/") for number in range(101))
    )
    assert sorted(answer.status for answer in links) == [302] * 100 + [429]


@on
@pytest.mark.gen_test
async def test_a_preflight_is_not_counted(client: Client) -> None:
    asked = {"X-Forwarded-For": "192.0.2.7", "Access-Control-Request-Method": "POST"}
    preflights = [await client.send("OPTIONS", "/api/auth/sign-in/email", headers=asked) for _ in range(5)]
    assert {answer.status for answer in preflights} == {204}
    assert await statuses(client, "/sign-in/email", 4) == [400, 400, 400, 429]


@on
@pytest.mark.gen_test
async def test_a_trusted_origin_may_read_the_wait(client: Client) -> None:
    await statuses(client, "/sign-in/email", 3)
    answer = await ask(client, "/sign-in/email", method="POST")
    assert answer.headers["Access-Control-Allow-Origin"] == client.base_url
    assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.environ(RATE_LIMIT_ENABLED="yes")
@pytest.mark.gen_test
async def test_a_made_up_forwarded_address_changes_nothing(client: Client) -> None:  # S13
    assert [(await statuses(client, "/sign-in/email", 1, f"192.0.2.{n}"))[0] for n in range(4)] == [
        400, 400, 400, 429,
    ]  # fmt: skip


@on
@pytest.mark.gen_test
async def test_only_the_hop_before_the_proxy_counts(client: Client) -> None:  # S13
    chains = [f"203.0.113.{n}, 192.0.2.7" for n in range(4)]
    assert [(await statuses(client, "/sign-in/email", 1, chain))[0] for chain in chains] == [
        400,
        400,
        400,
        429,
    ]


@pytest.mark.gen_test
async def test_none_while_developing(client: Client) -> None:
    assert await statuses(client, "/sign-in/email", 8) == [400] * 8
