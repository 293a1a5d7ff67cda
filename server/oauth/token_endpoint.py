"""A code, or a refresh token, for tokens (RFC 6749, 4.1.3 and 6; RFC 7636, 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server import clock
from server.model import Json
from server.oauth.provider import Grant, Provider, TokenEndpoint, Tokens
from server.outgoing import Outgoing, OutgoingError, Request
from server.outgoing.messages import basic
from server.protocol import uri

_LONGEST = 10**10  # seconds that a date can be ahead


@dataclass(frozen=True, slots=True)
class TokenError(Exception):
    """The provider gave no tokens; the words are for the log."""

    words: str


async def exchange(outgoing: Outgoing, provider: Provider, grant: Grant) -> Tokens:
    """Tokens; raises TokenError."""
    try:
        if provider.exchange:
            return await provider.exchange(outgoing, grant)
        return await _ask(outgoing, provider, grant)
    except OutgoingError as error:
        raise TokenError(str(error)) from error


async def _ask(outgoing: Outgoing, provider: Provider, grant: Grant) -> Tokens:
    endpoint, refreshed = provider.token, grant.refresh_token is not None
    asked, headers = form(endpoint, grant), {"Accept": "application/json"}
    headers |= {} if refreshed else endpoint.headers
    headers |= _authenticate(provider, refreshed, asked)
    reply = await outgoing.ask(Request(endpoint.url, "POST", headers, form=uri.form_encode(asked)))
    answer = reply.read()
    if not reply.good:
        raise TokenError(f"{provider.id} answered {reply.status}: {_why(answer)}")
    if endpoint.errors_are_good and (isinstance(answer, str) or _why(answer)):
        raise TokenError(f"{provider.id} answered well: {_why(answer)}")
    return read(answer, strict=refreshed)


def _authenticate(provider: Provider, refreshed: bool, asked: dict[str, str]) -> dict[str, str]:
    """Says who we are, in the form or in the header that is given back."""
    endpoint, client, secret = provider.token, provider.client.ids[0], provider.client.proof
    auth = (endpoint.refresh_auth if refreshed else None) or endpoint.auth
    if secret and auth == "basic":
        return basic(_encoded(client), _encoded(secret))
    asked |= {"client_id": client, **({"client_secret": secret} if secret else {})}
    return {}


def form(endpoint: TokenEndpoint, grant: Grant) -> dict[str, str]:
    """What is exchanged, without who asks."""
    if grant.refresh_token is not None:
        given = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return given | dict(endpoint.refresh_parameters)
    found = {"grant_type": "authorization_code", "code": grant.code or ""}
    if endpoint.pkce and grant.verifier:
        found["code_verifier"] = grant.verifier
    if endpoint.device and grant.device_id:
        found["device_id"] = grant.device_id
    return found | {"redirect_uri": grant.redirect_uri}


def _encoded(text: str) -> str:
    return uri.form_encode({"v": text})[2:]


def _why(answer: Any) -> str:
    """The provider's own code, which says nothing of anybody; never the rest."""
    return str(answer.get("error", ""))[:100] if isinstance(answer, dict) else ""


def read(answer: Any, strict: bool = False) -> Tokens:
    """The members of RFC 6749, 5.1; `strict` raises TokenError where there is no access token."""
    found: Json = answer if isinstance(answer, dict) else {}
    if answer is None or (strict and not _text(found, "access_token")):
        raise TokenError(f"no access token: {_why(found)}")
    return Tokens(
        _text(found, "access_token"),
        _text(found, "refresh_token"),
        _text(found, "id_token"),
        _moment(found, "expires_in"),
        _moment(found, "refresh_token_expires_in"),
        tuple(scopes_of(found.get("scope"))),
        found,
    )


def _text(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    return value if isinstance(value, str) else None


def _moment(found: Mapping[str, Any], name: str) -> Any:
    """So many seconds from now, where that is a date."""
    try:
        seconds = float(found.get(name) or 0)
    except (TypeError, ValueError):
        return None
    return clock.now() + timedelta(seconds=seconds) if seconds and abs(seconds) < _LONGEST else None


def scopes_of(value: object) -> list[str]:
    """A text with spaces between, or a list."""
    if isinstance(value, str):
        return value.split()
    return (
        [each.strip() for each in value if isinstance(each, str) and each.strip()]
        if isinstance(value, list)
        else []
    )
