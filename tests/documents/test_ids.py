"""Documents on a database whose users have ids of another kind."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.schema.others import make, serving
from tests.schema.test_others import OTHERS


@pytest.mark.parametrize("kind", ["uuids", "numbers", "ids of a domain of citext"])
def test_all_is_done_as_elsewhere(new_database: Callable[[], str], tmp_path: Path, kind: str) -> None:
    url = new_database()
    make(url, tables=OTHERS[kind])
    base = {"DATABASE_URL": url, "BETTER_AUTH_SECRET": SECRET, "PORT": "0", "APP_ENV": "development"}
    commands = Commands(tmp_path, base | {"LOG_FORMAT": "json"})
    with serving(commands) as served:
        ada, bob = served.visitor(), served.visitor()
        ids = {}
        for who, name in ((ada, "ada"), (bob, "bob")):
            ids[name] = who.sign_up(f"{name}@example.com")[1]["user"]["id"]
        execute(url, 'UPDATE "user" SET "emailVerified" = true')
        for visitor, name in ((ada, "ada"), (bob, "bob")):
            assert visitor.sign_in(f"{name}@example.com")[0] == 200
        status, folder = ada.ask("/api/folders", {"name": "Papers"})
        assert status == 200, folder
        body = {"markdown": "# Garden\n\nTulips\n", "folderId": folder["id"]}
        status, made = ada.ask("/api/documents", body)
        assert (status, made["owner"]["id"]) == (200, ids["ada"]), made
        path = f"/api/documents/{made['id']}"
        asked = [
            (bob, "POST", f"{path}/access/request", {}),
            (ada, "POST", f"{path}/access", {"userId": ids["bob"], "role": "reader"}),
            (bob, "GET", path, None),
            (ada, "DELETE", f"{path}/access/{{bob}}", None),
            (ada, "POST", f"{path}/access", {"email": "bob@example.com", "role": "editor"}),
            (bob, "GET", "/api/documents?list=shared", None),
            (bob, "GET", path, None),
            (bob, "GET", "/api/documents", None),
            (bob, "GET", "/api/documents/search?q=tulip", None),
            (bob, "GET", "/api/documents/search?q=tulpi", None),
            (bob, "PATCH", path, {"title": "Ours"}),
            (ada, "GET", f"{path}/access", None),
            (ada, "GET", "/api/documents?list=mine", None),
            (ada, "POST", f"{path}/transfer", {"userId": ids["bob"]}),
            (ada, "POST", f"{path}/leave", {}),
            (bob, "POST", f"{path}/duplicate", {}),
            (bob, "DELETE", path, None),
            (bob, "GET", "/api/documents?list=trash", None),
            (bob, "DELETE", f"{path}?forever=true", None),
            (ada, "DELETE", f"/api/folders/{folder['id']}", None),
        ]
        for visitor, method, address, sent in asked:
            for _ in range(3 if method == "GET" else 1):  # a statement that is asked again is prepared
                people = ada.ask(f"{path}/access")[1].get("people") if "{bob}" in address else None
                status, told = visitor.ask(address.format(bob=people and people[0]["id"]), sent, method)
                assert status == 200, (method, address, told)
        assert [each["title"] for each in bob.ask("/api/documents")[1]["documents"]] == ["Ours (2)"]
    given = commands("user", "hand-over", str(ids["bob"]), str(ids["ada"]), "--json")
    assert given.json == {"from": ids["bob"], "to": ids["ada"], "documents": 1}
    assert commands("document", "list", "--user", "ada@example.com", "--json").json["total"] == 1
