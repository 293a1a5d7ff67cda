"""All that is somebody's becomes somebody else's at once, who has access to some of it; and goes with the account else."""

import asyncio

import pytest

from tests.client import PASSWORD
from tests.documents.conftest import NAMES, Get, Stage
from tests.mailbox import Mailbox

ALL = "/documents/hand-over"
NOT_A_MEMBER = (400, "NOT_A_MEMBER")


async def more(found: Stage) -> list[str]:
    """Beside the document that others know: one in a folder, and one in the trash."""
    folder = await found.done("owner", "POST", "/folders", {"name": "Papers"})
    made = [(await found.done("owner", "POST", "/documents", {"folderId": folder["id"]}))["id"] for _ in "12"]
    await found.done("owner", "DELETE", f"/documents/{made[1]}")
    return made


@pytest.mark.gen_test
async def test_how_much_it_is_and_who_can_have_it(stage: Get) -> None:  # S40
    found = await stage()
    await more(found)
    people = [{"id": found.ids[who], "name": NAMES[who], "image": None} for who in ("editor", "reader")]
    assert await found.done("owner", "GET", ALL) == {"documents": 2, "shared": 1, "people": people}
    assert await found.done("editor", "GET", ALL) == {"documents": 0, "shared": 0, "people": []}
    assert await found.refused("signed out", "GET", ALL) == (401, "UNAUTHORIZED")


@pytest.mark.gen_test
async def test_who_came_by_a_link_that_has_ended_can_not(stage: Get) -> None:  # S40
    found = await stage()
    link = await found.done("owner", "POST", "/documents/{d}/access", {"link": True, "role": "reader"})
    await found.done("stranger", "POST", "/documents/join", {"token": link["url"].rpartition("#")[2]})
    assert "Sam" in [each["name"] for each in (await found.done("owner", "GET", ALL))["people"]]
    found.sql("""UPDATE "ai_editor_document_access" SET "expiresAt" = now() WHERE "id" = %s""", link["id"])
    assert "Sam" not in [each["name"] for each in (await found.done("owner", "GET", ALL))["people"]]
    assert await found.refused("owner", "POST", ALL, {"userId": found.ids["stranger"]}) == NOT_A_MEMBER


@pytest.mark.gen_test
async def test_all_of_it_is_handed_over(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    filed, thrown = await more(found)
    assert await found.done("owner", "POST", ALL, {"userId": found.ids["reader"]}) == {"documents": 3}
    for each in (found.document, filed):
        assert (await found.done("reader", "GET", f"/documents/{each}"))["role"] == "owner"
        assert (await found.done("owner", "GET", f"/documents/{each}"))["role"] == "editor"
    assert (await found.done("editor", "GET", "/documents/{d}"))["role"] == "editor"
    listed = await found.done("reader", "GET", "/documents?list=mine&folder=root")
    assert [each["name"] for each in listed["folders"]] == ["Papers"]
    assert (await found.done("reader", "POST", f"/documents/{thrown}/restore"))["role"] == "owner"
    mail = await mailbox.last("rita@example.com")
    assert (mail.subject, "Ada made you the owner of all" in mail.text) == ("Documents on AI-Editor belong to you now", True)  # fmt: skip
    assert await found.done("owner", "GET", ALL) == {"documents": 0, "shared": 0, "people": []}


@pytest.mark.gen_test
async def test_it_outlives_the_account(stage: Get) -> None:
    found = await stage()
    await found.done("owner", "POST", ALL, {"userId": found.ids["editor"]})
    assert (await found["owner"].api("/delete-user", {"password": PASSWORD})).status == 200
    assert (await found.done("editor", "GET", "/documents/{d}"))["role"] == "owner"
    people = (await found.done("editor", "GET", "/documents/{d}/access"))["people"]
    assert sorted(each["person"]["name"] for each in people) == ["Rita", "Una"]


@pytest.mark.gen_test
async def test_nobody_else_is_given_it(stage: Get) -> None:  # S40
    found = await stage()
    for who in ("expired", "stranger", "owner"):
        assert await found.refused("owner", "POST", ALL, {"userId": found.ids[who]}) == NOT_A_MEMBER
    assert await found.refused("owner", "POST", ALL, {"userId": "nobody"}) == NOT_A_MEMBER
    assert await found.refused("owner", "POST", ALL, {}) == (400, "VALIDATION_ERROR")
    assert await found.refused("reader", "POST", ALL, {"userId": found.ids["editor"]}) == NOT_A_MEMBER
    assert (await found.done("owner", "GET", "/documents/{d}"))["role"] == "owner"


@pytest.mark.gen_test
async def test_two_at_once_have_one_heir(stage: Get) -> None:
    found = await stage()
    heirs = [{"userId": found.ids[who]} for who in ("reader", "editor")]
    answers = await asyncio.gather(*(found.ask("owner", "POST", ALL, each) for each in heirs))
    assert sorted(each.status for each in answers) == [200, 400]
    assert found.sql("""SELECT count(*) FROM "ai_editor_document_access" WHERE "userId" = %s""", found.ids["owner"]) == [(1,)]  # fmt: skip
