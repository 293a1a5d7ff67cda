"""Every endpoint, and everybody who may ask it: who gets what, also of what is in the trash. S40."""

from typing import Any

import pytest

from handlers.documents import FEATURE
from server.http.socket import SocketHandler
from server.services import Services
from tests.client import Client
from tests.documents.conftest import NOBODY, Get

WHO = ("owner", "editor", "reader", "expired", "stranger", "signed out")
# Whose answers these are, in the order of WHO; each ends as it began, so that all are asked of one document.
OK = 200
NO, TRASH, OUT = "DOCUMENT_NO_ACCESS", "DOCUMENT_IN_TRASH", "UNAUTHORIZED"
OWN, MAY, NOT = "NOT_THE_OWNER", "NOT_ALLOWED", "DOCUMENT_NOT_FOUND"
NONE = "ATTACHMENT_NOT_FOUND"
INVITE = {"email": "new@example.com", "role": "reader"}
ASKED: list[tuple[str, str, Any, tuple[object, ...], tuple[object, ...]]] = [
    # method, path, body, of what is there, of what is in the trash
    ("GET", "/documents/{d}", None, (OK, OK, OK, NO, NO, OUT), (OK, TRASH, TRASH, NO, NO, OUT)),
    ("PATCH", "/documents/{d}", {"title": "A"}, (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("PATCH", "/documents/{d}", {"folderId": None}, (OK, OWN, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/duplicate", {}, (OK, OK, OK, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("GET", "/documents/{d}/access", None, (OK, OK, OK, NO, NO, OUT), (OK, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/access", INVITE, (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/access", {"link": True, "role": "reader"},
        (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("PATCH", "/documents/{d}/access/reader", {"role": "reader"},
        (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("DELETE", f"/documents/{{d}}/access/{NOBODY}", None,
        ("ACCESS_NOT_FOUND", "ACCESS_NOT_FOUND", MAY, NO, NO, OUT),
        ("ACCESS_NOT_FOUND", TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/access/request", {}, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, TRASH, TRASH, OUT)),
    ("POST", "/documents/{d}/transfer", {"userId": "x"},
        ("NOT_A_MEMBER", OWN, OWN, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("DELETE", "/documents/{d}?forever=true", None,
        ("DOCUMENT_NOT_IN_TRASH", OWN, OWN, NO, NO, OUT), (None, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/restore", {}, (OK, OWN, OWN, NO, NO, OUT), (None, TRASH, TRASH, NO, NO, OUT)),
    ("DELETE", "/documents/{d}", None, (None, OWN, OWN, NO, NO, OUT), (OK, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/leave", {},
        ("OWNER_CANNOT_LEAVE", None, None, NO, NO, OUT), ("OWNER_CANNOT_LEAVE", TRASH, TRASH, NO, NO, OUT)),
    ("GET", "/documents/{d}/content", None, (OK, OK, OK, NO, NO, OUT), (OK, TRASH, TRASH, NO, NO, OUT)),
    ("PUT", "/documents/{d}/content", "text", (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("POST", "/documents/{d}/attachments?name=a.txt", {}, (OK, OK, MAY, NO, NO, OUT), (TRASH, TRASH, TRASH, NO, NO, OUT)),
    ("GET", f"/documents/{{d}}/attachments/{NOBODY}", None, (*(NONE,) * 3, NO, NO, OUT), (NONE, TRASH, TRASH, NO, NO, OUT)),
    ("GET", "/documents/export", None, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("GET", "/documents/hand-over", None, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("POST", "/documents/hand-over", {"userId": "x"}, ("NOT_A_MEMBER",) * 5 + (OUT,), ("NOT_A_MEMBER",) * 5 + (OUT,)),
    ("GET", "/documents", None, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("GET", "/documents/search?q=garden", None, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("POST", "/documents", {}, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("POST", "/documents/join", {"token": "x"}, ("LINK_NOT_VALID",) * 5 + (OUT,), ("LINK_NOT_VALID",) * 5 + (OUT,)),
    ("POST", "/folders", {"name": "A"}, (OK, OK, OK, OK, OK, OUT), (OK, OK, OK, OK, OK, OUT)),
    ("PATCH", "/folders/adas", {"name": "A"}, (OK, *("FOLDER_NOT_FOUND",) * 4, OUT), (OK, *("FOLDER_NOT_FOUND",) * 4, OUT)),
    ("DELETE", "/folders/adas", None, (None, *("FOLDER_NOT_FOUND",) * 4, OUT), (None, *("FOLDER_NOT_FOUND",) * 4, OUT)),
]  # fmt: skip
STATUS = {NO: 403, TRASH: 410, OUT: 401, OWN: 403, MAY: 403, NOT: 404}


def test_every_endpoint_is_asked() -> None:
    """But for its words: the names of what the path says, and a query. Sockets have tests of their own."""
    known = {(method, path.partition("?")[0]) for method, path, *_ in ASKED}
    known = {(method, path.replace("{d}", "x")) for method, path in known}
    told = {
        (method, path.removeprefix("/api").replace("([^/]+)", "x"))
        for path, kind in FEATURE.site
        if not issubclass(kind, SocketHandler)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if kind.access_to(method)  # type: ignore[attr-defined]
    }
    plain = {(method, path.replace("adas", "x").replace("access/reader", "access/x").replace(NOBODY, "x")) for method, path in known}  # fmt: skip
    assert plain == told


@pytest.mark.parametrize("trashed", [False, True], ids=["there", "in the trash"])
@pytest.mark.gen_test
async def test_who_gets_what(stage: Get, trashed: bool) -> None:
    found = await stage()
    found.sql(
        'INSERT INTO "ai_editor_folder" ("id", "ownerId", "name") VALUES (%s, %s, %s)',
        "adas",
        found.ids["owner"],
        "Papers",
    )
    if trashed:
        await found.done("owner", "DELETE", "/documents/{d}")
    for method, path, body, there, gone in ASKED:
        for who, expected in zip(WHO, gone if trashed else there, strict=True):
            if expected is None:  # asked elsewhere: nothing is as before after it
                continue
            answer = await found.ask(who, method, path, body)
            told = OK if answer.status == OK else answer.json["code"]
            assert told == expected, (method, path, who)
            assert answer.status == STATUS.get(str(expected), answer.status), (method, path, who)
            assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.gen_test
async def test_what_is_not_there(stage: Get) -> None:
    found = await stage()
    for method, path, body, *_ in ASKED:
        if "{d}" in path:
            gone = await found.refused("stranger", method, path.replace("{d}", NOBODY), body)
            assert gone == (404, "DOCUMENT_NOT_FOUND"), (method, path)


@pytest.mark.gen_test
async def test_what_only_an_owner_sees(stage: Get) -> None:
    found = await stage()
    folder = await found.done("owner", "POST", "/folders", {"name": "Papers"})
    await found.done("owner", "PATCH", "/documents/{d}", {"folderId": folder["id"]})
    await found.done("editor", "POST", "/documents/{d}/access", INVITE)
    await found.done("editor", "POST", "/documents/{d}/access", {"link": True, "role": "editor"})
    await found.done("stranger", "POST", "/documents/{d}/access/request")
    seen = {who: await found.done(who, "GET", "/documents/{d}") for who in ("owner", "editor", "reader")}
    assert {who: (each["role"], each["folderId"], each["shared"]) for who, each in seen.items()} == {
        "owner": ("owner", folder["id"], True),
        "editor": ("editor", None, True),
        "reader": ("reader", None, True),
    }
    assert set(seen["owner"]["owner"]) == {"id", "name", "image"}
    access = {
        who: await found.done(who, "GET", "/documents/{d}/access") for who in ("owner", "editor", "reader")
    }
    assert access["owner"] == access["editor"]
    addresses = sorted(
        (each["person"] or {}).get("email") or each["email"] for each in access["owner"]["people"]
    )
    assert addresses == ["eddie@example.com", "new@example.com", "rita@example.com", "una@example.com"]
    assert [each["role"] for each in access["owner"]["links"]] == ["editor"]
    assert [each["person"]["name"] for each in access["owner"]["requests"]] == ["Sam"]
    assert b"@" not in (await found.ask("reader", "GET", "/documents/{d}/access")).body
    told = access["reader"]
    assert (told["links"], told["requests"], told["owner"]["name"]) == ([], [], "Ada")
    assert sorted(each["person"]["name"] for each in told["people"]) == ["Eddie", "Rita", "Una"]


@pytest.mark.environ(FEATURES_OFF="documents")
@pytest.mark.gen_test
async def test_where_it_is_off_nothing_is_there(client: Client, app: Services) -> None:
    await client.sign_up()
    assert "documents" not in app.parts.names
    for path in ("/api/documents", "/api/documents/x", "/api/folders"):
        answer = await client.send("POST", path, {})
        assert (answer.status, "DOCUMENT" in str(answer.body)) in ((404, False), (405, False)), path
