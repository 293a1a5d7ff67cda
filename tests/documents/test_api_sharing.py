"""Who is let in, and by what: invitations, links, requests; what each can do once, and who is told."""

import asyncio
import re

import pytest

from tests.client import Client
from tests.documents.conftest import Get, Stage
from tests.mailbox import Mailbox

NOT_VALID = (404, "LINK_NOT_VALID")
NO = (403, "DOCUMENT_NO_ACCESS")
TO_SAM = {"email": "Sam@example.com", "role": "editor"}


def secret(url: str) -> str:
    found = re.fullmatch(r"http://localhost:\d+/documents/join#([A-Za-z0-9]{32})", url)
    assert found, url
    return found[1]


async def grant_of(found: Stage, name: str) -> dict[str, object]:
    people = (await found.done("owner", "GET", "/documents/{d}/access"))["people"]
    mine = [each for each in people if each["person"] and each["person"]["name"] == name]
    assert len(mine) == 1, people
    return dict(mine[0])


@pytest.mark.gen_test
async def test_an_invitation_of_who_has_an_account(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    made = await found.done("owner", "POST", "/documents/{d}/access", TO_SAM)
    assert made | {"id": ""} == {
        "id": "", "person": None, "email": "sam@example.com", "role": "editor", "expiresAt": None, "byLink": False,
    }  # fmt: skip
    mail = await mailbox.last("sam@example.com")
    assert mail.subject == "A document was shared with you on AI-Editor"
    assert "Ada shared the document “Garden” with you." in mail.text
    assert (await found.done("stranger", "GET", "/documents?list=shared"))["documents"][0]["role"] == "editor"
    # Until they have come nobody is told that there is such an account; then the access is theirs by name.
    people = (await found.done("owner", "GET", "/documents/{d}/access"))["people"]
    assert [each["person"] for each in people if each["email"]] == [None]
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "editor"
    assert (await grant_of(found, "Sam"))["id"] == made["id"]
    found.sql("""UPDATE "user" SET "email" = 'another@example.com' WHERE "name" = 'Sam'""")
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "editor"
    # The mail's link goes on working, for them alone.
    token = {"token": secret(mail.link)}
    assert (await found.done("stranger", "POST", "/documents/join", token))["id"] == found.document
    assert await found.refused("expired", "POST", "/documents/join", token) == NOT_VALID


@pytest.mark.gen_test
async def test_an_invitation_of_who_has_none_yet(stage: Get, mailbox: Mailbox) -> None:
    """It waits for the proven address, or for whoever comes by the mail's secret; the answer is as for anybody."""
    found = await stage()
    known = await found.ask("owner", "POST", "/documents/{d}/access", TO_SAM)
    unknown = await found.ask("owner", "POST", "/documents/{d}/access", TO_SAM | {"email": "new@example.com"})
    assert {**known.json, "id": "", "email": ""} == {**unknown.json, "id": "", "email": ""}
    found.people["new"] = Client(found["owner"].base_url)
    await found["new"].sign_up("new@example.com", "New")
    assert await found.refused("new", "GET", "/documents/{d}") == NO
    assert (await found.done("new", "GET", "/documents?list=shared"))["documents"] == []
    token = {"token": secret((await mailbox.last("new@example.com")).link)}
    assert (await found.done("new", "POST", "/documents/join", token))["role"] == "editor"
    assert await found.refused("expired", "POST", "/documents/join", token) == NOT_VALID
    found.sql(
        """DELETE FROM "ai_editor_document_access" WHERE "email" IS NOT NULL OR "tokenHash" IS NOT NULL"""
    )
    await found.done("owner", "POST", "/documents/{d}/access", TO_SAM | {"email": "new@example.com"})
    assert await found.refused("new", "GET", "/documents/{d}") == NO
    found.sql("""UPDATE "user" SET "emailVerified" = true WHERE "email" = 'new@example.com'""")
    assert (await found.done("new", "GET", "/documents/{d}"))["role"] == "editor"


@pytest.mark.gen_test
async def test_one_of_many_gets_in_by_an_invitation(stage: Get, mailbox: Mailbox) -> None:  # S18
    found = await stage()
    await found.done("owner", "POST", "/documents/{d}/access", TO_SAM | {"email": "new@example.com"})
    token = {"token": secret((await mailbox.last("new@example.com")).link)}
    answers = await asyncio.gather(
        *(found.ask(who, "POST", "/documents/join", token) for who in ("stranger", "expired", "stranger"))
    )
    statuses = [each.status for each in answers]
    assert statuses in ([200, 404, 200], [404, 200, 404])


@pytest.mark.gen_test
async def test_inviting_again_changes_what_there_is(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    first = await found.done("owner", "POST", "/documents/{d}/access", TO_SAM)
    again = await found.done("editor", "POST", "/documents/{d}/access", TO_SAM | {"role": "reader"})
    assert (again["id"], again["role"]) == (first["id"], "reader")
    known = await found.done(
        "owner", "POST", "/documents/{d}/access", {"email": "rita@example.com", "role": "editor"}
    )
    assert (known["id"], known["person"]["name"], known["role"]) == ("reader", "Rita", "editor")
    assert len(await mailbox.all()) == 1
    refusals = {
        "the owner": ({"email": "ADA@example.com", "role": "reader"}, (400, "IS_THE_OWNER")),
        "nobody": ({"role": "reader"}, (400, "NOBODY_NAMED")),
        "an owner": ({"email": "x@example.com", "role": "owner"}, (400, "VALIDATION_ERROR")),
        "no address": ({"email": "x", "role": "reader"}, (400, "VALIDATION_ERROR")),
        "the past": (TO_SAM | {"expiresAt": "2020-01-01T00:00:00Z"}, (400, "ALREADY_ENDED")),
        "no time": (TO_SAM | {"expiresAt": "tomorrow"}, (400, "VALIDATION_ERROR")),
        "who has not asked": ({"userId": found.ids["stranger"], "role": "reader"}, (404, "ACCESS_NOT_FOUND")),
    }
    for what, (body, refusal) in refusals.items():
        assert await found.refused("owner", "POST", "/documents/{d}/access", body) == refusal, what


@pytest.mark.gen_test
async def test_a_link(stage: Get) -> None:
    found = await stage()
    made = await found.done("owner", "POST", "/documents/{d}/access", {"link": True, "role": "editor"})
    token = {"token": secret(made["url"])}
    assert token["token"] not in str(found.sql('SELECT "tokenHash", "id" FROM "ai_editor_document_access"'))
    for _ in range(2):
        assert (await found.done("stranger", "POST", "/documents/join", token))["role"] == "editor"
    assert (await found.done("owner", "POST", "/documents/join", token))["role"] == "owner"
    assert (await found.done("reader", "POST", "/documents/join", token))["role"] == "editor"
    sam = await grant_of(found, "Sam")
    assert (sam["byLink"], sam["role"]) == (True, "editor")
    # The link's role is the role of all who came by it, but for who has one of their own.
    await found.done("owner", "PATCH", f"/documents/{{d}}/access/{made['id']}", {"role": "reader"})
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "reader"
    own = await found.done("owner", "PATCH", f"/documents/{{d}}/access/{sam['id']}", {"role": "editor"})
    assert (own["byLink"], own["role"]) == (False, "editor")
    await found.done("expired", "POST", "/documents/join", token)
    ended = {"expiresAt": "2999-01-01T00:00:00+02:00"}
    link = await found.done("owner", "PATCH", f"/documents/{{d}}/access/{made['id']}", ended)
    assert (link["expiresAt"], link["role"]) == ("2998-12-31T22:00:00.000Z", "reader")
    await found.done("owner", "DELETE", f"/documents/{{d}}/access/{made['id']}")
    assert await found.refused("expired", "GET", "/documents/{d}") == NO
    assert await found.refused("expired", "POST", "/documents/join", token) == NOT_VALID
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "editor"


@pytest.mark.gen_test
async def test_a_link_that_has_ended(stage: Get) -> None:
    found = await stage()
    made = await found.done("owner", "POST", "/documents/{d}/access", {"link": True, "role": "editor"})
    token = {"token": secret(made["url"])}
    await found.done("stranger", "POST", "/documents/join", token)
    found.sql("""UPDATE "ai_editor_document_access" SET "expiresAt" = now() WHERE "id" = %s""", made["id"])
    assert await found.refused("stranger", "GET", "/documents/{d}") == NO
    assert await found.refused("stranger", "POST", "/documents/join", token) == NOT_VALID
    await found.done("owner", "PATCH", f"/documents/{{d}}/access/{made['id']}", {"expiresAt": None})
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "editor"


@pytest.mark.gen_test
async def test_asking_for_access(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    await asyncio.gather(*(found.done("stranger", "POST", "/documents/{d}/access/request") for _ in range(3)))
    [mail] = await mailbox.of("ada@example.com")
    assert mail.subject == "Somebody asks for access to your document on AI-Editor"
    assert mail.link.endswith(f"/documents/{found.document}")
    asked = (await found.done("editor", "GET", "/documents/{d}/access"))["requests"]
    assert [each["person"]["email"] for each in asked] == ["sam@example.com"]
    body = {"userId": found.ids["stranger"], "role": "reader"}
    assert (await found.done("editor", "POST", "/documents/{d}/access", body))["person"]["name"] == "Sam"
    assert (await mailbox.last("sam@example.com")).subject == "You have access to a document on AI-Editor"
    assert (await found.done("stranger", "GET", "/documents/{d}"))["role"] == "reader"
    assert (await found.done("owner", "GET", "/documents/{d}/access"))["requests"] == []
    # Another who asks is not let in.
    await found.done("expired", "POST", "/documents/{d}/access/request")
    decline = f"/documents/{{d}}/access/{found.ids['expired']}"
    await found.done("editor", "DELETE", decline)
    assert await found.refused("editor", "DELETE", decline) == (404, "ACCESS_NOT_FOUND")
    assert (await found.done("owner", "GET", "/documents/{d}/access"))["requests"] == []
    # A day later, once more.
    await found.done("owner", "DELETE", f"/documents/{{d}}/access/{(await grant_of(found, 'Sam'))['id']}")
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    found.sql("""UPDATE "ai_editor_document_request" SET "createdAt" = now() - interval '25 hours'""")
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    assert len(await mailbox.of("ada@example.com")) == 4


@pytest.mark.gen_test
async def test_an_address_that_is_not_proven_is_not_shown(stage: Get) -> None:
    """Whoever signs up with another's is not to be let in as that one."""
    found = await stage()
    found.sql("""UPDATE "user" SET "emailVerified" = false WHERE "name" IN ('Sam', 'Rita')""")
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    told = await found.done("owner", "GET", "/documents/{d}/access")
    assert told["requests"][0]["person"]["email"] is None
    assert (await grant_of(found, "Rita"))["person"]["email"] is None  # type: ignore[index]
    await found.done("owner", "POST", "/documents/{d}/access", TO_SAM)
    assert await found.refused("stranger", "GET", "/documents/{d}") == NO


@pytest.mark.gen_test
async def test_leaving(stage: Get) -> None:
    found = await stage()
    await found.done(
        "editor", "POST", "/documents/{d}/access", {"email": "rita@example.com", "role": "editor"}
    )
    for who in ("editor", "reader"):
        await found.done(who, "POST", "/documents/{d}/leave")
        assert await found.refused(who, "GET", "/documents/{d}") == NO


@pytest.mark.gen_test
async def test_handing_over(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    folder = await found.done("owner", "POST", "/folders", {"name": "Papers"})
    await found.done("owner", "PATCH", "/documents/{d}", {"folderId": folder["id"]})
    for nobody in ("expired", "stranger", "owner"):
        body = {"userId": found.ids[nobody]}
        assert await found.refused("owner", "POST", "/documents/{d}/transfer", body) == (400, "NOT_A_MEMBER")
    heirs = [{"userId": found.ids[who]} for who in ("reader", "editor")]
    answers = await asyncio.gather(
        *(found.ask("owner", "POST", "/documents/{d}/transfer", each) for each in heirs)
    )
    assert sorted(each.status for each in answers) == [200, 403]
    [won] = [each.json for each in answers if each.status == 200]
    heir = {"Rita": "reader", "Eddie": "editor"}[won["owner"]["name"]]
    assert (won["role"], won["folderId"]) == ("editor", None)
    assert (await found.done(heir, "GET", "/documents/{d}"))["role"] == "owner"
    assert (await mailbox.last(f"{won['owner']['name'].lower()}@example.com")).subject == "A document on AI-Editor belongs to you now"  # fmt: skip
    assert await found.refused("owner", "DELETE", "/documents/{d}") == (403, "NOT_THE_OWNER")
    people = (await found.done(heir, "GET", "/documents/{d}/access"))["people"]
    assert sorted(each["person"]["name"] for each in people) == sorted({"Ada", "Rita", "Eddie", "Una"} - {won["owner"]["name"]})  # fmt: skip


@pytest.mark.environ(RATE_LIMIT_ENABLED="true")
@pytest.mark.gen_test
async def test_nobody_has_any_number_of_mails_sent(client: Client) -> None:
    other = Client(client.base_url)
    statuses: dict[str, list[int]] = {}
    for who, times in ((client, 62), (other, 1)):
        await who.sign_up(f"{times}@example.com")
        path = f"/api/documents/{(await who.send('POST', '/api/documents', {})).json['id']}"
        for number in range(times):
            body = {"email": f"{number}-{times}@example.com", "role": "reader"}
            answer = await who.send("POST", f"{path}/access", body)
            statuses.setdefault(path, []).append(answer.status)
        assert (await who.send("PATCH", path, {"title": "A"})).status == 200
    assert list(statuses.values()) == [[200] * 60 + [429] * 2, [200]]


@pytest.mark.gen_test
async def test_no_advert_is_mailed(stage: Get, mailbox: Mailbox) -> None:
    found = await stage()
    await found.done("owner", "PATCH", "/documents/{d}", {"title": "Win at evil.example.com"})
    await found.done("owner", "POST", "/documents/{d}/access", TO_SAM)
    mail = await mailbox.last("sam@example.com")
    assert "evil" not in mail.text + mail.html
    assert "Ada shared a document with you." in mail.text


@pytest.mark.gen_test
async def test_the_owner_can_look_up_what_others_did(stage: Get) -> None:  # S36
    found = await stage()
    made = await found.done("editor", "POST", "/documents/{d}/access", {"link": True, "role": "reader"})
    await found.done("editor", "DELETE", f"/documents/{{d}}/access/{made['id']}")
    await found.done("owner", "POST", "/documents/{d}/transfer", {"userId": found.ids["editor"]})
    for who, events in (("owner", ["transferred", "unshared", "shared"]), ("editor", [])):
        told = (await found[who].send("GET", "/api/activity")).json["events"]
        names = [each["event"] for each in told if each["event"].startswith("document-")]
        assert names == [f"document-{event}" for event in events], who
    assert [each["by"] for each in (await found["owner"].send("GET", "/api/activity")).json["events"][:3]] == [
        "you", "somebody", "somebody",
    ]  # fmt: skip
