"""Discovery documents: any host has one, and the first word of its name says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.providers.script import answer

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
Document = dict[str, Any]


def document(host: str) -> Document:
    """The document of a host of which nothing is wrong."""
    base = f"https://{host}"
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/authorize",
        "token_endpoint": f"{base}/token",
        "userinfo_endpoint": f"{base}/userinfo",
        "jwks_uri": f"{base}/jwks",
        "end_session_endpoint": f"{base}/logout",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "scopes_supported": ["openid", "email", "profile", "offline_access"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
    }


def _without(*names: str) -> Callable[[str], dict[str, Any]]:
    return lambda host: answer({key: value for key, value in document(host).items() if key not in names})


def _with(**members: Any) -> Callable[[str], dict[str, Any]]:
    return lambda host: answer(document(host) | members)


def _always(given: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    return lambda _: given


HTML = {"Content-Type": "text/html"}
VARIANTS: dict[str, Callable[[str], dict[str, Any]]] = {
    # What there is besides OpenID Connect: plain OAuth 2.0.
    "plain": _without("id_token_signing_alg_values_supported", "jwks_uri"),
    "no-jwks": _without("jwks_uri"),
    "no-issuer": _without("issuer"),
    "no-algorithms": _without("id_token_signing_alg_values_supported"),
    "no-userinfo": _without("userinfo_endpoint"),
    "no-token": _without("token_endpoint"),
    "no-authorize": _without("authorization_endpoint"),
    "no-logout": _without("end_session_endpoint"),
    "basic": _with(token_endpoint_auth_methods_supported=["client_secret_basic"]),
    "other-issuer": _with(issuer="https://somebody-else.example"),
    "slash": lambda host: answer(document(host) | {"issuer": f"https://{host}/"}),
    "symmetric": _with(id_token_signing_alg_values_supported=["HS256", "none"]),
    "inside": _with(token_endpoint="https://127.0.0.1/token", userinfo_endpoint="https://10.0.0.1/me"),
    "clear": lambda host: answer(document(host) | {"token_endpoint": f"http://{host}/token"}),
    "numbers": _with(issuer=5, token_endpoint=5, authorization_endpoint=5),
    "array": _always(answer([1])),
    "empty": _always(answer({})),
    "html": _always(answer(text="<!doctype html><p>Sign in", headers=HTML)),
    "broken": _always(answer({"error": "server_error"}, 500)),
    "missing": _always(answer({"error": "not_found"}, 404)),
    "slow": _always(answer(hang=True)),
    "huge": _always(answer(huge=True)),
    "cut": lambda host: answer(document(host), cut=True),
    "moved": _always(answer(redirect=f"https://acme.example{PATHS[0]}")),
    "round": lambda host: answer(redirect=f"https://{host}{PATHS[0]}"),
}
# What is wrong with the keys of a host, its document being right.
KEYS: dict[str, dict[str, Any]] = {
    "broken-keys": answer({"error": "server_error"}, 500),
    "moved-keys": answer(redirect="https://acme.example/jwks"),
    "slow-keys": answer(hang=True),
    "huge-keys": answer(huge=True),
    "html-keys": answer(text="<!doctype html>", headers=HTML),
    "empty-keys": answer({"keys": []}),
    "strange-keys": answer({"keys": "none"}),
}


def discovered(host: str) -> dict[str, Any]:
    """How a host answers for its document."""
    return VARIANTS.get(host.partition(".")[0], _with())(host)
