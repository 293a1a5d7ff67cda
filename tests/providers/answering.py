"""Which answer a third party gives."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from tests.providers import discovery, keys, pwned, script
from tests.providers.asked import Asked
from tests.providers.script import Script, answer

KEY_SETS = ("/jwks", "/jwks/", "/jwks.json", "/certs", "/keys")
# Who comes to an authorization page with no script is this one.
ADA = {"sub": "ada", "id": "ada", "name": "Ada", "email": "ada@example.com", "email_verified": True}


def answered(asked: Asked, sets: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """The answer to one request; `sets` are the names of the keys of hosts whose keys were changed."""
    if asked.path in discovery.PATHS:
        return discovery.discovered(asked.host)
    if asked.method == "GET" and asked.path.endswith(KEY_SETS):
        wrong = discovery.KEYS.get(asked.host.partition(".")[0])
        families = keys.FAMILIES if asked.host.endswith(".example") else ("RS",)
        return wrong or answer(keys.published(*sets.get(asked.host, (keys.GOOD,)), families=families))
    if asked.host == pwned.HOST:
        return pwned.answered(asked.path)
    values = asked.values()
    if asked.method == "GET" and {"redirect_uri", "state"} <= values.keys():
        return _back(values)
    found = asked.script()
    if found is None:
        return _about_token(values) if "id_token" in values else _unknown(values)
    return _scripted(asked, values, found)


def _scripted(asked: Asked, values: dict[str, str], found: Script) -> dict[str, Any]:
    more = _more(asked, found.get("more", {}))
    if more is not None:
        return more
    if values.get("grant_type") == "refresh_token":
        return script.refreshed(found)
    if "code" in values:
        return script.tokens(found, found.get("token", {}))
    if asked.path.endswith("/debug_token"):
        return answer({"data": _debugged(values, found)})
    given: dict[str, Any] = found.get("profile", {})
    return given


def _more(asked: Asked, more: dict[str, Any]) -> dict[str, Any] | None:
    """The longest beginning of the address that has an answer."""
    address = asked.url.partition("//")[2]
    fitting = sorted((place for place in more if address.startswith(place)), key=len)
    return more[fitting[-1]] if fitting else None


def _debugged(values: dict[str, str], found: Script) -> dict[str, Any]:
    """Facebook's word for a token: that it is of who asks, and of the profile."""
    profile = found.get("profile", {}).get("body", {})
    app = values.get("access_token", "").partition("|")[0]
    return {"is_valid": True, "app_id": app, "user_id": str(profile.get("id", ""))}


def _about_token(values: dict[str, str]) -> dict[str, Any]:
    """LINE's word for an id token."""
    claims = keys.claims_of(values["id_token"]) or {}
    if claims.get("aud") != values.get("client_id") or "nonce" in values.keys() - claims.keys():
        return answer({"error": "invalid_request", "error_description": "Invalid IdToken."}, 400)
    if float(claims.get("exp", 0)) < time.time():
        return answer({"error": "invalid_request", "error_description": "IdToken expired."}, 400)
    return answer(claims)


def _unknown(values: dict[str, str]) -> dict[str, Any]:
    if values.keys() & {"code", "refresh_token"}:
        return answer({"error": "invalid_grant", "error_description": "Nobody has this one."}, 400)
    return answer({"error": "invalid_token"}, 401)


def _back(values: dict[str, str]) -> dict[str, Any]:
    """An authorization page where everybody agrees at once: as the `login_hint`, where that is a script."""
    hint = values.get("login_hint", "")
    code = hint if script.read(hint) else script.code(profile=answer(ADA), token=_ada(values))
    place = values["redirect_uri"]
    return answer(
        redirect=f"{place}{'&' if '?' in place else '?'}code={code}&state={quote(values['state'], safe='')}"
    )


def _ada(values: dict[str, str]) -> dict[str, Any]:
    now = int(time.time())
    claims = ADA | {"aud": values.get("client_id", ""), "iat": now, "exp": now + 3600}
    said = claims | ({"nonce": values["nonce"]} if "nonce" in values else {})
    return answer({"id_token": {"claims": said}, "expires_in": 3600})
