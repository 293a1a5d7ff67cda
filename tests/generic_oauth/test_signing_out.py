"""Signing out at the provider, and not where that is switched off."""

from collections.abc import Mapping

import pytest

from tests.client import Client
from tests.conftest import Sql
from tests.providers.scripted import Scripted

ACME = {
    "PLUGINS": "generic-oauth",
    "OIDC_PROVIDERS": "acme",
    "OIDC_ACME_DISCOVERY_URL": "https://acme.example/.well-known/openid-configuration",
    "OIDC_ACME_CLIENT_ID": "acme-id",
}
ACCOUNT = """
INSERT INTO "account" ("id", "accountId", "providerId", "userId", "idToken", "createdAt", "updatedAt")
SELECT 'one', 'x', 'acme', "id", 'a.b.c', now(), now() FROM "user"
"""


@pytest.fixture(name="surroundings")
def found(scripted: Scripted) -> Mapping[str, str]:
    return scripted.environment


async def leave(client: Client, sql: Sql, **body: object) -> dict[str, object]:
    await client.sign_up()
    sql(ACCOUNT)
    answer = await client.api("/sign-out", body)
    assert await client.session() is None
    found: dict[str, object] = answer.json
    return found


@pytest.mark.gen_test
@pytest.mark.environ(**ACME)
async def test_the_provider_is_told(client: Client, sql: Sql) -> None:  # S23
    url = "https://acme.example/logout?id_token_hint=a.b.c"
    assert await leave(client, sql, disableRedirect=True) == {"success": True, "url": url, "redirect": False}
    assert (await client.api("/sign-out", {})).json == {"success": True}  # nobody is signed in, nobody leaves


@pytest.mark.gen_test
@pytest.mark.environ(**ACME, OIDC_ACME_DISABLE_PROVIDER_LOGOUT="yes")
async def test_off_leaves_people_signed_in_there(client: Client, sql: Sql) -> None:
    assert await leave(client, sql) == {"success": True}
