"""Addresses that others wrote with capitals belong to their owners all the same."""

from collections.abc import Callable

import bcrypt
import pytest

from server.authentication import email_tokens
from tests.cli.commands import Commands
from tests.conftest import SECRET, execute
from tests.schema.others import PASSWORD, make, serving

NewDatabase = Callable[[], str]
On = Callable[..., Commands]
STORED, TYPED = "Mixed.Case@Example.com", "mixed.case@example.com"


def add(url: str, user_id: str, email: str, password: str = PASSWORD) -> None:
    """A person whose row somebody else made."""
    hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
    execute(
        url,
        """insert into "user" ("id", "name", "email", "emailVerified") values (%s, 'Mia', %s, false)""",
        [user_id, email],
    )
    execute(
        url,
        """insert into "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
        values ('a' || %s, %s, 'credential', %s, %s, now())""",
        [user_id, user_id, user_id, hashed],
    )


def test_they_are_found_in_any_case(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url)
    add(url, "u1", STORED)
    ai_editor = on(url)
    with serving(ai_editor) as served:
        mia = served.visitor()
        for email in (TYPED, STORED, TYPED.upper()):
            status, body = mia.sign_in(email)
            assert (status, body["user"]["id"], body["user"]["email"]) == (200, "u1", STORED)
            assert served.visitor().sign_up(email)[0] == 422
            assert served.visitor().api("/request-password-reset", {"email": email})[0] == 200
        assert execute(url, """select count(*) from "verification" where "value" = 'u1'""") == [(3,)]
        assert mia.api("/send-verification-email", {"email": TYPED})[0] == 200
        assert mia.api("/change-email", {"newEmail": TYPED})[1]["message"] == "Email is the same"
        assert ai_editor("user", "show", TYPED, "--json").json["user"]["id"] == "u1"
        assert ai_editor("user", "list", "--search", "mixed.case", "--json").json["total"] == 1
        made = ai_editor("user", "create", TYPED, "--name", "Twin", "--password-stdin", stdin=PASSWORD)
        assert "another user has" in made.refusal
    assert execute(url, 'select count(*) from "user"') == [(1,)]


@pytest.mark.parametrize("stored", ["\u212aelvin@example.com", "kelvin@\u212aelvin.example"])
def test_signs_that_become_letters_of_ascii_are_another_address(
    new_database: NewDatabase, on: On, stored: str
) -> None:
    """Whoever has the address that one can type is not kept out by it, and never let in to it."""
    url = new_database()
    make(url)
    add(url, "u1", stored)
    typed = stored.lower()
    assert typed.isascii()
    with serving(on(url)) as served:
        assert served.visitor().sign_in(typed)[0] == 401
        assert served.visitor().api("/request-password-reset", {"email": typed})[0] == 200
        assert execute(url, 'select count(*) from "verification"') == [(0,)]
        owner = served.visitor()
        status, body = owner.sign_up(typed)
        assert (status, body["user"]["email"]) == (200, typed)
        assert served.visitor().sign_in(typed)[1]["user"]["id"] == body["user"]["id"]


def test_such_an_address_is_verified_and_changed_by_the_links_of_its_mails(
    new_database: NewDatabase, on: On
) -> None:
    url = new_database()
    make(url)
    add(url, "u1", STORED)
    with serving(on(url)) as served:
        token = email_tokens.write(SECRET, email_tokens.EmailToken(STORED, "u1"))
        assert served.visitor().api(f"/verify-email?token={token}")[0] == 200
        assert execute(url, 'select "emailVerified" from "user"') == [(True,)]
        change = email_tokens.EmailToken(STORED, "u1", "mia@example.com", "change-email-verification")
        assert served.visitor().api(f"/verify-email?token={email_tokens.write(SECRET, change)}")[0] == 200
    assert execute(url, 'select "email" from "user"') == [("mia@example.com",)]


def test_nobody_changes_to_an_address_that_another_has_with_capitals(
    new_database: NewDatabase, on: On
) -> None:
    url = new_database()
    make(url)
    add(url, "u1", STORED)
    add(url, "u2", "bob@example.com")
    with serving(on(url)) as served:
        change = email_tokens.EmailToken("bob@example.com", "u2", TYPED, "change-email-verification")
        status, body = served.visitor().api(f"/verify-email?token={email_tokens.write(SECRET, change)}")
        assert (status, body["code"]) == (401, "INVALID_TOKEN")
    assert execute(url, """select "email" from "user" where "id" = 'u2'""") == [("bob@example.com",)]


def test_with_silent_answers_no_twin_is_made_either(new_database: NewDatabase, on: On) -> None:
    """S10."""
    url = new_database()
    make(url)
    add(url, "u1", STORED)
    with serving(on(url, REQUIRE_EMAIL_VERIFICATION="yes")) as served:
        assert served.visitor().sign_up(TYPED)[0] == 200
    assert execute(url, 'select count(*) from "user"') == [(1,)]


def test_of_two_the_one_in_lower_case_comes_first(new_database: NewDatabase, on: On) -> None:
    url = new_database()
    make(url)
    add(url, "u1", STORED, "the password of the other")
    add(url, "u2", TYPED)
    ai_editor = on(url)
    with serving(ai_editor) as served:
        assert served.visitor().sign_in(STORED)[1]["user"]["id"] == "u2"
        served.hears("differ by capitals alone")
    assert len([line for line in served.said if "differ by capitals alone" in line]) == 1
    assert ai_editor("user", "show", STORED, "--json").json["user"]["id"] == "u1"
    assert ai_editor("user", "show", TYPED, "--json").json["user"]["id"] == "u2"
