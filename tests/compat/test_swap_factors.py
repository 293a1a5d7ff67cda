"""A second factor that was set up at either server is asked for by the other, on one database."""

from __future__ import annotations

from typing import Any

import pytest

from tests.compat.caller import PASSWORD, Caller
from tests.compat.cases import factors
from tests.compat.cases.factors import ask, code, said, sign_in, tell
from tests.compat.servers import Server
from tests.compat.shared import FACTORS, Shared

DIRECTIONS = ("ours then theirs", "theirs then ours")
BOTH = {"twoFactorRedirect": True, "twoFactorMethods": ["totp", "otp"]}


class Across:
    """Somebody with a second factor of the first server, who goes on at the second."""

    def __init__(self, one: Shared, direction: str, name: str) -> None:
        pair: tuple[Server, Server] = (one.ours[FACTORS], one.theirs[FACTORS])
        self.first, self.second = pair if direction == DIRECTIONS[0] else (pair[1], pair[0])
        self.caller = one.caller(name, self.first)
        self.found: dict[str, Any] = factors.enabled(self.caller)
        self.caller.jar.clear()

    @property
    def uri(self) -> str:
        """What an authenticator reads."""
        return str(self.found["totpURI"])

    def there(self) -> Caller:
        """The caller, talking to the second server."""
        self.caller.server = self.second
        return self.caller


@pytest.fixture(params=DIRECTIONS)
def across(one_with_factors: Shared, request: pytest.FixtureRequest) -> Across:
    return Across(one_with_factors, request.param, request.node.name)


def test_better_auth_finds_nothing_wanting(one_with_factors: Shared) -> None:
    assert one_with_factors.reference.missing
    assert not any(one_with_factors.reference.missing.values()), one_with_factors.reference.missing


def test_an_authenticator_is_asked_for_there(across: Across) -> None:
    assert said(sign_in(across.there())) == BOTH
    assert tell(across.there(), "verify-totp", "000000").status == 401
    assert tell(across.there(), "verify-totp", code(across.uri)).status == 200
    assert said(across.there().get("/get-session"))["user"]["twoFactorEnabled"] is True
    assert ask(across.there(), "get-totp-uri") == {"totpURI": across.uri}


def test_a_sign_in_begun_here_is_ended_there(across: Across) -> None:
    sign_in(across.caller)
    for _ in range(3):
        assert tell(across.caller, "verify-totp", "000000").status == 401
    for _ in range(2):
        assert tell(across.there(), "verify-totp", "000000").status == 401
    assert (
        said(tell(across.there(), "verify-totp", code(across.uri)))["code"]
        == "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE"
    )
    across.caller.server = across.first
    sign_in(across.caller)
    assert tell(across.there(), "verify-totp", code(across.uri)).status == 200


def test_a_code_mailed_here_is_taken_there(across: Across) -> None:
    sign_in(across.caller)
    ask(across.caller, "send-otp")
    mail = across.caller.mail(wait=5)
    assert mail
    assert tell(across.there(), "verify-otp", mail.code).status == 200


def test_a_backup_code_counts_at_one_of_them(across: Across) -> None:
    first, second = across.found["backupCodes"][:2]
    sign_in(across.caller)
    assert tell(across.caller, "verify-backup-code", first).status == 200
    across.caller.jar.clear()
    sign_in(across.there())
    assert tell(across.there(), "verify-backup-code", first).status == 401
    assert tell(across.there(), "verify-backup-code", second).status == 200


def test_a_browser_trusted_here_is_trusted_there(across: Across) -> None:
    sign_in(across.caller)
    tell(across.caller, "verify-totp", code(across.uri), trustDevice=True)
    assert "token" in said(sign_in(across.there()))
    across.caller.server = across.first
    assert "token" in said(sign_in(across.caller))


def test_it_is_turned_off_there(across: Across) -> None:
    sign_in(across.caller)
    tell(across.caller, "verify-totp", code(across.uri))
    assert ask(across.there(), "disable") == {"status": True}
    across.caller.jar.clear()
    across.caller.server = across.first
    assert "token" in said(sign_in(across.caller))


def test_new_backup_codes_of_there_count_here(across: Across) -> None:
    sign_in(across.caller)
    tell(across.caller, "verify-totp", code(across.uri))
    made = ask(across.there(), "generate-backup-codes")["backupCodes"]
    across.caller.jar.clear()
    across.caller.server = across.first
    sign_in(across.caller)
    assert tell(across.caller, "verify-backup-code", across.found["backupCodes"][0]).status == 401
    assert tell(across.caller, "verify-backup-code", made[0]).status == 200


def test_what_is_set_up_to_the_half_here_is_ended_there(one_with_factors: Shared) -> None:
    caller = one_with_factors.caller("half", one_with_factors.theirs[FACTORS])
    caller.sign_up()
    uri = ask(caller, "enable")["totpURI"]
    caller.server = one_with_factors.ours[FACTORS]
    assert tell(caller, "verify-totp", code(uri, -1)).status == 200
    caller.jar.clear()
    caller.server = one_with_factors.theirs[FACTORS]
    assert said(caller.post("/sign-in/email", {"email": caller.email, "password": PASSWORD})) == BOTH
