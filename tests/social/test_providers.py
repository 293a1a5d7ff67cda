"""Signing in at a provider, as far as it is about who may come in: with third parties that say what they are told to."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.client import Client
from tests.compat import profiles
from tests.compat.profiles import Who
from tests.conftest import Sql
from tests.providers import keys
from tests.providers.scripted import Scripted
from tests.providers.travel import back, code_of, start, surroundings, visit

ADA = Who("12345", "ada@example.com")


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return surroundings(scripted, "google", "github", "discord", "spotify")


def accounts(sql: Sql) -> list[tuple[str, str]]:
    return sql('SELECT "providerId", "accountId" FROM "account" ORDER BY "providerId", "accountId"')


@pytest.mark.gen_test
async def test_somebody_new_comes_in_and_comes_back(client: Client, sql: Sql) -> None:
    assert await visit(client, "google", ADA) == "/new"
    assert (await client.session())["user"]["email"] == ADA.email
    other = Client(client.base_url)
    assert await visit(other, "google", ADA) == "/welcome"
    assert accounts(sql) == [("google", "12345")]
    assert sql('SELECT count(*) FROM "session"') == [(2,)]


@pytest.mark.gen_test
async def test_the_account_says_who_it_is_and_not_the_address(client: Client) -> None:  # S20
    await visit(client, "google", ADA)
    user = (await client.session())["user"]
    other = Client(client.base_url)
    assert await visit(other, "google", replace(ADA, email="another@example.com")) == "/welcome"
    assert (await other.session())["user"]["id"] == user["id"]
    assert (await other.session())["user"]["email"] == ADA.email


@pytest.mark.gen_test
async def test_an_address_that_is_not_proven_on_both_sides_opens_nothing(client: Client, sql: Sql) -> None:
    await client.sign_up()  # S20: whoever signed up may not be whom the provider knows
    stranger = Client(client.base_url)
    assert await visit(stranger, "google", ADA) == "/failed?error=account_not_linked"
    sql('UPDATE "user" SET "emailVerified" = true')
    unproven = replace(ADA, verified=False)
    assert await visit(stranger, "google", unproven) == "/failed?error=account_not_linked"
    number = replace(ADA, verified=1)  # which Python takes for True
    assert await visit(stranger, "google", number) == "/failed?error=account_not_linked"
    assert await stranger.session() is None
    assert await visit(stranger, "google", ADA) == "/welcome"
    assert ("google", "12345") in accounts(sql)


@pytest.mark.gen_test
async def test_a_state_lets_in_one_browser_once(client: Client, sql: Sql) -> None:  # S18 S43
    state = (await start(client, "google"))["state"]
    code = code_of("google", ADA)
    thief = Client(client.base_url)
    refused = await back(thief, "google", state, code)
    assert refused.headers["Location"] == "/failed?error=state_mismatch"
    browsers = [Client(client.base_url, dict(client.cookies)) for _ in range(12)]
    answers = await asyncio.gather(*(back(each, "google", state, code) for each in browsers))
    places = sorted(answer.headers["Location"] for answer in answers)
    assert places.count("/new") == 1
    assert all("error=state_mismatch" in place for place in places if place != "/new")
    assert sql('SELECT count(*) FROM "session"') == [(1,)]


@pytest.mark.gen_test
async def test_two_who_are_new_at_once_are_one(client: Client, sql: Sql) -> None:
    browsers = [Client(client.base_url) for _ in range(6)]
    places = await asyncio.gather(*(visit(each, "google", ADA) for each in browsers))
    assert sorted(places) == ["/new"] + ["/welcome"] * 5
    assert sql('SELECT count(*) FROM "user"') == [(1,)]
    assert accounts(sql) == [("google", "12345")]


@pytest.mark.gen_test
async def test_what_is_asked_carries_what_proves_who_asks(client: Client, scripted: Scripted) -> None:
    query = await start(client, "github")
    await back(client, "github", query["state"], code_of("github", ADA, "carried"))
    exchange, profile, emails = scripted.seen("carried")
    assert exchange["body"]["client_secret"] == "github-secret"
    assert exchange["body"]["redirect_uri"] == f"{client.base_url}/api/auth/callback/github"
    assert len(exchange["body"]["code_verifier"]) == 128
    assert "code_verifier" not in query  # S43
    assert query["code_challenge_method"] == "S256"
    assert profile["headers"]["authorization"].startswith("Bearer ")
    assert emails["url"] == "https://api.github.com/user/emails"


@pytest.mark.gen_test
async def test_a_link_needs_the_session_that_began_it(client: Client, sql: Sql) -> None:  # S23 S40
    await client.sign_up()
    state = (await start(client, "google", "/link-social"))["state"]
    sql('UPDATE "session" SET "expiresAt" = now() - interval \'1 second\'')
    answer = await back(client, "google", state, code_of("google", ADA))
    assert answer.headers["Location"] == "/failed?error=unable_to_link_account"
    assert [name for name, _ in accounts(sql)] == ["credential"]


@pytest.mark.gen_test
async def test_nobody_links_what_is_somebody_elses(client: Client, sql: Sql) -> None:
    await visit(Client(client.base_url), "google", replace(ADA, email="other@example.com"))
    await client.sign_up()
    place = await visit(client, "google", ADA, "/link-social")
    assert place == "/failed?error=account_already_linked_to_different_user"
    assert await visit(client, "discord", replace(ADA, email="third@example.com"), "/link-social") == (
        "/failed?error=email_does_not_match"
    )
    assert await visit(client, "discord", ADA, "/link-social") == "/welcome"
    assert sorted(name for name, _ in accounts(sql)) == ["credential", "discord", "google"]


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "of another app": ({"aud": "somebody-else"}, {}),
    "of another issuer": ({"iss": "https://evil.com"}, {}),
    "over": ({"exp": profiles.NOW - 600}, {}),
    "old": ({"iat": profiles.NOW - 7200}, {}),
    "without a subject": ({"sub": None}, {}),
    "of another key": ({}, {"key": "other", "kid": "good-rs"}),
    "unsigned": ({}, {"alg": "none"}),
    "signed with what everybody knows": ({}, {"alg": "HS256", "kid": "good-rs"}),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", WRONG)
async def test_an_id_token_that_proves_nothing(client: Client, sql: Sql, kind: str) -> None:  # S43
    claims, how = WRONG[kind]
    token = keys.id_token(profiles.without(profiles.claims("google", ADA) | claims), **how)
    answer = await client.api("/sign-in/social", {"provider": "google", "idToken": {"token": token}})
    assert (answer.status, answer.json["code"]) == (401, "INVALID_TOKEN")
    assert sql('SELECT count(*) FROM "user"') == [(0,)]


@pytest.mark.gen_test
async def test_an_id_token_is_bound_to_its_nonce(client: Client) -> None:  # S43
    token = keys.id_token(profiles.claims("google", ADA, nonce="n0nce"))
    for nonce, status in (("other", 401), ("n0nce", 200)):
        given = {"provider": "google", "idToken": {"token": token, "nonce": nonce}}
        assert (await client.api("/sign-in/social", given)).status == status
    assert (await client.session())["user"]["email"] == ADA.email


@pytest.mark.gen_test
@pytest.mark.environ(ENCRYPT_OAUTH_TOKENS="yes")
async def test_tokens_are_kept_sealed(client: Client, sql: Sql) -> None:
    await visit(client, "discord", ADA)
    ((access, refresh),) = sql('SELECT "accessToken", "refreshToken" FROM "account"')
    row = (await client.api("/list-accounts")).json[0]["id"]
    told = (await client.api("/get-access-token", {"accountId": row})).json["accessToken"]
    assert told not in (access, refresh)
    assert (await client.api(f"/account-info?accountId={row}")).json["user"]["email"] == ADA.email


@pytest.mark.gen_test
@pytest.mark.environ(FEATURES_OFF="", LOG_LEVEL="debug")
async def test_no_token_is_told_to_logs_or_audit(
    client: Client, sql: Sql, caplog: pytest.LogCaptureFixture
) -> None:  # S24
    caplog.set_level(0)
    query = await start(client, "discord")
    code = code_of("discord", ADA)
    await back(client, "discord", query["state"], code)
    ((access, refresh),) = sql('SELECT "accessToken", "refreshToken" FROM "account"')
    events = sql('SELECT "event", "details"::text FROM "ai_editor_audit" ORDER BY "id"')
    assert "sign-up" in {event for event, _ in events}
    for secret in (code, access, refresh, "discord-secret", query["state"]):
        assert secret not in caplog.text
        assert all(secret not in (details or "") for _, details in events)
