"""What a third party is to answer, carried by the authorization code itself, and by the tokens that it turns into.

So nothing has to be agreed with it beforehand, and any number of cases and servers get the same from one.
A script is {"id", "token", "refresh", "profile", "more"}; each but the id is an answer, see `answer`, "refresh" also a
list of them, one for each time, and "more" a dictionary of them by host and path: {"api.github.com/user/emails": …}.
"""

from __future__ import annotations

import itertools
import json
import secrets
from typing import Any

from tests.providers import keys

Script = dict[str, Any]
# A token endpoint's answers for how many times a refresh token was used.
ROUND = "round"
_numbers = itertools.count(1)


def answer(body: Any = None, status: int = 200, **more: Any) -> dict[str, Any]:
    """One answer.

    `text` instead of a body is sent as it is. `delay` is how many seconds it takes, `gate` lets it wait until the test
    sets that one, `hang` forever; `cut` ends it in the middle, `huge` never; `headers` are more of them, `redirect` is
    where it sends one instead.
    In a token's body, what is None is left out, and an `id_token` {"claims", "key", "alg", "kid"} is signed.
    """
    return {"status": status} | ({} if body is None else {"body": body}) | more


def code(name: str | None = None, **script: Any) -> str:
    """An authorization code: what the provider will answer for it. `name`, its id, is what `seen` is asked with."""
    return written({"id": name or f"{next(_numbers)}-{secrets.token_hex(4)}"} | script)


def written(script: Script) -> str:
    """A script as a code or as a token."""
    return keys.encode(json.dumps(script, separators=(",", ":")).encode())


def read(text: str | None) -> Script | None:
    """The script that a code or a token is; None for any other."""
    try:
        found = json.loads(keys.decode(text or ""))
    except ValueError:
        return None
    return found if isinstance(found, dict) and "id" in found else None


def id_of(text: str) -> str:
    """The id of a code or a token."""
    found = read(text)
    assert found is not None, "it is no script"
    return str(found["id"])


def tokens(script: Script, given: dict[str, Any]) -> dict[str, Any]:
    """An answer of the token endpoint, with the tokens that are not in it."""
    body = given.get("body", {})
    if not isinstance(body, dict) or given.get("status", 200) != 200 or "error" in body:
        return given
    made = {"access_token": written(script | {"for": "access"}), "token_type": "Bearer"}
    full: dict[str, Any] = made | {"refresh_token": written(script | {"for": "refresh"})} | body
    if isinstance(full.get("id_token"), dict):
        full |= {"id_token": keys.id_token(**full["id_token"])}
    return given | {"body": {name: value for name, value in full.items() if value is not None}}


def refreshed(script: Script) -> dict[str, Any]:
    """The answer to a refresh token; what it brings is told from what there was by the round."""
    number = int(script.get(ROUND, 0))
    found = script.get("refresh", {})
    given = found[min(number, len(found) - 1)] if isinstance(found, list) else found
    return tokens(script | {ROUND: number + 1}, given)
