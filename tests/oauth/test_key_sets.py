"""The keys of providers: fetched once, again when a new one is named, and never as often as somebody likes."""

from collections.abc import Iterator

import pytest

from server.oauth import key_sets
from tests.client import Answer, Client
from tests.compat import profiles
from tests.compat.profiles import Who
from tests.providers import keys
from tests.providers.scripted import Scripted, third_parties
from tests.providers.travel import surroundings

ADA = Who("12345", "ada@example.com")
HOST, CERTS = "www.googleapis.com", "www.googleapis.com/oauth2/v3/certs"


@pytest.fixture
def own() -> Iterator[Scripted]:
    """Third parties whose keys nobody else has."""
    with third_parties() as found:
        yield found


@pytest.fixture(name="surroundings")
def found(own: Scripted) -> dict[str, str]:
    return surroundings(own, "google")


async def shown(client: Client, key: str, kid: str | None = "") -> Answer:
    token = keys.id_token(profiles.claims("google", ADA), key=key, kid=kid)
    return await client.api("/sign-in/social", {"provider": "google", "idToken": {"token": token}})


@pytest.mark.gen_test
async def test_keys_are_fetched_once(client: Client, own: Scripted) -> None:
    for _ in range(3):
        assert (await shown(client, "good")).status == 200
    assert own.asked(CERTS) == 1


@pytest.mark.gen_test
async def test_a_key_that_is_new_is_fetched(
    client: Client, own: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_sets, "PAUSE_SECONDS", 0.0)
    assert (await shown(client, "good")).status == 200
    own.publish(HOST, "good", "next")
    assert (await shown(client, "next")).status == 200
    assert (await shown(client, "good")).status == 200
    own.publish(HOST, "next")
    assert (await shown(client, "other")).status == 401
    assert (await shown(client, "good")).status == 401


@pytest.mark.gen_test
async def test_nobody_has_keys_fetched_as_often_as_they_like(client: Client, own: Scripted) -> None:  # S36
    for number in range(10):
        assert (await shown(client, "other", f"made-up-{number}")).status == 401
    assert own.asked(CERTS) == 1
    assert (await shown(client, "good")).status == 200


@pytest.mark.gen_test
async def test_keys_are_not_believed_for_ever(
    client: Client, own: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await shown(client, "good")).status == 200
    own.publish(HOST, "next")
    monkeypatch.setattr(key_sets, "KEPT_SECONDS", 0.0)
    assert (await shown(client, "good")).status == 401
    assert (await shown(client, "next")).status == 200
