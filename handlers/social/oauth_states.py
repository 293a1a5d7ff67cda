"""What a sign-in at a provider has to remember: one row, one use, bound to the browser by a signed cookie."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from server import clock
from server.authentication import verifications
from server.database import Executor

SECONDS = 600
_NEEDED: dict[str, type | tuple[type, ...]] = {
    "callbackURL": str,
    "codeVerifier": str,
    "expiresAt": (int, float),
}


class StateError(Exception):
    """The callback is refused; `code` goes to `error_url`, or to the API's own error page. S43."""

    def __init__(self, code: str, error_url: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.error_url = error_url


@dataclass(frozen=True, slots=True)
class OAuthState:
    """Where to go afterwards, and the PKCE verifier."""

    callback_url: str
    code_verifier: str
    error_url: str | None = None
    new_user_url: str | None = None
    request_sign_up: bool | None = None


async def create(db: Executor, state: str, remembered: OAuthState) -> None:
    """Writes the row under better-auth's identifier, in its JSON."""
    members = {
        "callbackURL": remembered.callback_url,
        "codeVerifier": remembered.code_verifier,
        "errorURL": remembered.error_url,
        "newUserURL": remembered.new_user_url,
        "expiresAt": clock.milliseconds(clock.after(SECONDS)),
        "requestSignUp": remembered.request_sign_up,
        "oauthState": state,
    }
    value = orjson.dumps({name: member for name, member in members.items() if member is not None})
    await verifications.create(db, f"auth-state:{state}", value.decode(), SECONDS)


async def consume(db: Executor, state: str, cookie: str | None) -> OAuthState:
    """Takes the row away if this browser began it; raises StateError. S18 S43."""
    if "\x00" in state:  # better-auth asks PostgreSQL, which cannot even compare with it
        raise StateError("internal_server_error")
    found = await verifications.find(db, f"auth-state:{state}")
    if found is None:
        raise StateError("state_mismatch")
    members = _parse(found)
    error_url = members.get("errorURL")
    error_url = error_url if isinstance(error_url, str) else None
    if members.get("oauthState", state) != state or cookie != state:
        raise StateError("state_mismatch", error_url)
    if await verifications.consume(db, f"auth-state:{state}") is None:
        raise StateError("state_mismatch", error_url)
    if float(str(members["expiresAt"])) < clock.milliseconds(clock.now()):
        raise StateError("state_mismatch", error_url)
    return OAuthState(str(members["callbackURL"]), str(members["codeVerifier"]), error_url)


def _parse(value: str) -> dict[str, object]:
    try:
        members = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise StateError("internal_server_error") from error
    if not isinstance(members, dict) or not all(isinstance(members.get(k), t) for k, t in _NEEDED.items()):
        raise StateError("internal_server_error")
    return members
