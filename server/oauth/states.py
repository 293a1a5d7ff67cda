"""What a sign-in at a provider has to remember: one row and a signed cookie, or a sealed cookie alone; one use either way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from msgspec import Struct

from server import clock
from server.authentication import verifications
from server.crypto.encryption import DecryptionError, decrypt, encrypt, for_purpose
from server.crypto.keyring import Keyring
from server.database import Database, Executor
from server.oauth import store
from server.protocol import javascript

SECONDS = 600
COOKIE_SECONDS = 300
_LINK, _COOKIE = "oauth-link-session-token", "oauth-state-cookie"
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


class Link(Struct, frozen=True):
    """Whose account it becomes, and the token, sealed, of the session that wants it."""

    user_id: str
    email: str
    sealed: str = ""

    @classmethod
    def of(cls, keyring: Keyring, user_id: str, email: str, token: str) -> Link:
        """With the token sealed."""
        return cls(user_id, email, encrypt(for_purpose(keyring, _LINK), token))

    def token(self, keyring: Keyring) -> str | None:
        """The session's token, None where it cannot be read."""
        try:
            return decrypt(for_purpose(keyring, _LINK), self.sealed)
        except DecryptionError:
            return None


@dataclass(frozen=True, slots=True)
class OAuthState:
    """Where to go afterwards, what binds the answer to the question, and what the request wants."""

    callback_url: str
    code_verifier: str = field(default="", repr=False)
    error_url: str | None = None
    new_user_url: str | None = None
    request_sign_up: bool | None = None
    nonce: str | None = None
    link: Link | None = None
    data: Mapping[str, object] = field(default_factory=dict)


async def create(db: Executor, state: str, remembered: OAuthState) -> None:
    """Writes the row under better-auth's identifier, in its JSON."""
    await verifications.create(db, f"auth-state:{state}", _write(state, remembered), SECONDS)


def seal(keyring: Keyring, state: str, remembered: OAuthState) -> str:
    """The same for a cookie, which nobody else can read or make. S43."""
    return encrypt(for_purpose(keyring, _COOKIE), _write(state, remembered))


def _write(state: str, remembered: OAuthState) -> str:
    """What the request adds cannot stand in for the rest."""
    link = remembered.link
    members: dict[str, object] = {
        "callbackURL": remembered.callback_url,
        "codeVerifier": remembered.code_verifier,
        "errorURL": remembered.error_url,
        "newUserURL": remembered.new_user_url,
        "link": link and {"userId": link.user_id, "email": link.email, "encryptedSessionToken": link.sealed},
        "serverContext": None,
        "expiresAt": clock.milliseconds(clock.after(SECONDS)),
        "requestSignUp": remembered.request_sign_up,
        "idTokenNonce": remembered.nonce,
        "oauthState": state,
    }
    kept = {**remembered.data, **members}
    kept.pop("__proto__", None)  # no member like others, where JavaScript reads this
    value = {
        name: member for name, member in kept.items() if name not in members or members[name] is not None
    }
    return javascript.stringify(value)


async def consume(db: Executor, state: str, cookie: str | None) -> OAuthState:
    """Takes the row away if this browser began it, for one callback alone; raises StateError. S18 S43."""
    if "\x00" in state:  # better-auth asks PostgreSQL, which cannot even compare with it
        raise StateError("internal_server_error")
    found = await verifications.find(db, f"auth-state:{state}")
    if found is None:
        raise StateError("state_mismatch")
    members = _parse(found)
    error_url = _text(members, "errorURL")
    if members.get("oauthState", state) != state or cookie != state:
        raise StateError("state_mismatch", error_url)
    if await verifications.consume(db, f"auth-state:{state}") is None:
        raise StateError("state_mismatch", error_url)
    return _read(members)


async def unseal(db: Database, keyring: Keyring, state: str, cookies: Sequence[str]) -> OAuthState:
    """What this browser's cookie holds, for one callback alone; raises StateError. S18 S43."""
    if not any(cookies):
        raise StateError("state_mismatch")
    opened = [members for each in cookies if (members := _open(keyring, each)) is not None]
    if not opened:
        raise StateError("state_invalid")
    members = next((each for each in opened if each.get("oauthState") == state), None)
    if members is None:
        raise StateError("state_mismatch", _text(opened[0], "errorURL"))
    found = _read(members)
    await _use_up(db, state, found.error_url)
    return found


def _open(keyring: Keyring, cookie: str) -> dict[str, object] | None:
    try:
        return _parse(decrypt(for_purpose(keyring, _COOKIE), cookie))
    except (DecryptionError, StateError):
        return None


async def _use_up(db: Database, state: str, error_url: str | None) -> None:
    """Remembers that it has been used, since a cookie can be kept. S18."""
    used = f"auth-state-used:{state}"
    async with db.transaction() as tx:
        await store.hold_key(tx, "oauth-state", state)
        if await verifications.find(tx, used) is not None:
            raise StateError("state_mismatch", error_url)
        await verifications.create(tx, used, "", SECONDS)


def _read(members: Mapping[str, object]) -> OAuthState:
    """Raises StateError for one whose time is over."""
    error_url = _text(members, "errorURL")
    if float(str(members["expiresAt"])) < clock.milliseconds(clock.now()):
        raise StateError("state_mismatch", error_url)
    return OAuthState(
        str(members["callbackURL"]),
        str(members["codeVerifier"]),
        error_url,
        _text(members, "newUserURL"),
        members.get("requestSignUp") is True,
        _text(members, "idTokenNonce"),
        _link(members),
    )


def _text(members: Mapping[str, object], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None


def _link(members: Mapping[str, object]) -> Link | None:
    found = members.get("link")
    if not isinstance(found, dict):
        return None
    return Link(*(_text(found, name) or "" for name in ("userId", "email", "encryptedSessionToken")))


def _parse(value: str) -> dict[str, object]:
    try:
        members = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise StateError("internal_server_error") from error
    if not isinstance(members, dict) or not all(isinstance(members.get(k), t) for k, t in _NEEDED.items()):
        raise StateError("internal_server_error")
    return members
