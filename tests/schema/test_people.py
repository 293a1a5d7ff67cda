"""People as others may have written them down: their accounts under another name."""

from collections.abc import Callable

import pytest

from server.passwords.passwords import hash_bcrypt
from tests.cli.commands import Commands
from tests.conftest import execute
from tests.schema.others import PASSWORD, Served, make, serving

NewDatabase = Callable[[], str]
On = Callable[..., Commands]
EMAIL = "ada@example.com"
NEW = "another horse battery staple"
USER = 'insert into "user" ("id", "name", "email", "emailVerified") values (%s, %s, %s, true)'
ACCOUNT = """insert into "account" ("id", "accountId", "providerId", "userId", "password", "updatedAt")
    values (%s, %s, %s, %s, %s, now())"""
HASH = hash_bcrypt(PASSWORD.encode(), 4)


def person(url: str, user_id: str, email: str, *accounts: tuple[str, str, str | None]) -> None:
    """A user, and their accounts: name there, provider, hash."""
    execute(url, USER, [user_id, "Ada", email])
    for number, (name, provider, password) in enumerate(accounts):
        execute(url, ACCOUNT, [f"{user_id}-{number}", name, provider, user_id, password])


def reset(served: Served, url: str, email: str) -> int:
    """Asks for a reset and follows it; how that was answered."""
    visitor = served.visitor()
    assert visitor.api("/request-password-reset", {"email": email, "redirectTo": "/x"})[0] == 200
    [(identifier,)] = execute(url, 'select "identifier" from "verification"')
    token = identifier.partition(":")[2]
    status = visitor.api("/reset-password", {"token": token, "newPassword": NEW})[0]
    assert visitor.api("/reset-password", {"token": token, "newPassword": NEW})[0] == 400
    return status


ACCOUNTS: dict[str, list[tuple[str, str, str | None]]] = {
    "under the address": [(EMAIL, "credential", HASH)],
    "under something else": [("x", "credential", HASH)],
    "under two names": [("x", "credential", HASH), (EMAIL, "credential", HASH)],
    "under the right name, too": [("x", "credential", HASH), ("ada", "credential", None)],
    "of a provider in other words": [("ada", "Credential", HASH)],
    "of a provider with a password": [("ada", "google", HASH)],
    "none": [],
}


@pytest.mark.parametrize("accounts", ACCOUNTS.values(), ids=ACCOUNTS)
@pytest.mark.parametrize("others", [0, 3])
def test_a_password_that_is_not_found_is_reset(
    new_database: NewDatabase, on: On, accounts: list[tuple[str, str, str | None]], others: int
) -> None:
    """better-auth 1.7 looks for it under the user's id alone, whoever else is in the table, and makes it there."""
    url = new_database()
    make(url)
    person(url, "ada", EMAIL, *accounts)
    for number in range(others):
        person(url, f"bob{number}", f"bob{number}@example.com", (f"bob{number}", "credential", HASH))
    with serving(on(url)) as served:
        assert served.visitor().sign_in(EMAIL)[0] == 401
        assert reset(served, url, EMAIL) == 200
        assert served.visitor().sign_in(EMAIL)[0] == 401
        found = served.visitor().api("/sign-in/email", {"email": EMAIL, "password": NEW})
        assert (found[0], found[1]["user"]["id"]) == (200, "ada")
        if others:
            assert served.visitor().sign_in("bob1@example.com")[0] == 200
    kept = 'select count(*) from "account" where "providerId" = \'credential\' and "password" = %s'
    assert execute(url, kept, [HASH]) == [(others,)]
