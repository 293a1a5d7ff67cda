"""docs/operating.md and the pages that it lists do what they say: their commands are run as they stand there, with a server beside them."""

import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.commands import Commands
from tests.client import PASSWORD
from tests.conftest import execute
from tests.mailbox import parse
from tests.operating.conftest import Site, settings
from tests.operating.page import Operator, headings
from tests.operating.page import settings as settings_of
from tests.workers.served import Served, until

LEAKED, DUMP = "The secret has leaked", "A dump of the database has leaked"
STOLEN = "A stolen session, or an account that somebody took over"
RUNAWAY, MAIL = "Runaway sign-ups, or passwords being guessed", "Mail does not go out"
LOOKED_INTO = ("A disk is full", "The database is gone, or has failed over")
ADA = {"email": "ada@example.com", "password": PASSWORD}


def test_every_incident_is_tried() -> None:
    assert set(headings(3)) == {LEAKED, DUMP, STOLEN, RUNAWAY, MAIL, *LOOKED_INTO}


def mailed(folder: Path, kind: str) -> str:
    """The token of the link in the newest mail of its kind."""
    found: list[str] = []

    def look() -> bool:
        files = sorted((folder / "data" / "outbox").glob("*.eml"))
        links = [urlsplit(link) for file in files for link in parse(file.read_bytes()).links[:1]]
        found.extend(
            parse_qs(link.query).get("token", [link.path.rpartition("/")[2]])[0]
            for link in reversed(links)
            if kind in link.path
        )
        return bool(found)

    until(look)
    return found[0]


def test_a_leaked_secret(site: Site, tmp_path: Path) -> None:  # S45
    cookie = site.sign_up()
    site.ask("/send-verification-email", {"email": "ada@example.com", "callbackURL": "/x"})
    token = mailed(site.served.folder, "verify-email")
    site.operator.follow(LEAKED)
    new = {**site.settings, "BETTER_AUTH_SECRET": site.operator.outputs[0].strip()}
    assert execute(site.operator.database, 'SELECT count(*) FROM "session"') == [(0,)]
    with Served(tmp_path, **new) as served:
        assert served.call("/api/auth/sign-in/email", ADA)[0] == 200
        execute(
            site.operator.database,
            'UPDATE "session" SET "token" = %s',
            (cookie.partition("=")[2].partition(".")[0],),
        )
        assert served.call("/api/auth/get-session", None, cookie)[1] is None
        assert served.call(f"/api/auth/verify-email?token={token}")[0] == 401


def test_a_stolen_session(site: Site) -> None:  # S23 S25
    cookies = [site.sign_up(), site.ask("/sign-in/email", ADA)[2]]
    assert all(site.ask("/get-session", None, cookie)[1] for cookie in cookies)
    assert "sign-up" in site.operator.follow(STOLEN)
    until(lambda: not any(site.ask("/get-session", None, cookie)[1] for cookie in cookies))
    assert site.sign_in(PASSWORD) == 401


def test_an_address_that_a_thief_changed(site: Site) -> None:
    site.sign_up("thief@example.com")
    site.operator.mend(STOLEN)
    assert site.sign_in(PASSWORD) == 200
    site.ask("/request-password-reset", {"email": "ada@example.com", "redirectTo": "/x"})
    token = mailed(site.served.folder, "reset-password")
    assert site.ask("/reset-password", {"token": token, "newPassword": "hers alone again"})[0] == 200
    assert site.sign_in("hers alone again") == 200


def test_runaway_sign_ups(site: Site, tmp_path: Path) -> None:  # S11
    site.sign_up()
    site.sign_up("robot@example.com")
    assert site.sign_in("a wrong one") == 401
    said = site.operator.follow(RUNAWAY)
    assert "sign-in-failed" in said
    assert execute(site.operator.database, 'SELECT "email" FROM "user"') == [("ada@example.com",)]
    [closed] = settings_of(RUNAWAY)
    with Served(tmp_path, **{**site.settings, **closed}) as served:
        robot = {"name": "R", "email": "robot@example.com", "password": PASSWORD}
        assert served.call("/api/auth/sign-up/email", robot)[0] == 400
        chosen = {**ADA, "password": site.operator.password}
        assert served.call("/api/auth/sign-in/email", chosen)[0] == 200


def test_a_leaked_dump(site: Site) -> None:
    cookie = site.sign_up()
    site.ask("/request-password-reset", {"email": "ada@example.com", "redirectTo": "/x"})
    token = mailed(site.served.folder, "reset-password")
    assert "Whole" in site.operator.follow(DUMP)
    until(lambda: site.ask("/get-session", None, cookie)[1] is None)
    assert site.ask("/reset-password", {"token": token, "newPassword": "of somebody else"})[0] == 400


@pytest.fixture
def closed_port() -> int:
    """Where nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_mail_that_does_not_go_out(
    new_whole_database: Callable[[], str], tmp_path: Path, closed_port: int
) -> None:
    database = new_whole_database()
    given = settings(database)
    wrong = {**given, "SMTP_URL": f"smtp://127.0.0.1:{closed_port}", "MAIL_FROM": "hello@example.com"}
    operator = Operator(Commands(tmp_path, {**wrong, "APP_ENV": "development"}), database)
    with Served(tmp_path, **wrong) as served:
        served.call("/api/auth/sign-up/email", {**ADA, "name": "Ada"})
        asked = {"email": "ada@example.com", "redirectTo": "/x"}
        assert served.call("/api/auth/request-password-reset", asked)[0] == 200
        until(lambda: execute(database, """SELECT 1 FROM "ai_editor_mail" WHERE "attempts" > 0"""))
        said = operator.follow(MAIL)
        assert "failure  mail" in said
        assert "reset-password" in said
    execute(database, """UPDATE "ai_editor_mail" SET "dueAt" = now()""")
    with Served(tmp_path, **given):
        assert mailed(tmp_path, "reset-password")


@pytest.mark.parametrize("heading", LOOKED_INTO)
def test_what_is_looked_into(site: Site, heading: str) -> None:
    site.sign_up()
    assert "disk" in site.operator.follow(heading)


def test_sizing(site: Site) -> None:
    site.sign_up()
    said = site.operator.follow("Sizing")
    assert "per loop" in said
    assert "'session'" in said


def test_an_upgrade_and_the_way_back(new_whole_database: Callable[[], str], tmp_path: Path) -> None:
    database = new_whole_database()
    operator = Operator(Commands(tmp_path, {**settings(database), "APP_ENV": "development"}), database)
    said = operator.follow("One server", "Meanwhile", "Back again")
    assert said.count("0007_audit") == 2
    assert "came back as they are" in said
