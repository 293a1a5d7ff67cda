"""POST /update-user."""

import pytest

from tests.client import Client
from tests.conftest import Sql


@pytest.mark.gen_test
async def test_name_and_image(client: Client, sql: Sql) -> None:
    await client.sign_up()
    sql(
        """UPDATE "user" SET "createdAt" = now() - interval '1 minute', "updatedAt" = now() - interval '1 minute'"""
    )
    answer = await client.api("/update-user", {"name": "Ada Lovelace", "image": "https://example.com/a.png"})
    assert answer.json == {"status": True}
    user = (await client.session())["user"]
    assert (user["name"], user["image"]) == ("Ada Lovelace", "https://example.com/a.png")
    assert user["updatedAt"] > user["createdAt"]
    await client.api("/update-user", {"image": None})
    assert (await client.session())["user"]["image"] is None


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"email": "new@example.com"}, "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated"),
        ({}, None, "No fields to update"),
        ({"emailVerified": True, "role": "admin", "id": "x"}, None, "No fields to update"),
    ],
)
@pytest.mark.gen_test
async def test_what_cannot_be_updated(
    client: Client, body: object, code: str | None, message: str
) -> None:  # S39
    await client.sign_up()
    answer = await client.api("/update-user", body)
    assert (answer.status, answer.json.get("code"), answer.json["message"]) == (400, code, message)


@pytest.mark.gen_test
async def test_server_side_fields_beside_good_ones_are_ignored(client: Client) -> None:  # S39
    await client.sign_up()
    await client.api("/update-user", {"name": "Ada", "emailVerified": True})
    assert (await client.session())["user"]["emailVerified"] is False
